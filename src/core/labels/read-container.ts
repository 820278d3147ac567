import { readAddress } from './address.ts';
import { readAutoRoute } from './auto-route.ts';
import { type Container, isOneOff } from './container.ts';
import { decodeStruct, type Options } from './decode.ts';
import { completeHttp } from './http-labels.ts';
import { readLabelTree } from './label-tree.ts';
import { labelProblem, type Problem, problem } from './problem.ts';
import { PROVIDER_OPTIONS, SECTIONS } from './schema.ts';
import type { Declaration } from './sections.ts';
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
  const address = readAddress(container);
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
  for (const protocol of ['tcp', 'udp'] as const) {
    if (decoded[protocol] !== undefined) return { problems: [unsupported(container, protocol)] };
  }
  const http = (decoded['http'] ?? {}) as Options;
  const { section, problems } = completeHttp(http, { container, address, settings });
  return { declaration: { tier: 'labels', http: section }, problems };
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

function unsupported(container: Container, protocol: 'tcp' | 'udp'): Problem {
  const label = Object.keys(container.labels).find((key) =>
    key.toLowerCase().startsWith(`traefik.${protocol}.`),
  );
  return problem(container, 'protocol-unsupported', {
    ...(label === undefined ? {} : { label }),
    reason: `this version routes no ${protocol.toUpperCase()}`,
    fix: 'Remove the label.',
  });
}
