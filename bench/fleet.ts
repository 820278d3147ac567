import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_NETWORK_ID, SUBNET_SIZE, serviceAddress } from '../src/core/network/subnet.ts';
import { createFakeDocker, type FakeContainer, type FakeDocker } from '../test/fake-docker.ts';

/** What has changed, and by what router that can be told. */
export type Change = { readonly router: string; readonly isThere: boolean };

/** Fake daemons with containers, for what one machine cannot have for real. */
export type Fleet = AsyncDisposable & {
  readonly sockets: readonly string[];
  /** Starts or ends one container more on one of the daemons. */
  readonly change: (daemon: number) => Change;
};

export type Order = {
  readonly folder: string;
  readonly daemons: number;
  readonly containers: number;
  /** Whether containers have Traefik's labels, or only those that `renet compose` gives them. */
  readonly tier: 'labels' | 'auto';
};

export async function createFleet({ folder, daemons, containers, tier }: Order): Promise<Fleet> {
  mkdirSync(folder, { recursive: true });
  const stack = new AsyncDisposableStack();
  const ids = Array.from({ length: daemons }, (_, index) => FIRST_NETWORK_ID + index * SUBNET_SIZE);
  const all = await Promise.all(
    ids.map(async (id) => {
      const socket = join(folder, `docker-${id}.sock`);
      const fake: FakeDocker = stack.use(await createFakeDocker(socket));
      const own = Array.from({ length: containers / daemons }, (_, index) => container(tier, id, index));
      fake.show(own);
      return { id, socket, fake, own, extra: undefined as FakeContainer | undefined, round: 0 };
    }),
  );
  return {
    sockets: all.map(({ socket }) => socket),
    change: (index) => {
      const daemon = all[index % all.length] as (typeof all)[number];
      daemon.round += 1;
      daemon.extra = daemon.extra === undefined ? container(tier, daemon.id, 60, daemon.round) : undefined;
      daemon.fake.show(daemon.extra === undefined ? daemon.own : [...daemon.own, daemon.extra]);
      return { router: `"s60-${daemon.id}"`, isThere: daemon.extra !== undefined };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function container(
  ...[tier, networkId, slot, round = 0]: [Order['tier'], number, number, number?]
): FakeContainer {
  const name = `s${slot}`;
  const labels = {
    'com.docker.compose.project': `app${networkId}`,
    'com.docker.compose.service': name,
    'rediacc.network_id': String(networkId),
    'rediacc.service_ip': serviceAddress(networkId, slot),
    'rediacc.service_name': name,
    ...(tier === 'auto' ? {} : traefikLabels(name, networkId)),
  };
  const id = `${networkId}${String(slot).padStart(3, '0')}${round}`.padEnd(64, '0');
  return { id, name: `app-${name}-1`, labels, exposed: ['8080/tcp'], state: 'running' };
}

/** As people have them: a host, TLS, a middleware, a port. */
function traefikLabels(name: string, networkId: number): Record<string, string> {
  return {
    'traefik.enable': 'true',
    [`traefik.http.routers.${name}.rule`]: `Host(\`${name}.app${networkId}.example.com\`)`,
    [`traefik.http.routers.${name}.entrypoints`]: 'websecure',
    [`traefik.http.routers.${name}.tls`]: 'true',
    [`traefik.http.routers.${name}.middlewares`]: 'hsts',
    'traefik.http.middlewares.hsts.headers.stsseconds': '31536000',
    [`traefik.http.services.${name}.loadbalancer.server.port`]: '8080',
  };
}
