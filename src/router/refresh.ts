import type { Orders } from '../core/certificates/order.ts';
import { isSameOutcome, type Outcome, type Wishes } from '../core/claims/outcome.ts';
import type { Container } from '../core/labels/container.ts';
import { readContainer } from '../core/labels/read-container.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { grantRoutes } from '../core/routes/grant.ts';
import { ordersOf, withoutHeld } from '../core/routes/orders.ts';
import { buildRepositoryRoutes, type RepositoryRoutes } from '../core/routes/repository-routes.ts';
import { type RouteSummary, summarize } from '../core/routes/summary.ts';
import { wishesOf } from '../core/routes/wishes.ts';
import { assembleDynamicConfig, type Fragment, renderFragment } from '../core/traefik/dynamic-config.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { DaemonView } from './daemon.ts';
import { createPiece, type Piece, type Publisher } from './publisher.ts';

export type RefresherOptions = {
  readonly settings: LabelSettings;
  /** Whether the operator trusts a repository's labels. */
  readonly isTrusted: (id: NetworkId) => boolean;
  readonly nameOf: (id: NetworkId) => string;
  readonly claims: ClaimKeeper;
  readonly certificates: Pick<CertificateKeeper, 'settle'>;
  readonly publisher: Publisher;
  /** A bug, met in one repository: that keeps what it had, and all others go on. */
  readonly onBug: (error: unknown, id: NetworkId) => void;
};

/** What a repository asks for; kept for as long as its containers do not change. */
type Asked = {
  readonly networkId: NetworkId;
  readonly containers: readonly Container[];
  readonly settings: LabelSettings;
  readonly wishes: Wishes;
};

/** What it gets. Its routes are not kept: they can be made again, and would take more memory than all the rest. */
type Granted = {
  readonly asked: Asked;
  readonly outcome: Outcome;
  readonly orders: Orders;
  /** Keys of those of them that are not to be made now, with spaces. */
  readonly held: string;
  readonly summary: RouteSummary;
  readonly fragment: Fragment<Piece>;
};

/** Those of repositories that have changed, until the last step of a refresh. */
type Fresh = Map<Asked, RepositoryRoutes>;

/**
 * The flow of the route server: read labels -> build routes -> settle claims -> render -> compare -> publish. A repository
 * that has not changed costs nothing: its part of the document is kept.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  /** The same settings each time, so that a change of trust can be told from none. */
  readonly #trusting: LabelSettings;
  #asked: ReadonlyMap<NetworkId, Asked> = new Map();
  #granted: ReadonlyMap<NetworkId, Granted> = new Map();
  /** What has been prepared. */
  #fresh: Fresh = new Map();

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#trusting = { ...options.settings, trusted: true };
  }

  /** Does beforehand what the next refresh would have to do first for a daemon. */
  prepare(daemon: DaemonView): void {
    const { networkId } = daemon;
    const asked = this.#attempt(networkId, () => this.#ask(daemon, this.#fresh), this.#asked);
    this.#asked = new Map([...this.#asked, ...asked]);
  }

  /** Brings the document up to what the daemons are now. */
  refresh(daemons: readonly DaemonView[]): void {
    const { claims, publisher } = this.#options;
    const fresh = this.#fresh;
    this.#fresh = new Map();
    this.#asked = new Map(
      daemons.flatMap((one) => this.#attempt(one.networkId, () => this.#ask(one, fresh), this.#asked)),
    );
    const outcomeOf = claims.settle(
      daemons.flatMap(({ networkId, state }) => {
        const one = this.#asked.get(networkId);
        return one === undefined ? [] : [{ wishes: one.wishes, answering: state === 'up' }];
      }),
    );
    this.#granted = new Map(
      [...this.#asked].flatMap(([id, one]) =>
        this.#attempt(id, () => this.#grant(one, outcomeOf(one.wishes), fresh), this.#granted),
      ),
    );
    this.#hold();
    const fragments = [...this.#granted.values()].map(({ fragment }) => fragment);
    publisher.publish(assembleDynamicConfig(fragments).map(pieceOf));
  }

  /** What the newest document has of each repository, in the order of network ids. */
  summaries(): RouteSummary[] {
    return [...this.#granted.values()].map(({ summary }) => summary);
  }

  /** Certificates that each repository wants. */
  orders(): ReadonlyMap<NetworkId, Orders> {
    return new Map([...this.#granted].map(([id, { orders }]) => [id, orders]));
  }

  /** The same in full, one after the other: made for who asks, which takes its time. */
  *routes(): Generator<RepositoryRoutes> {
    for (const { asked, outcome } of this.#granted.values()) yield this.#routesOf(asked, outcome);
  }

  #ask({ networkId, containers }: DaemonView, fresh: Fresh): Asked {
    const { settings: common, isTrusted } = this.#options;
    const settings = common.trusted || isTrusted(networkId) ? this.#trusting : common;
    const before = this.#asked.get(networkId);
    if (before?.containers === containers && before.settings === settings) return before;
    const routes = build({ networkId, containers, settings });
    const now = { networkId, containers, settings, wishes: wishesOf(routes) };
    fresh.set(now, routes);
    return now;
  }

  #grant(asked: Asked, outcome: Outcome, fresh: Fresh): Granted {
    const before = this.#granted.get(asked.networkId);
    if (before?.asked === asked && isSameOutcome(before.outcome, outcome)) return before;
    const routes = this.#routesOf(asked, outcome, fresh.get(asked));
    const fragment = toPieces(renderFragment(routes));
    return { asked, outcome, orders: ordersOf(routes), held: '', summary: summarize(routes), fragment };
  }

  /** Routers whose certificates Traefik is not to order now do without a resolver for a while. */
  #hold(): void {
    const all = [...this.#granted.values()].flatMap(({ orders }) => [...orders]);
    const held = this.#options.certificates.settle(new Map(all));
    this.#granted = new Map(
      [...this.#granted].flatMap(([id, one]) =>
        this.#attempt(id, () => this.#withHeld(one, held), this.#granted),
      ),
    );
  }

  #withHeld(granted: Granted, all: ReadonlySet<string>): Granted {
    const { asked, outcome, orders } = granted;
    const own = new Set([...orders.keys()].filter((key) => all.has(key)));
    const held = [...own].join('\n');
    if (held === granted.held) return granted;
    const routes = withoutHeld(this.#routesOf(asked, outcome), own);
    return { ...granted, held, fragment: toPieces(renderFragment(routes)) };
  }

  #routesOf(asked: Asked, outcome: Outcome, built = build(asked)): RepositoryRoutes {
    return grantRoutes(built, { outcome, settings: asked.settings, nameOf: this.#options.nameOf });
  }

  #attempt<T>(id: NetworkId, make: () => T, before: ReadonlyMap<NetworkId, T>): [NetworkId, T][] {
    try {
      return [[id, make()]];
    } catch (error) {
      this.#options.onBug(error, id);
      const kept = before.get(id);
      return kept === undefined ? [] : [[id, kept]];
    }
  }
}

function build({ networkId, containers, settings }: Omit<Asked, 'wishes'>): RepositoryRoutes {
  const readings = containers.map((container) => readContainer(container, settings));
  return buildRepositoryRoutes(networkId, readings, settings);
}

function toPieces(fragment: Fragment): Fragment<Piece> {
  return new Map([...fragment].map(([place, block]) => [place, createPiece(block)]));
}

/** What stands between the fragments is always the same few words. */
function pieceOf(part: string | Piece): Piece {
  return typeof part === 'string' ? createPiece(part) : part;
}
