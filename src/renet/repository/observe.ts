import type { CertificateReport } from '../../core/certificates/report.ts';
import { type Check, checksOf, type IsPromised } from '../../core/deploy/proof.ts';
import type { Infra } from '../../core/infra/infra-file.ts';
import { ROUTER_PORT } from '../../core/infra/port-lists.ts';
import type { Problem } from '../../core/labels/problem.ts';
import type { ContainerState } from '../../core/repository/container-state.ts';
import type { Definition } from '../../core/repository/definition.ts';
import type { RouteList } from '../../core/routes/route-list.ts';
import { get } from '../../edges/http.ts';
import { dockerOf } from './daemon.ts';

const TIMEOUT = 5_000;

/** What runs of a repository, and what the proxy is told of it. */
export type Observed = {
  readonly containers: readonly ContainerState[];
  readonly checks: readonly Check[];
  readonly problems: readonly Problem[];
  /** Names of containers that the route server has read. */
  readonly known: ReadonlySet<string>;
  /** What has become of certificates on this server. */
  readonly certificates: readonly CertificateReport[];
  /** Why the route server tells nothing. */
  readonly trouble?: string;
};

/** Of a repository whose daemon is up. */
export async function observeRepository(one: Definition, infra: Infra): Promise<Observed> {
  const containers = (await dockerOf(one).states()).filter(
    ({ labels }) => labels['com.docker.compose.oneoff']?.toLowerCase() !== 'true',
  );
  const [list, certificates] = await Promise.all([
    askJson<RouteList>('/routes.json'),
    askJson<CertificateReport[]>('/certificates.json'),
  ]);
  const trouble = [list, certificates].find((one) => typeof one === 'string');
  if (typeof list === 'string' || typeof certificates === 'string')
    return {
      containers,
      checks: [],
      problems: [],
      known: new Set(),
      certificates: [],
      ...(trouble && { trouble }),
    };
  const isOurs = (route: { networkId: number }): boolean => route.networkId === one.networkId;
  const promised = new Set(
    containers.filter(({ labels }) => labels['rediacc.service_port']).map(({ name }) => name),
  );
  const isPromised: IsPromised = (name) => promised.has(name);
  const checks = (['http', 'tcp', 'udp'] as const).flatMap((protocol) =>
    list[protocol]
      .filter(isOurs)
      .flatMap((route) => checksOf(protocol, route, { entryPoints: infra.entryPoints, isPromised })),
  );
  const problems = list.problems.filter(({ networkId }) => networkId === one.networkId);
  const routed = checks.flatMap(({ route }) => route.containers);
  const unrouted = list.unrouted.filter(isOurs).map(({ container }) => container);
  const known = new Set([...routed, ...unrouted, ...problems.map(({ container }) => container)]);
  return { containers, checks, problems, known, certificates };
}

/** @returns why it does not answer, when it does not */
async function askJson<T>(path: string): Promise<T | string> {
  try {
    const { body } = await get({ host: '127.0.0.1', port: ROUTER_PORT }, path, TIMEOUT);
    return JSON.parse(body) as T;
  } catch (error) {
    return `the route server does not answer: ${(error as Error).message}`;
  }
}
