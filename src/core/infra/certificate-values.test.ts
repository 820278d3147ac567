import { expect, test } from 'vitest';
import { readCertificates, readVariables } from './certificate-values.ts';
import { changeSettings } from './change-settings.ts';
import type { SettingKey } from './setting.ts';
import { SETTINGS } from './settings.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIBfake+/=\n-----END CERTIFICATE-----';

test.each<[SettingKey, string, string?]>([
  ['certLifetime', '24h'],
  ['certLifetime', '90m'],
  ['dnsProvider', 'route53'],
  ['dnsProvider', 'acme-dns'],
  ['dnsResolvers', '1.1.1.1, 8.8.8.8:5353', '1.1.1.1:53,8.8.8.8:5353'],
  ['dnsResolvers', '2606:4700:4700::1111', '[2606:4700:4700::1111]:53'],
  ['dnsResolvers', '[2606:4700:4700::1111]:5353'],
  ['dnsPropagation', 'check'],
  ['dnsPropagation', '30s'],
  ['acmeCa', `two of them\r\n${PEM}\r\nand\n${PEM}`, `${PEM}\n${PEM}\n`],
])('%s may be %j', (key, text, kept = text) => {
  expect(changeSettings({}, { [key]: text })).toMatchObject({ settings: { [key]: kept }, warnings: [] });
});

test.each<[SettingKey, string, string]>([
  ['certLifetime', '59m', 'is less than an hour'],
  ['certLifetime', '90d', 'is no time: write it as in 90s or 10m'],
  ['dnsProvider', 'Route 53', 'is no name as cloudflare or route53'],
  ['dnsProvider', 'manual', 'is for people and programs: Traefik runs here as a service without either'],
  [
    'dnsResolvers',
    'dns.example',
    'is no address of a name server, as in 1.1.1.1:53 or [2606:4700:4700::1111]:53',
  ],
  [
    'dnsResolvers',
    '1.1.1.1:0',
    'is no address of a name server, as in 1.1.1.1:53 or [2606:4700:4700::1111]:53',
  ],
  [
    'dnsResolvers',
    '1.1.1.1:65536',
    'is no address of a name server, as in 1.1.1.1:53 or [2606:4700:4700::1111]:53',
  ],
  ['dnsPropagation', 'never', 'is no time: write it as in 90s or 10m'],
])('%s cannot be %j: it %s', (key, text, reason) => {
  const option = SETTINGS.find((one) => one.key === key)?.option;
  expect(() => changeSettings({}, { [key]: text })).toThrow(
    expect.objectContaining({ code: 'setting-invalid', message: `${option} '${text}' ${reason}` }),
  );
});

test.each([
  ['', 'has no PEM certificate in it'],
  ['-----BEGIN CERTIFICATE-----\n', 'has no PEM certificate in it'],
  [`${PEM}\n-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n`, 'has a private key in it'],
])('a file of authorities with %j is refused, and not repeated', (text, reason) => {
  expect(() => readCertificates(text, '--acme-ca')).toThrow(`--acme-ca 'FILE' ${reason}`);
});

test('variables are kept as they are, without empty lines', () => {
  expect(readVariables('# of Hetzner\r\n\nHETZNER_API_TOKEN="a b=c"\n', '-f')).toBe(
    '# of Hetzner\nHETZNER_API_TOKEN="a b=c"\n',
  );
});

test.each([
  ['', 'it has no variable in it'],
  ['# nothing\n', 'it has no variable in it'],
  ['A=1\nexport TOKEN=s3cret\n', 'line 2 is none of the form NAME=value'],
  ['s3cret', 'line 1 is none of the form NAME=value'],
])('variables as %j are refused, and not repeated', (text, reason) => {
  expect(() => readVariables(text, '-f')).toThrow(
    expect.objectContaining({ code: 'variables-invalid', message: `-f: ${reason}` }),
  );
});
