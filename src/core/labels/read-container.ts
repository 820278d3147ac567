import { readAddress } from './address.ts';
import { readAutoRoute } from './auto-route.ts';
import { completeSections } from './complete.ts';
import { type Container, isOneOff } from './container.ts';
import { decodeStruct, type Options } from './decode.ts';
import { readLabelTree } from './label-tree.ts';
import { labelProblem, type Problem } from './problem.ts';
import { PROVIDER_OPTIONS, SECTIONS } from './schema.ts';
import { type Declaration, namedOptions } from './sections.ts';
import type { LabelSettings } from './settings.ts';

/** What a container's labels come to. */
export type Reading = {
  readonly container: Container;
  /** Absent when it asks for no route, or for one that cannot be. */
  readonly declaration?: Declaration;
  /** Why there is no route although nothing is wrong. */
  readonly unrouted?: string;
  readonly problems: readonly Problem[];
};

/** Reads the labels of one container. It looks at no other, so its answer holds for as long as the container exists. */
export function readContainer(container: Container, settings: LabelSettings): Reading {
  if (isOneOff(container)) return { container, unrouted: "it is a one-off of 'compose run'", problems: [] };
  try {
    return { container, ...readTier(container, settings) };
  } catch (error) {
    return { container, problems: [labelProblem(container, error)] };
  }
}

function readTier(container: Container, settings: LabelSettings): Omit<Reading, 'container'> {
  const { labels } = container;
  const provider = decodeWith(labels, ['traefik.docker.', 'traefik.enable'], PROVIDER_OPTIONS);
  const enabled = provider['enable'];
  if (enabled === false) return { unrouted: 'its label traefik.enable is false', problems: [] };
  const ours = Object.keys(labels).some((label) => label.startsWith('rediacc.'));
  if (enabled === undefined && !ours) return { unrouted: 'it has no labels for a route', problems: [] };
  if (!enabled && !container.serving) return { unrouted: 'it is not running, or not well', problems: [] };
  const address = readAddress(container, settings.trusted);
  if (typeof address !== 'string') return { problems: [address] };
  return enabled ? readTraefikLabels(container, address, settings) : autoRoute(container, address, settings);
}

function autoRoute(
  container: Container,
  address: string,
  settings: LabelSettings,
): Omit<Reading, 'container'> {
  const answer = readAutoRoute(container, address, settings);
  if ('code' in answer) return { problems: [answer] };
  return 'unrouted' in answer ? { ...answer, problems: [] } : { declaration: answer, problems: [] };
}

function readTraefikLabels(
  container: Container,
  address: string,
  settings: LabelSettings,
): Omit<Reading, 'container'> {
  const decoded = decodeWith(container.labels, SECTION_PREFIXES, SECTIONS);
  const { value, problems } = completeSections(decoded, { container, address, settings });
  const stores = namedOptions((decoded['tls'] as Options | undefined)?.['stores']);
  return { declaration: { tier: 'labels', sections: value, stores }, problems };
}

/** The prefixes that Traefik's provider reads (pkg/config/label); what else begins with `traefik.` has no meaning. */
const SECTION_PREFIXES = [
  'traefik.http',
  'traefik.tcp',
  'traefik.udp',
  'traefik.tls.stores.default',
] as const;

function decodeWith(labels: Container['labels'], prefixes: readonly string[], type: string): Options {
  const tree = readLabelTree(labels, prefixes);
  return tree === undefined ? {} : decodeStruct(tree, type);
}
