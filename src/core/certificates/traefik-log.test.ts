import { expect, test } from 'vitest';
import { readTraefikLog } from './traefik-log.ts';

test.each([
  [
    'an order that failed',
    '{"level":"error","providerName":"letsencrypt.acme","acmeCA":"https://acme.example/dir","providerName":"letsencrypt.acme","ACME CA":"https://acme.example/dir","routerName":"websecure-a-2816@http","rule":"Host(`a.shop.test`) || Host(`www.a.shop.test`)","error":"unable to generate a certificate","domains":["a.shop.test","www.a.shop.test"],"time":"2026-11-26T17:01:51Z","message":"Unable to obtain ACME certificate for domains"}',
    {
      kind: 'failed',
      resolver: 'letsencrypt',
      names: ['a.shop.test', 'www.a.shop.test'],
      error: 'unable to generate a certificate',
    },
  ],
  [
    'a renewal that failed',
    '{"level":"error","providerName":"letsencrypt.acme","error":"[status code 500]","message":"Error renewing ACME certificate: {example.test [*.example.test a.test]}"}',
    {
      kind: 'renewal-failed',
      names: ['example.test', '*.example.test', 'a.test'],
      error: '[status code 500]',
    },
  ],
  [
    'a certificate that has come',
    '{"level":"info","time":"2026-11-26T17:01:54Z","domains":"a.shop.test, www.a.shop.test","lib":"lego","message":"Server responded with a certificate."}',
    { kind: 'issued' },
  ],
  [
    'a start',
    '{"level":"info","providerName":"letsencrypt.acme","acmeCA":"https://acme.example/dir","message":"Testing certificate renew..."}',
    { kind: 'started', resolver: 'letsencrypt' },
  ],
  [
    'a resolver that is lost',
    '{"level":"error","error":"unable to get ACME account: unexpected end of JSON input","resolver":"letsencrypt","message":"The ACME resolve is skipped from the resolvers list"}',
    {
      kind: 'resolver-lost',
      resolver: 'letsencrypt',
      error: 'unable to get ACME account: unexpected end of JSON input',
    },
  ],
])('%s', (_, line, event) => {
  expect(readTraefikLog(line)).toEqual(event);
});

test.each([
  '',
  'Started rediacc-proxy.service',
  '[]',
  '{"message": 1}',
  '{"level":"info","message":"Register..."}',
  '{"level":"warn","error":{"error":"x","kind":"*fmt.wrapError"},"lib":"lego","message":"Cleaning up failed."}',
])('%s is about something else', (line) => {
  expect(readTraefikLog(line)).toBeUndefined();
});
