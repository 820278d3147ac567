export type StreamProtocol = 'tcp' | 'udp';

/** The entrypoint for a port beside HTTP, as labels call it: `tcp-5432`. */
export function streamName({
  protocol,
  port,
}: {
  readonly protocol: StreamProtocol;
  readonly port: number;
}): string {
  return `${protocol}-${port}`;
}

/** Ports by protocol, ascending. */
export type Ports = { readonly tcp: readonly number[]; readonly udp: readonly number[] };

/** @returns undefined when the text is no port from 1 to 65535 */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

/**
 * Ports and ranges with commas (`25,10000-10010`), ascending, each once; empty for an empty text.
 *
 * @returns undefined when a part is neither a port nor a range that goes up
 */
export function readPorts(text: string): number[] | undefined {
  const ports = new Set<number>();
  const parts = text.split(',').map((part) => part.trim());
  for (const part of parts.length === 1 && parts[0] === '' ? [] : parts) {
    const [first, ...more] = part.split('-').map(readPort);
    const last = more.length === 0 ? first : more[0];
    if (first === undefined || last === undefined || last < first || more.length > 1) return undefined;
    for (let port = first; port <= last; port += 1) ports.add(port);
  }
  return [...ports].sort((a, b) => a - b);
}
