import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A certificate authority with an ACME server (Pebble), and a proxy before it that counts, and refuses when told to. */
export type Authority = AsyncDisposable & {
  /** The ACME directory's address. */
  readonly directory: string;
  /** Who vouches for that address: a file, as `--acme-ca` takes it. */
  readonly caFile: string;
  /** The certificate that all of its certificates lead to, as a file. */
  readonly rootFile: string;
  /** Begins anew: with another root, and without any account. */
  readonly restart: (lifetime?: number) => Promise<void>;
  /** How many orders have been asked for. */
  readonly orders: () => number;
  /** What the next orders get instead of an answer; undefined: they get their answer. */
  refuse: { readonly status: number; readonly type: string; readonly detail: string } | undefined;
};

export type AuthorityOptions = {
  readonly folder: string;
  /** Where it listens, and the name server that it asks. */
  readonly host: string;
  readonly nameServer: string;
  /** How long certificates are good, in seconds. */
  readonly lifetime?: number;
};

const PORT = 14000;
const INNER = { acme: 14001, management: 15000 };

export async function startAuthority(options: AuthorityOptions): Promise<Authority> {
  const { folder, host } = options;
  mkdirSync(folder, { recursive: true });
  makeCertificates(folder, host);
  const tls = {
    key: readFileSync(join(folder, 'server.key')),
    cert: readFileSync(join(folder, 'server.pem')),
  };
  let pebble = startPebble(options);
  let orders = 0;
  const authority: Authority = {
    directory: `https://${host}:${PORT}/dir`,
    caFile: join(folder, 'ca.pem'),
    rootFile: join(folder, 'root.pem'),
    restart: async (lifetime) => {
      await end(pebble);
      pebble = startPebble({ ...options, ...(lifetime === undefined ? {} : { lifetime }) });
      writeFileSync(authority.rootFile, await fetchRoot());
    },
    orders: () => orders,
    refuse: undefined,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await end(pebble);
    },
  };
  const server = createServer(tls, async (incoming, response) => {
    const chunks = await incoming.toArray();
    const isOrder = incoming.url === '/order-plz';
    if (isOrder) orders += 1;
    if (isOrder && authority.refuse !== undefined) {
      const { status, type, detail } = authority.refuse;
      response.writeHead(status, {
        'content-type': 'application/problem+json',
        'replay-nonce': `x${orders}`,
      });
      response.end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, status, detail }));
      return;
    }
    const { method, url, headers } = incoming;
    const inner = {
      host: '127.0.0.1',
      port: INNER.acme,
      method,
      path: url,
      headers,
      rejectUnauthorized: false,
    };
    const passed = request(inner, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(Buffer.concat(chunks));
  });
  server.listen(PORT, host);
  await once(server, 'listening');
  writeFileSync(authority.rootFile, await fetchRoot());
  return authority;
}

function makeCertificates(folder: string, host: string): void {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  openssl('req', ...key, '-subj', '/CN=acme', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(join(folder, 'names'), `subjectAltName=IP:${host},IP:127.0.0.1`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem');
}

function startPebble({ folder, nameServer, lifetime }: AuthorityOptions): ChildProcess {
  const pebble = {
    listenAddress: `127.0.0.1:${INNER.acme}`,
    managementListenAddress: `127.0.0.1:${INNER.management}`,
    certificate: join(folder, 'server.pem'),
    privateKey: join(folder, 'server.key'),
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    // The first for Pebble up to 2.6, the second for those after it.
    ...(lifetime === undefined
      ? {}
      : {
          certificateValidityPeriod: lifetime,
          profiles: { default: { description: 'short', validityPeriod: lifetime } },
        }),
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  const args = ['-config', join(folder, 'pebble.json'), '-dnsserver', nameServer, '-strict=false'];
  // Pebble is made to annoy its clients by waiting and by refusing nonces; what is tried here is something else.
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' };
  return spawn('pebble', args, { env, stdio: 'ignore' });
}

async function fetchRoot(): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const root = await new Promise<string | undefined>((resolve) => {
      const options = {
        host: '127.0.0.1',
        port: INNER.management,
        path: '/roots/0',
        rejectUnauthorized: false,
      };
      request(options, async (answer) => resolve(String(Buffer.concat(await answer.toArray()))))
        .on('error', () => resolve(undefined))
        .end();
    });
    if (root !== undefined) return root;
    await sleep(50);
  }
  throw new Error('Pebble does not come up');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
