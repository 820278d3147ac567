import { readPorts } from '../network/ports.ts';
import type { Value } from './values.ts';
import { invalid } from './values.ts';

/** TCP ports that get an entrypoint without being asked for: well-known services that are not HTTP. */
export const PRECONFIGURED = {
  tcp: [3306, 5432, 6379, 27017, 11211, 5672, 9092],
  udp: [53],
} as const;

/** Where the route server listens, and Traefik's own API, on 127.0.0.1. */
export const ROUTER_PORT = 7111;
export const API_PORT = 7112;
export const WEB_PORT = 80;
export const WEBSECURE_PORT = 443;

const WHY_NOT: ReadonlyMap<number, string> = new Map([
  [22, 'is for SSH'],
  [WEB_PORT, 'is for HTTP, and open anyway'],
  [WEBSECURE_PORT, 'is for HTTPS, and open anyway'],
  [ROUTER_PORT, 'is for the route server'],
  [API_PORT, "is for Traefik's own API"],
]);

type PortUse = {
  readonly protocol: 'tcp' | 'udp';
  /** Where the server's sshd listens. */
  readonly sshPort?: number;
};

type PortsContext = PortUse & {
  /** The list so far. */
  readonly before: string;
};

/**
 * The list of ports with entrypoints of their own that a text makes of the one before: `25,143` replaces it, `+25,-143` adds to it and
 * takes from it. Ranges are written `10000-10010`.
 */
export function readRegisteredPorts(text: string, option: string, context: PortsContext): Value {
  const parts = text.split(',').map((part) => part.trim());
  const isChange = /^[+-]/.test(parts[0] ?? '');
  const ports = new Set(isChange ? (readPorts(context.before) ?? []) : []);
  const notes: string[] = [];
  for (const part of text === '' ? [] : parts) {
    if (/^[+-]/.test(part) !== isChange)
      throw invalid(option, text, 'mixes ports that replace the list with some that change it (+25, -25)');
    for (const port of readPart(isChange ? part.slice(1) : part, option)) {
      if (part.startsWith('-')) {
        if (!ports.delete(port)) notes.push(`${port} was not in the list`);
      } else notes.push(...add(port, ports, { option, ...context }));
    }
  }
  return {
    text: renderPorts([...ports]),
    ...(notes.length > 0 ? { warning: `${option}: ${notes.join('; ')}` } : {}),
  };
}

function add(port: number, ports: Set<number>, { option, ...use }: PortUse & { option: string }): string[] {
  requireUnused(port, option, use);
  const { protocol } = use;
  if (ports.has(port)) return [`${port} is there already`];
  ports.add(port);
  return isPreconfigured(port, protocol) ? [`${port} is preconfigured, and open anyway`] : [];
}

function readPart(part: string, option: string): number[] {
  const ports = part === '' ? undefined : readPorts(part);
  if (ports === undefined)
    throw invalid(option, part, 'is neither a port (1 to 65535) nor a range as 10000-10010');
  return ports;
}

function requireUnused(port: number, option: string, { protocol, sshPort }: PortUse): void {
  const why = port === sshPort ? 'is where this server has SSH' : WHY_NOT.get(port);
  if (why !== undefined && protocol === 'tcp') throw invalid(option, String(port), why);
}

/** The range of ports that are handed out. */
export function readDynamicPorts(text: string, option: string, use: PortUse): Value {
  const value = readPortList(text, option);
  for (const port of readPorts(value.text) ?? []) requireUnused(port, option, use);
  return value;
}

/** Preconfigured ports that stay closed. */
export function readWithoutPorts(text: string, option: string): Value {
  const value = readPortList(text, option);
  for (const port of readPorts(value.text) ?? []) {
    if (isPreconfigured(port, 'tcp') || isPreconfigured(port, 'udp')) continue;
    const all = [...PRECONFIGURED.tcp, ...PRECONFIGURED.udp].join(', ');
    throw invalid(option, String(port), `is not preconfigured: those are ${all}`);
  }
  return value;
}

function isPreconfigured(port: number, protocol: 'tcp' | 'udp'): boolean {
  return PRECONFIGURED[protocol].some((one) => one === port);
}

/** A list of ports that is replaced as a whole. */
function readPortList(text: string, option: string): Value {
  const ports = readPorts(text);
  if (ports === undefined) throw invalid(option, text, 'is no list of ports as 25,10000-10010');
  return { text: renderPorts(ports) };
}

/** Ascending, three and more in a row as a range. */
export function renderPorts(ports: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === port - 1) last[1] = port;
    else runs.push([port, port]);
  }
  return runs
    .flatMap(([first, last]): (number | string)[] =>
      last - first < 2 ? [...new Set([first, last])] : [`${first}-${last}`],
    )
    .join(',');
}
