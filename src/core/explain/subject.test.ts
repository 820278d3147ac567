import { expect, test } from 'vitest';
import { readSubject } from './subject.ts';

test.each([
  ['app.example.com', { kind: 'host', host: 'app.example.com', path: '/' }],
  ['App.Example.com.:8443/a/b', { kind: 'host', host: 'app.example.com', path: '/a/b' }],
  ['https://app.example.com/a?b', { kind: 'host', host: 'app.example.com', path: '/a' }],
  ['http://localhost:8080', { kind: 'host', host: 'localhost', path: '/' }],
  ['tcp-5432', { kind: 'port', protocol: 'tcp', port: 5432 }],
  ['udp-53', { kind: 'port', protocol: 'udp', port: 53 }],
  ['tcp://example.com:25', { kind: 'port', protocol: 'tcp', port: 25 }],
  ['5432', { kind: 'port', protocol: 'tcp', port: 5432 }],
  ['99999', { kind: 'name', name: '99999' }],
  ['web', { kind: 'name', name: 'web' }],
  ['shop/web', { kind: 'name', name: 'web', repository: 'shop' }],
  ['shop-web-1', { kind: 'name', name: 'shop-web-1' }],
])('%s', (text, subject) => {
  expect(readSubject(text)).toEqual(subject);
});
