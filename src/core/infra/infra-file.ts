import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';
import type { EntryPoint } from '../traefik/static-config.ts';
import type { InfraSettings, SettingKey } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** What a server is, as its `infra.json` says: what has been set, and what has become of it. No secrets. */
export type Infra = {
  readonly settings: InfraSettings;
  readonly entryPoints: readonly EntryPoint[];
  /** Certificate resolvers that Traefik has. */
  readonly resolvers: readonly string[];
  /** Path of the Traefik that runs. */
  readonly traefik: string;
};

const settingsShape = z.record(z.string(), z.string());
const infraShape = z.object({
  settings: settingsShape,
  entryPoints: z.array(
    z.object({
      name: z.string(),
      protocol: z.enum(['tcp', 'udp']),
      host: z.string(),
      port: z.number(),
    }),
  ),
  resolvers: z.array(z.string()),
  traefik: z.string(),
});

/** @param path only for the sentence of a refusal */
export function readInfra(text: string, path: string): Infra {
  try {
    const { settings, ...rest } = z.parse(infraShape, JSON.parse(text));
    return { settings: readSettings(settings), ...rest };
  } catch {
    throw new Refusal(
      'infra-damaged',
      `${path} is damaged: it is not as push-infra writes it`,
      'Push again, and it is written anew: rdc context push-infra NAME.',
    );
  }
}

export function writeInfra(infra: Infra): string {
  return `${JSON.stringify(infra, null, 2)}\n`;
}

/** Settings out of JSON. Each is checked again when it is used, since a file can be edited. */
export function readSettings(json: unknown): InfraSettings {
  const known = new Set<string>(SETTINGS.map(({ key }) => key));
  const entries = Object.entries(z.parse(settingsShape, json));
  return Object.fromEntries(entries.filter((entry): entry is [SettingKey, string] => known.has(entry[0])));
}
