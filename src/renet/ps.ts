import { describeTarget } from '../core/deploy/proof.ts';
import type { ContainerSeen, RepositorySeen, Seen } from '../core/explain/seen.ts';
import { allRoutes, waysOf } from '../core/explain/ways.ts';
import { serviceName } from '../core/labels/container.ts';
import { alignColumns } from '../core/table.ts';
import { observe } from './explain/observe.ts';
import { requireFrontDoor } from './front-door.ts';

export type PsOptions = {
  readonly runDir: string;
  readonly json?: true;
  readonly print: (line: string) => void;
};

type Row = {
  readonly repository: string;
  readonly service: string;
  readonly container: string;
  readonly address: string | null;
  readonly state: string;
  readonly routes: readonly string[];
};

/** `renet ps`: the containers of all daemons. */
export async function listContainers({ runDir, json, print }: PsOptions): Promise<void> {
  const seen = await observe(runDir, await requireFrontDoor(runDir));
  const rows = seen.repositories
    .flatMap((repository) => repository.containers.map((one) => rowOf(one, repository, seen)))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (json) return print(JSON.stringify(rows, null, 2));
  const silent = seen.repositories.filter(({ state }) => state !== 'up');
  if (rows.length === 0) print('no container runs');
  else for (const line of alignColumns([TITLE, ...rows.map(cellsOf)])) print(line);
  for (const { name, state } of silent) print(`${name}: ${STATES[state]}`);
}

const TITLE = ['REPOSITORY', 'SERVICE', 'ADDRESS', 'STATE', 'REACHABLE AT'];
const STATES = {
  up: '',
  down: 'is not up',
  unmounted: 'is not mounted',
  locked: 'is locked',
  silent: 'its Docker daemon does not answer',
};

const keyOf = ({ repository, service, container }: Row): string => `${repository} ${service} ${container}`;

const cellsOf = ({ repository, service, address, state, routes }: Row): string[] => [
  repository,
  service,
  address ?? '-',
  state,
  routes.join(', ') || '-',
];

function rowOf(container: ContainerSeen, repository: RepositorySeen, seen: Seen): Row {
  const own = allRoutes(seen).filter(
    ({ route }) => route.networkId === repository.networkId && route.containers.includes(container.name),
  );
  const { status, health, exitCode } = container;
  return {
    repository: repository.name,
    service: serviceName(container),
    container: container.name,
    address: container.labels['rediacc.service_ip'] ?? null,
    state: health ?? (status === 'exited' ? `exited (${exitCode})` : status),
    routes: own.flatMap((one) => waysOf(one, seen)).map(({ check }) => describeTarget(check)),
  };
}
