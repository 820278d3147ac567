import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressVariable, dnsLabel, refuseCollisions } from './names.ts';
import {
  FIRST_NETWORK_ID,
  isNetworkId,
  LAST_NETWORK_ID,
  nextNetworkId,
  readNetworkId,
  SUBNET_SIZE,
  serviceAddress,
  subnet,
} from './subnet.ts';

describe('addresses', () => {
  test('a network id is a subnet, a slot an address in it', () => {
    expect(subnet(2816)).toBe('127.0.11.0/26');
    expect(serviceAddress(2816, 0)).toBe('127.0.11.2');
    expect(subnet(2880)).toBe('127.0.11.64/26');
    expect(serviceAddress(2880, 60)).toBe('127.0.11.126');
    expect(subnet(LAST_NETWORK_ID)).toBe('127.255.255.192/26');
  });

  test('no two services of any two repositories share an address', () => {
    const place = fc.record({
      id: fc
        .integer({ min: 0, max: (LAST_NETWORK_ID - FIRST_NETWORK_ID) / SUBNET_SIZE })
        .map((n) => FIRST_NETWORK_ID + n * SUBNET_SIZE),
      slot: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        const same = a.id === b.id && a.slot === b.slot;
        expect(serviceAddress(a.id, a.slot) === serviceAddress(b.id, b.slot)).toBe(same);
      }),
    );
  });

  test('the next network id is the lowest free one', () => {
    expect(nextNetworkId(new Set())).toBe(2816);
    expect(nextNetworkId(new Set([2816, 2944]))).toBe(2880);
  });

  test.each(['2817', '0', '-2816', '2816.0', ' 2816', '16777216', '99999999999', ''])(
    "'%s' is no network id",
    (text) => {
      expect(() => readNetworkId(text)).toThrow(/is no network id/);
      expect(isNetworkId(Number(text)) && text === String(Number(text))).toBe(false);
    },
  );
});

describe('names', () => {
  test.each([
    ['postgres', 'POSTGRES_IP', 'postgres'],
    ['my-app', 'MY_APP_IP', 'my-app'],
    ['My_App.v2', 'MY_APP_V2_IP', 'my-app-v2'],
    ['2fa', '_2FA_IP', '2fa'],
    ['_x-', '_X__IP', 'x'],
  ])('%s', (service, variable, label) => {
    expect(addressVariable(service)).toBe(variable);
    expect(dnsLabel(service)).toBe(label);
  });

  test('two services that give the same variable are refused by name', () => {
    expect(() => refuseCollisions(['db', 'my-app', 'my_app'])).toThrow(
      /'my-app' and 'my_app' both give the variable MY_APP_IP/,
    );
  });

  test('two services that give the same host name are refused by name', () => {
    expect(() => refuseCollisions(['a', 'a-'])).toThrow(/'a' and 'a-' both give the host name a/);
  });
});
