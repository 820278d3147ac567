import { expect, test } from 'vitest';
import { checkEndpoint, checkUrl, type Reach } from './address.ts';

const reach: Reach = { networkId: 2816, services: new Map([['authelia', '127.0.11.5']]) };

test.each([
  ['http://authelia:9091/api?rd=x#y', 'http://127.0.11.5:9091/api?rd=x#y'],
  ['http://127.0.11.2:80', 'http://127.0.11.2:80'],
  ['http://127.0.11.2.:80', 'http://127.0.11.2:80'],
  ['https://auth.example.com/verify', 'https://auth.example.com/verify'],
  ['HTTP://Auth.Example.com', 'HTTP://Auth.Example.com'],
  ['h2c://198.51.100.7:50051', 'h2c://198.51.100.7:50051'],
  ['http://10.0.0.7', 'http://10.0.0.7'],
  ['https://[2001:db8::1]:8443/', 'https://[2001:db8::1]:8443/'],
])('%s passes', (url, allowed) => expect(checkUrl(url, reach)).toEqual({ allowed }));

test.each([
  'http://127.0.0.1:7111/health',
  'http://127.0.0.1:7112/api/rawdata',
  'http://127.0.12.2:80',
  'http://127.1/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://2130706433/',
  'http://127.0.0.1./',
  'http://0.0.0.0:80',
  'http://0/',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]:80',
  'http://[::]:80',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[fe80::1]/',
  'http://localhost:80',
  'http://LOCALHOST:80',
  'http://localhost.:80',
  'http://x.localhost',
])('%s reaches the machine', (url) =>
  expect(checkUrl(url, reach)).toMatchObject({ refused: expect.stringMatching(/machine itself/) }),
);

test.each([
  'http://user@127.0.0.1/',
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1\\@example.com/',
  'http://exam\tple.com/',
  'http:/127.0.0.1',
  'http:127.0.0.1',
  '//127.0.0.1',
  'file:///etc/passwd',
  'unix:///run/docker.sock',
  'http://[fe80::1%25eth0]/',
  'http://[::1',
  'http://1.2.3.4.5/',
  'http://256.256.256.256/',
  '',
])('%s is no address', (url) => expect(checkUrl(url, reach)).toMatchObject({ refused: expect.any(String) }));

test('a bare name is a service of the repository or nothing', () => {
  expect(checkUrl('http://other:80', reach)).toEqual({
    refused: "'other' is no running service of the repository",
  });
});

test('an endpoint', () => {
  expect(checkEndpoint('authelia:6379', reach)).toEqual({ allowed: '127.0.11.5:6379' });
  expect(checkEndpoint('198.51.100.7', reach)).toEqual({ allowed: '198.51.100.7' });
  expect(checkEndpoint('localhost:6379', reach)).toHaveProperty('refused');
  expect(checkEndpoint('127.0.0.1:6379/0', reach)).toHaveProperty('refused');
});
