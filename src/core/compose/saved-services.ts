import * as z from 'zod/mini';
import type { HostsModel } from './hosts.ts';

const saved = z.record(
  z.string(),
  z.object({
    containerName: z.optional(z.string()),
    hostname: z.optional(z.string()),
    extraHosts: z.array(z.string()),
    links: z.array(z.string()),
    networks: z.record(z.string(), z.array(z.string())),
  }),
);

/** What compose files of a repository have said of names, as it was saved; nothing when that cannot be read. */
export function readSavedServices(text: string | undefined): ReadonlyMap<string, HostsModel> {
  try {
    const services = Object.entries(z.parse(saved, JSON.parse(text ?? '{}')));
    return new Map(
      services.map(([name, { networks, ...rest }]): [string, HostsModel] => [
        name,
        { ...rest, networks: new Map(Object.entries(networks)) },
      ]),
    );
  } catch {
    return new Map();
  }
}

export function writeSavedServices(services: ReadonlyMap<string, HostsModel>): string {
  const all = [...services].map(([name, { containerName, hostname, extraHosts, links, networks }]) => [
    name,
    { containerName, hostname, extraHosts, links, networks: Object.fromEntries(networks) },
  ]);
  return `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`;
}
