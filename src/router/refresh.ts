import type { Container } from '../core/labels/container.ts';
import { type Reading, readContainer } from '../core/labels/read-container.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { buildRepositoryRoutes, type RepositoryRoutes } from '../core/routes/repository-routes.ts';
import { type Fragment, renderDynamicConfig, renderFragment } from '../core/traefik/dynamic-config.ts';
import type { DaemonView } from './daemon.ts';
import type { Publisher } from './publisher.ts';

export type Refresher = {
  /** Brings the document up to what the daemons are now. */
  readonly refresh: (daemons: readonly DaemonView[]) => void;
  /** The routes of the newest document, in the order of network ids. */
  readonly routes: () => readonly RepositoryRoutes[];
};

type Built = {
  readonly containers: readonly Container[];
  readonly routes: RepositoryRoutes;
  readonly fragment: Fragment;
};

/**
 * The flow of the route server: read labels -> build routes -> render -> compare -> publish. A daemon that has not changed
 * costs nothing: its part of the document is kept.
 */
export function createRefresher(settings: LabelSettings, publisher: Publisher): Refresher {
  const readings = new WeakMap<Container, Reading>();
  let built = new Map<NetworkId, Built>();

  const read = (container: Container): Reading => {
    const known = readings.get(container) ?? readContainer(container, settings);
    readings.set(container, known);
    return known;
  };
  const build = ({ networkId, containers }: DaemonView): Built => {
    const before = built.get(networkId);
    if (before?.containers === containers) return before;
    const routes = buildRepositoryRoutes(networkId, containers.map(read));
    return { containers, routes, fragment: renderFragment(routes) };
  };
  return {
    refresh: (daemons) => {
      built = new Map(daemons.map((daemon) => [daemon.networkId, build(daemon)]));
      publisher.publish(renderDynamicConfig([...built.values()].map(({ fragment }) => fragment)));
    },
    routes: () => [...built.values()].map(({ routes }) => routes),
  };
}
