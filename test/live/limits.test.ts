import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { browse } from '../../scripts/browse.ts';
import { run } from '../../src/edges/process.ts';
import { ask } from './clients.ts';
import { createLab, type Lab, routes, until } from './lab.ts';
import { greeter } from './stand-ins.ts';

/**
 * What tenants' labels would reach through Traefik. Each case is tried without trust, where nothing is reached, and with it,
 * which shows that the case is one.
 */
type Attack = {
  readonly labels: readonly string[];
  /** What is reached; anything else when nothing is. */
  readonly reach: () => Promise<string>;
  readonly reached: RegExp;
  /** What there is instead, for those to whom it belongs. */
  readonly safe: RegExp;
  readonly code: string;
};

const VICTIM = 'victim.example.com';
/** Traefik's API, which labels say nothing of. */
const API = '127.0.0.1:7112';
const text = async (host: string, path = '/', headers: Record<string, string> = {}): Promise<string> => {
  const { status, body } = await ask(host, { path, headers });
  return `${status} ${body}`;
};
const router = (rule: string, ...more: string[]): string[] => [
  `traefik.http.routers.evil.rule=${rule}`,
  'traefik.http.routers.evil.entrypoints=websecure',
  ...more,
];
const EVIL = 'Host(`evil.example.com`)';

const attacks: Readonly<Record<string, Attack>> = {
  'a rule for every host takes the pages of others': {
    labels: router('PathPrefix(`/`)', 'traefik.http.routers.evil.priority=1000'),
    reach: () => text(VICTIM),
    reached: /tenant/,
    safe: /^200 victim/,
    code: 'rule-hostless',
  },
  'a branch without a host does, too': {
    labels: router(`${EVIL} || PathPrefix(\`/login\`)`, 'traefik.http.routers.evil.priority=1000'),
    reach: () => text(VICTIM, '/login'),
    reached: /tenant/,
    safe: /^200 victim/,
    code: 'rule-hostless',
  },
  "another's host": {
    labels: router(`Host(\`${VICTIM}\`) && PathPrefix(\`/\`)`),
    reach: () => text(VICTIM),
    reached: /tenant/,
    safe: /^200 victim/,
    code: 'host-taken',
  },
  'an auto-route of another': {
    labels: router('Host(`web-2816.localhost`) && PathPrefix(`/`)'),
    reach: () => text('web-2816.localhost'),
    reached: /tenant/,
    safe: /^404/,
    code: 'host-reserved',
  },
  'HostSNI(*) on a port that all share takes every connection': {
    labels: [
      'traefik.tcp.routers.evil.rule=HostSNI(`*`)',
      'traefik.tcp.routers.evil.entrypoints=web',
      'traefik.tcp.services.evil.loadbalancer.server.port=80',
    ],
    reach: async () => {
      const { status, body } = await browse(`http://${VICTIM}/`);
      return `${status} ${body}`;
    },
    reached: /^200 tenant/,
    safe: /^301/,
    code: 'rule-hostless',
  },
  "Traefik's dashboard and API": {
    labels: router(EVIL, 'traefik.http.routers.evil.service=api@internal'),
    reach: () => text('evil.example.com', '/api/version'),
    reached: /^200 .*"Version"/,
    safe: /^404/,
    code: 'service-forbidden',
  },
  'a service of the machine, by its address': {
    labels: router(EVIL, `traefik.http.services.evil.loadbalancer.server.url=http://${API}`),
    reach: () => text('evil.example.com', '/api/version'),
    reached: /^200 .*"Version"/,
    safe: /^404/,
    code: 'address-forbidden',
  },
  'a container of another, by its address': {
    labels: router(EVIL, 'traefik.http.services.evil.loadbalancer.server.url=http://127.0.11.2:80'),
    reach: () => text('evil.example.com'),
    reached: /^200 victim/,
    safe: /^404/,
    code: 'address-forbidden',
  },
  'a container of another, by a label that renet compose writes': {
    labels: router(EVIL, 'rediacc.service_ip=127.0.11.2'),
    reach: () => text('evil.example.com'),
    reached: /^200 victim/,
    safe: /^404/,
    code: 'address-foreign',
  },
  'the word of a service of the machine on who may come in': {
    labels: router(
      EVIL,
      'traefik.http.routers.evil.middlewares=probe',
      `traefik.http.middlewares.probe.forwardauth.address=http://${API}/api/version`,
    ),
    reach: () => text('evil.example.com'),
    reached: /^200 tenant/,
    safe: /^404/,
    code: 'address-forbidden',
  },
  'a file of the machine': {
    labels: router(
      EVIL,
      'traefik.http.routers.evil.middlewares=file',
      'traefik.http.middlewares.file.basicauth.usersfile=USERS',
    ),
    reach: () => text('evil.example.com', '/', { authorization: `Basic ${btoa('operator:secret')}` }),
    reached: /^200 tenant/,
    safe: /^404/,
    code: 'file-forbidden',
  },
};

const [OWN, OTHERS] = [2880, 2816];
let lab: Lab;
let usersFile: string;

async function docker(networkId: number, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run([
    'docker',
    '-H',
    `unix://${lab.runDir}/docker-${networkId}.sock`,
    ...args,
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** With Docker's own command, by which a tenant can say any label. */
async function start(networkId: number, name: string, labels: readonly string[]): Promise<void> {
  const address = networkId === OTHERS ? '127.0.11.2' : '127.0.11.66';
  const given = [
    `rediacc.network_id=${networkId}`,
    `rediacc.service_ip=${address}`,
    'traefik.enable=true',
    ...labels,
  ];
  await docker(
    networkId,
    ...[
      'run',
      '-d',
      '--init',
      '--network=host',
      `--name=${name}`,
      `--env=SERVICE_IP=${address}`,
      '--expose=80',
    ],
    ...given.map((label) => `--label=${label.replace('USERS', usersFile)}`),
    ...['my-app-web', 'python3', '-u', '-c', greeter(80, name)],
  );
}

const trust = (word: 'trust' | 'untrust') =>
  lab.renet(['repo', word, String(OWN), `--state-dir=${lab.stateDir}/router`]);
const becomes = (what: Attack['reach'], wanted: RegExp) => {
  let last = '';
  return until(
    () => `${wanted}; it is ${last}`,
    async () => {
      last = await what().catch(String);
      return wanted.test(last);
    },
  );
};

beforeAll(async () => {
  lab = createLab();
  const service = { image: 'my-app-web' };
  const compose = JSON.stringify({ services: { web: service } });
  await lab.local(
    lab.write('victims', { 'compose.yaml': compose }),
    lab.write('tenants', { 'compose.yaml': compose }),
  );
  usersFile = join(lab.folder, 'users');
  // htpasswd's form, of the password 'secret'.
  writeFileSync(usersFile, 'operator:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n');
  await Promise.all([lab.load(OWN, 'my-app'), lab.load(OTHERS, 'my-app')]);
  await start(OTHERS, 'victim', [
    `traefik.http.routers.victim.rule=Host(\`${VICTIM}\`)`,
    'traefik.http.routers.victim.entrypoints=websecure',
  ]);
});
afterAll(() => lab?.[Symbol.asyncDispose]());

test.each(Object.entries(attacks))('%s', async (_, { labels, reach, reached, safe, code }) => {
  await becomes(() => text(VICTIM), /^200 victim/);
  await start(OWN, 'tenant', labels);
  await until(`the problem is ${code}`, async () =>
    (await routes()).problems.some((one) => one.code === code),
  );
  expect(await text(VICTIM)).toMatch(/^200 victim/);
  expect(await reach()).toMatch(safe);

  await trust('trust');
  await becomes(reach, reached);
});
afterEach(async () => {
  await trust('untrust');
  await docker(OWN, 'rm', '-f', 'tenant');
});
