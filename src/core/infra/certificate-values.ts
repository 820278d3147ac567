import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';
import { invalid, readDuration, type Value } from './values.ts';

export function readEmail(text: string, option: string): Value {
  if (!z.email().safeParse(text).success) throw invalid(option, text, 'is no e-mail address');
  return { text };
}

/** The directory of an ACME server (RFC 8555). */
export function readHttpsUrl(text: string, option: string): Value {
  if (URL.parse(text)?.protocol !== 'https:') throw invalid(option, text, 'is no https:// address');
  return { text };
}

/** PEM certificates (RFC 7468), one below the other; what stands between them is left out. */
export function readCertificates(text: string, option: string): Value {
  const found = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (/PRIVATE KEY/.test(text)) throw invalid(option, 'FILE', 'has a private key in it');
  if (found.length === 0) throw invalid(option, 'FILE', 'has no PEM certificate in it');
  return { text: `${found.join('\n')}\n` };
}

/** A time of an hour at least: Traefik counts in hours. */
export function readLifetime(text: string, option: string): Value {
  const value = readDuration(text, option);
  if (lifetimeHours(value.text) < 1) throw invalid(option, text, 'is less than an hour');
  return value;
}

/** @param text a time that has been read */
export function lifetimeHours(text: string): number {
  return Math.floor(durationSeconds(text) / 3600);
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

/** The name by which Traefik knows it; some ask a person or run programs, which a service cannot. */
export function readDnsProvider(text: string, option: string): Value {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(text))
    throw invalid(option, text, 'is no name as cloudflare or route53');
  if (text === 'manual' || text === 'exec')
    throw invalid(option, text, 'is for people and programs: Traefik runs here as a service without either');
  return { text };
}

/** Addresses of name servers with their ports, with commas; port 53 need not be said. */
export function readServers(text: string, option: string): Value {
  const servers = text.split(',').map((part) => readServer(part.trim(), option));
  return { text: servers.join(',') };
}

function readServer(part: string, option: string): string {
  const [, bracketed, plain, port = '53'] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9a-f:]*::?[0-9a-f:]*|[0-9.]+))(?::(\d{1,5}))?$/i.exec(part) ?? [];
  const host = bracketed ?? plain ?? '';
  const isIpv6 = z.ipv6().safeParse(host).success;
  if ((!isIpv6 && !z.ipv4().safeParse(host).success) || Number(port) > 65535 || Number(port) === 0)
    throw invalid(
      option,
      part,
      'is no address of a name server, as in 1.1.1.1:53 or [2606:4700:4700::1111]:53',
    );
  return `${isIpv6 ? `[${host}]` : host}:${port}`;
}

/** `check`, or a time to wait. */
export function readPropagation(text: string, option: string): Value {
  return text === 'check' ? { text } : readDuration(text, option);
}

/**
 * Variables of a DNS provider, a line each, as in `HETZNER_API_TOKEN=…` (systemd.exec(5), EnvironmentFile=). What is none is not
 * repeated: it may be a secret.
 */
export function readVariables(text: string, option: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const wrong = lines.findIndex((line) => line !== '' && !/^(#|[A-Z][A-Z0-9_]*=)/.test(line));
  if (wrong >= 0 || lines.every((line) => line === '' || line.startsWith('#')))
    throw new Refusal(
      'variables-invalid',
      `${option}: ${wrong < 0 ? 'it has no variable in it' : `line ${wrong + 1} is none of the form NAME=value`}`,
      'Which ones a provider has stands in go-acme.github.io/lego/dns.',
    );
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
