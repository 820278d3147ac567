import { isSameOutcome, type Outcome } from '../core/claims/outcome.ts';
import type { Container } from '../core/labels/container.ts';
import { type Reading, readContainer } from '../core/labels/read-container.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { grantRoutes } from '../core/routes/grant.ts';
import { buildRepositoryRoutes, type RepositoryRoutes } from '../core/routes/repository-routes.ts';
import { assembleDynamicConfig, type Fragment, renderFragment } from '../core/traefik/dynamic-config.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { DaemonView } from './daemon.ts';
import { createPiece, type Piece, type Publisher } from './publisher.ts';

export type Refresher = {
  /** Brings the document up to what the daemons are now. */
  readonly refresh: (daemons: readonly DaemonView[]) => void;
  /** The routes of the newest document, in the order of network ids. */
  readonly routes: () => readonly RepositoryRoutes[];
};

export type RefresherOptions = {
  readonly settings: LabelSettings;
  /** Whether the operator trusts a repository's labels. */
  readonly isTrusted: (id: NetworkId) => boolean;
  readonly nameOf: (id: NetworkId) => string;
  readonly claims: ClaimKeeper;
  readonly publisher: Publisher;
  /** A bug, met in one repository: that keeps what it had, and all others go on. */
  readonly onBug: (error: unknown, id: NetworkId) => void;
};

/** What a repository asks for; kept for as long as its containers do not change. */
type Asked = {
  readonly containers: readonly Container[];
  readonly settings: LabelSettings;
  readonly routes: RepositoryRoutes;
};

/** What it gets. */
type Granted = {
  readonly asked: RepositoryRoutes;
  readonly outcome: Outcome;
  readonly routes: RepositoryRoutes;
  readonly fragment: Fragment<Piece>;
};

/**
 * The flow of the route server: read labels -> build routes -> settle claims -> render -> compare -> publish. A repository
 * that has not changed costs nothing: its part of the document is kept.
 */
export function createRefresher(options: RefresherOptions): Refresher {
  const { claims, publisher } = options;
  const settingsOf = createTrust(options);
  const read = createReader();
  let asked = new Map<NetworkId, Asked>();
  let granted = new Map<NetworkId, Granted>();

  const ask = ({ networkId, containers }: DaemonView): Asked => {
    const settings = settingsOf(networkId);
    const before = asked.get(networkId);
    if (before?.containers === containers && before.settings === settings) return before;
    const readings = containers.map((container) => read(container, settings));
    return { containers, settings, routes: buildRepositoryRoutes(networkId, readings, settings) };
  };
  const grant = ({ routes, settings }: Asked, outcome: Outcome): Granted => {
    const before = granted.get(routes.networkId);
    if (before?.asked === routes && isSameOutcome(before.outcome, outcome)) return before;
    const given = grantRoutes(routes, { outcome, settings, nameOf: options.nameOf });
    return { asked: routes, outcome, routes: given, fragment: toPieces(renderFragment(given)) };
  };
  const attempt = <T>(id: NetworkId, make: () => T, before: T | undefined): [NetworkId, T][] => {
    try {
      return [[id, make()]];
    } catch (error) {
      options.onBug(error, id);
      return before === undefined ? [] : [[id, before]];
    }
  };
  return {
    refresh: (daemons) => {
      asked = new Map(
        daemons.flatMap((one) => attempt(one.networkId, () => ask(one), asked.get(one.networkId))),
      );
      const outcomeOf = claims.settle(
        daemons.flatMap(({ networkId, state }) => {
          const one = asked.get(networkId);
          return one === undefined ? [] : [{ routes: one.routes, answering: state === 'up' }];
        }),
      );
      granted = new Map(
        [...asked].flatMap(([id, one]) =>
          attempt(id, () => grant(one, outcomeOf(one.routes)), granted.get(id)),
        ),
      );
      const fragments = [...granted.values()].map(({ fragment }) => fragment);
      publisher.publish(assembleDynamicConfig(fragments).map(pieceOf));
    },
    routes: () => [...granted.values()].map(({ routes }) => routes),
  };
}

function toPieces(fragment: Fragment): Fragment<Piece> {
  return new Map([...fragment].map(([place, block]) => [place, createPiece(block)]));
}

/** What stands between the fragments is always the same few words. */
function pieceOf(part: string | Piece): Piece {
  return typeof part === 'string' ? createPiece(part) : part;
}

/** The same settings each time, so that a change of trust can be told from none. */
function createTrust({ settings, isTrusted }: RefresherOptions): (id: NetworkId) => LabelSettings {
  const trusting = { ...settings, trusted: true };
  return (id) => (settings.trusted || isTrusted(id) ? trusting : settings);
}

/** Labels are read once in the life of a container. */
function createReader(): (container: Container, settings: LabelSettings) => Reading {
  const readings = new WeakMap<Container, { settings: LabelSettings; reading: Reading }>();
  return (container, settings) => {
    const known = readings.get(container);
    if (known?.settings === settings) return known.reading;
    const reading = readContainer(container, settings);
    readings.set(container, { settings, reading });
    return reading;
  };
}
