import { describe, expect, test } from 'vitest';
import { hostsOf, isBoundToHosts } from './hosts.ts';
import type { Syntax } from './matchers.ts';
import { parseRule } from './parse.ts';

const read = (rule: string, syntax: Syntax = 'http') => {
  const parsed = parseRule(rule, syntax);
  return { hosts: hostsOf(parsed), bound: isBoundToHosts(parsed) };
};

describe('rules that name their hosts', () => {
  test.each([
    ['Host(`a.example.com`)', ['a.example.com']],
    ['Host("a.example.com")', ['a.example.com']],
    ['HOST(`A.Example.COM.`)', ['a.example.com']],
    ['host(`a`) && Pathprefix(`/b`)', ['a']],
    ['Host(`a`) || Host(`b`) && Path(`/`)', ['a', 'b']],
    ['(Host(`a`) || Host(`b`)) && !Path(`/x`)', ['a', 'b']],
    ['!(!Host(`a`) || Path(`/x`))', ['a']],
    // Traefik would ask for a certificate of b as well.
    ['Host(`a`) && (Path(`/x`) || Host(`b`))', ['a', 'b']],
    ['Host(`*.example.com`)', ['*.example.com']],
    ['Host(`a`) && !Host(`b`)', ['a']],
    [`${'!('.repeat(950)}Host(\`a\`)${')'.repeat(950)}`, ['a']],
    ['\n Host(`a`)\t&&\nMethod("G\\"E\\\\T")', ['a']],
  ])('%.60s', (rule, hosts) => expect(read(rule)).toEqual({ hosts, bound: true }));
  test('in the old syntax', () =>
    expect(read('Host(`a`, `b`) || HostHeader(`c`)', 'http-v2')).toEqual({
      hosts: ['a', 'b', 'c'],
      bound: true,
    }));
});

describe('rules that match for other hosts, too', () => {
  test.each([
    'PathPrefix(`/`)',
    'HostRegexp(`.*`)',
    '!Host(`a`)',
    'Host(`*`)',
    'Host(`a`) || Path(`/`)',
    'Host(`a`) || !Host(`b`)',
    '!(Host(`a`) || Host(`b`))',
    '!(Host(`a`) && Host(`b`))',
    'Host(`a`) || Path(`/x`) && Method(`GET`)',
  ])('%s', (rule) => expect(read(rule).bound).toBe(false));
  test.each(['HostSNI(`*`)', 'ClientIP(`192.0.2.1`)', 'HostSNIRegexp(`.*`)', 'ALPN(`h2`)'])('%s', (rule) =>
    expect(read(rule, 'tcp').bound).toBe(false),
  );
});

describe('rules that Traefik does not take, or may take in another way', () => {
  test.each([
    ['', 'a matcher is missing at its end'],
    ['Host(`a`', "')' is missing"],
    ['Host(a)', 'a value stands in ` or in "'],
    ['Host(`a)', 'a value that begins with ` does not end'],
    ["Host('a')", 'a value stands in ` or in ", not in \''],
    ['Hots(`a`)', "there is no matcher 'Hots'"],
    ['HoSt(`a`)', "there is no matcher 'HoSt'"],
    ['Host(``)', 'a value of Host is empty'],
    ['Host(`a`, `b`)', 'Host takes 1 value, not 2'],
    ['Host()', 'a value stands in'],
    ['Host(`a`) Host(`b`)', "'Host' is one too many"],
    ['Host(`a`) and Host(`b`)', "'and' is one too many"],
    ['Host(`a`) &&', 'a matcher is missing at its end'],
    ['Host(`a`) /* || */ || Host(`b`)', 'is no part of a rule'],
    ['Host(`a`) // b', 'is no part of a rule'],
    ['Host(`vic\rtim`)', 'control character'],
    ['Host("vic\\x74im")', 'a value that begins with " does not end'],
    ['\ufeffHost(`a`)', 'is no part of a rule'],
    ['Host(`a`,)', 'a value stands in'],
    [`${'('.repeat(1_900)}Host(\`a\`)${')'.repeat(1_900)} 1`, 'is no part of a rule'],
    [`${'!('.repeat(100_000)}Host(\`a\`)`, 'it is too long'],
  ])('%.60s', (rule, reason) => expect(() => read(rule)).toThrow(reason));
});
