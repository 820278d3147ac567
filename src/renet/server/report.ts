import { listPorts } from '../../core/infra/describe-plan.ts';
import type { Infra } from '../../core/infra/infra-file.ts';
import { PROXY_UNIT, ROUTER_UNIT } from '../../core/infra/places.ts';
import { describeProblem } from '../../core/labels/describe-problem.ts';
import type { RouteList, RouteListing } from '../../core/routes/route-list.ts';
import { alignColumns } from '../../core/table.ts';
import type { Health, ServerState } from './server-state.ts';

/** `renet proxy status`. */
export function renderStatus(infra: Infra, state: ServerState, faults: readonly string[]): string[] {
  const { entryPoints, resolvers } = infra;
  const rows = [
    ['route server', activeOf(state, ROUTER_UNIT), describeRouter(state.health)],
    ['Traefik', activeOf(state, PROXY_UNIT), describeTraefik(state.health)],
    ['certificates', resolvers.length > 0 ? resolvers.join(', ') : 'none', ''],
  ];
  const daemons = (state.health?.daemons ?? []).filter((one) => one.state !== 'up');
  return [
    ...alignColumns(rows),
    ...listPorts('listens', entryPoints),
    ...(faults.length + daemons.length > 0 ? [''] : []),
    ...daemons.map(
      (one) => `warning: daemon ${one.networkId} is ${one.state}: ${one.reason ?? 'no reason given'}`,
    ),
    ...faults.map((fault) => `wrong: ${fault}`),
  ];
}

function activeOf({ units }: ServerState, unit: string): string {
  return units.get(unit)?.active || 'unknown';
}

function describeRouter(health: Health | undefined): string {
  if (health === undefined) return 'does not answer';
  const { status, routers, daemons, problems, autoRoutes } = health;
  const auto = autoRoutes.enabled
    ? `auto-routes *.${autoRoutes.baseDomain}`
    : `no auto-routes: ${autoRoutes.reason}`;
  return `${status}: ${routers} routers, ${daemons.length} daemons, ${problems} problems; ${auto}`;
}

function describeTraefik(health: Health | undefined): string {
  if (health === undefined || health.traefik.fetched === null) return 'has asked for no routes yet';
  const what = health.traefik.current ? 'has the newest routes' : 'has older routes';
  return `${what}, asked ${health.traefik.secondsAgo} s ago`;
}

/** `renet proxy routes`. */
export function renderRoutes(list: RouteList): string[] {
  const rows = (['http', 'tcp', 'udp'] as const).flatMap((protocol) =>
    list[protocol].map((route) => describeRoute(protocol, route)),
  );
  const title = ['REPOSITORY', 'PROTOCOL', 'RULE', 'ENTRYPOINTS', 'LEADS TO'];
  return [
    ...(rows.length === 0 ? ['there are no routes'] : alignColumns([title, ...rows])),
    ...list.problems.flatMap((problem) => ['', ...describeProblem(problem, problem.repository)]),
  ];
}

function describeRoute(protocol: string, route: RouteListing): string[] {
  return [
    route.repository,
    protocol.toUpperCase(),
    route.rule || '-',
    route.entryPoints.join(', ') || 'websecure',
    route.backends.join(', ') || route.service,
  ];
}
