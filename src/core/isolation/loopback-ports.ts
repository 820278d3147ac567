import { FIRST_NETWORK_ID } from '../network/subnet.ts';
import type { LoopbackPort } from './maps.ts';

/** What is wrong with a part of the list. */
export type WrongPort = { readonly part: string; readonly reason: string };

/**
 * Reads the ports of the machine's own loopback that repositories may reach: `127.0.0.53:53,127.0.0.1:9100`.
 *
 * @returns the first that is none, instead of them
 */
export function parseLoopbackPorts(text: string): LoopbackPort[] | WrongPort {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const ports: LoopbackPort[] = [];
  for (const part of parts) {
    const read = parsePort(part);
    if (typeof read === 'string') return { part, reason: read };
    ports.push(read);
  }
  return ports;
}

function parsePort(part: string): LoopbackPort | string {
  const [, address = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(part) ?? [];
  if (address.includes(':')) return 'is of IPv6, and containers reach the loopback by IPv4 alone';
  const bytes = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (bytes === undefined || bytes.some((byte) => byte > 255)) return 'is not of the form 127.0.0.53:53';
  const port = Number(digits);
  if (port < 1 || port > 65535) return 'has no port from 1 to 65535';
  const [a = 0, b = 0, c = 0] = bytes;
  if ((a << 16) + (b << 8) + c >= FIRST_NETWORK_ID)
    return 'is an address of repositories, which never reach those of others';
  return { address: `127.${bytes.join('.')}`, port };
}

/** The same of a list that has been checked. */
export function loopbackPorts(text: string): LoopbackPort[] {
  const ports = parseLoopbackPorts(text);
  if (Array.isArray(ports)) return ports;
  throw new Error(`${ports.part} ${ports.reason}`);
}
