import { once } from 'node:events';
import { join } from 'node:path';
import { type Authority, startAuthority } from './authority.ts';
import { type CloudflareState, createApi } from './cloudflare-api.ts';
import { createHttpReq } from './httpreq.ts';
import { NAME_SERVER, type NameServerState, startNameServer } from './name-server.ts';
import { createZone, type Zone } from './zones.ts';

/** What stands for the internet around a test server: Cloudflare, name servers, and a certificate authority. */
export type Internet = AsyncDisposable & {
  readonly cloudflare: CloudflareState & NameServerState;
  readonly authority: Authority;
  /** Of another DNS provider, which lego knows as httpreq. */
  readonly httpReqUrl: string;
  /** Of Cloudflare's API, as `CLOUDFLARE_BASE_URL` has it. */
  readonly apiUrl: string;
  readonly zone: (name: string) => Zone;
};

export type InternetOptions = {
  readonly folder: string;
  /** An address of this machine that the server reaches. */
  readonly host: string;
  readonly zones: readonly string[];
  readonly lifetime?: number;
};

const API_PORT = 8787;
const HTTPREQ_PORT = 8788;
const DNS_PORT = 53;

export const TOKEN = 'a-token-that-may-edit-all-the-zones-0001';

export async function startInternet(options: InternetOptions): Promise<Internet> {
  const { folder, host, lifetime } = options;
  const zones = options.zones.map(createZone);
  const cloudflare: Internet['cloudflare'] = {
    zones,
    tokens: new Map([[TOKEN, { zones: options.zones, mayEdit: true }]]),
    api: 'well',
    dns: 'well',
    calls: [],
    hosts: new Map([[NAME_SERVER, { ipv4: host }]]),
  };
  const stack = new AsyncDisposableStack();
  stack.use(await startNameServer(cloudflare, { host, port: DNS_PORT }));
  for (const [server, port] of [
    [createApi(cloudflare), API_PORT],
    [createHttpReq(zones), HTTPREQ_PORT],
  ] as const) {
    await once(server.listen(port, host), 'listening');
    stack.defer(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  const authority = await startAuthority({
    ...{ folder: join(folder, 'authority'), host, nameServer: `${host}:${DNS_PORT}` },
    ...(lifetime === undefined ? {} : { lifetime }),
  });
  stack.use(authority);
  return {
    ...{ cloudflare, authority, apiUrl: `http://${host}:${API_PORT}/client/v4` },
    httpReqUrl: `http://${host}:${HTTPREQ_PORT}`,
    zone: (name) => {
      const found = zones.find((zone) => zone.name === name);
      if (found === undefined) throw new Error(`there is no zone ${name}`);
      return found;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
