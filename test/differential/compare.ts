import { NETWORK_ID } from './pair.ts';
import type { RawData } from './traefik.ts';

/** Things by kind and name as both Traefiks must have them. */
export type Comparable = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * What a Traefik has, without what differs by design: the provider's name, and the repository's number at the end of each
 * name. Items that Traefik itself brings, and the sentinels, are left out.
 */
export function comparable(data: RawData, provider: 'docker' | 'http'): Comparable {
  const ending = `@${provider}`;
  return Object.fromEntries(
    Object.entries(data)
      .sort()
      .map(([kind, items]) => [
        kind,
        Object.fromEntries(
          Object.entries(items)
            .filter(([name]) => name.endsWith(ending) && !name.startsWith('sentinel-'))
            .map(([name, item]): [string, unknown] => [plain(name), plainAll(item)])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      ])
      .filter(([, items]) => Object.keys(items as object).length > 0),
  );
}

const SUFFIX = new RegExp(`-${NETWORK_ID}(?=@|"|'|\\\\|$)`, 'g');

function plain(text: string): string {
  // A sticky cookie without a name is named by a hash of the service's.
  return text
    .replaceAll(SUFFIX, '')
    .replaceAll(/@(docker|http)\b/g, '')
    .replace(/^_[0-9a-f]{5}$/, '_hash');
}

function plainAll(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(plainAll);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Traefik probes servers at its own pace.
      .filter(([key]) => key !== 'serverStatus')
      .map(([key, item]) => [plain(key), UNORDERED.has(key) ? sorted(plainAll(item)) : plainAll(item)]),
  );
}

/** Lists that Traefik makes out of a map, in another order each time. */
const UNORDERED = new Set(['usedBy', 'using']);

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}
