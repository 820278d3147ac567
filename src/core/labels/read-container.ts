import { readAddress } from './address.ts';
import { readAutoRoute } from './auto-route.ts';
import { completeSections } from './complete.ts';
import { type Container, isOneOff } from './container.ts';
import { decodeStruct, type Options } from './decode.ts';
import { readLabelTree } from './label-tree.ts';
import { labelProblem, type Problem } from './problem.ts';
import { type PublicPort, readPublicPorts } from './public-ports.ts';
import { PROVIDER_OPTIONS, SECTIONS } from './schema.ts';
import { type Declaration, namedOptions } from './sections.ts';
import type { LabelContext, LabelSettings } from './settings.ts';

/** What a container's labels come to. */
export type Reading = {
  readonly container: Container;
  /** Absent when it asks for no route, or for one that cannot be. */
  readonly declaration?: Declaration;
  /** Ports that want a public one. */
  readonly publicPorts?: readonly PublicPort[];
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

type Read = Omit<Reading, 'container'>;

function readTier(container: Container, settings: LabelSettings): Read {
  const { labels } = container;
  const provider = decodeWith(labels, ['traefik.docker.', 'traefik.enable'], PROVIDER_OPTIONS);
  const enabled = provider['enable'];
  if (enabled === false) return { unrouted: 'its label traefik.enable is false', problems: [] };
  const ours = Object.keys(labels).some((label) => label.startsWith('rediacc.'));
  if (enabled === undefined && !ours) return { unrouted: 'it has no labels for a route', problems: [] };
  if (!enabled && !container.serving) return { unrouted: 'it is not running, or not well', problems: [] };
  const address = readAddress(container, settings.trusted);
  if (typeof address !== 'string') return { problems: [address] };
  const context = { container, address, settings };
  return withPublicPorts(enabled ? readTraefikLabels(context) : readAutoTier(context), context);
}

/** Ports beside the routes that a tier gives. Who has some is not without a route. */
function withPublicPorts({ unrouted, ...read }: Read, { container, address }: LabelContext): Read {
  const { value, problems } = readPublicPorts(container, address);
  const said = unrouted === undefined || value.length > 0 ? {} : { unrouted };
  return { ...read, ...said, publicPorts: value, problems: [...read.problems, ...problems] };
}

function readAutoTier({ container, address, settings }: LabelContext): Read {
  const answer = readAutoRoute(container, address, settings);
  if ('code' in answer) return { problems: [answer] };
  return 'unrouted' in answer ? { ...answer, problems: [] } : { declaration: answer, problems: [] };
}

function readTraefikLabels(context: LabelContext): Read {
  const decoded = decodeWith(context.container.labels, SECTION_PREFIXES, SECTIONS);
  const { value, problems } = completeSections(decoded, context);
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
