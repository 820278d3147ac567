import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Cause } from '../../src/core/explain/cause.ts';
import { runToEnd } from '../../src/edges/process.ts';
import { type Asking, createAsking } from '../explain/asking.ts';
import { type ExplainCase, LABEL_CASES, page, RIVAL, STATE_CASES } from '../explain/cases.ts';
import { applyEdit } from '../explain/fixing.ts';
import { createLab, type Lab, until } from './lab.ts';

const CASES = { ...LABEL_CASES, ...STATE_CASES };
/** What changes by itself within a moment. */
const PASSING = new Set(['router-behind', 'traefik-behind', 'listens-nowhere']);
const PORTS = ['--tcp-ports=5432-5435', '--dynamic-tcp-ports=10000-10003'];

let lab: Lab;
let asking: Asking;

/** A compose file with a service for each case. */
function composeFile(cases: Readonly<Record<string, ExplainCase>>): string {
  const services = Object.entries(cases).map(([name, { service }]) => [
    name,
    { image: 'busybox', init: true, stop_grace_period: '1s', command: page(), ...service },
  ]);
  return stringify({ services: Object.fromEntries(services) }, { lineWidth: 0 });
}

async function makeCertificate(folder: string): Promise<void> {
  mkdirSync(folder);
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  await runToEnd('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=shop', ...files);
}

beforeAll(async () => {
  lab = createLab();
  asking = createAsking(lab);
  const first = lab.write('blog', {
    'docker-compose.yml': composeFile({
      app: {
        code: '',
        service: {
          labels: {
            'traefik.enable': 'true',
            'traefik.http.routers.app.rule': 'Host(`app.localhost`)',
            'traefik.http.services.app.loadbalancer.server.port': '80',
          },
        },
      },
    }),
  });
  const shop = lab.write('shop', {
    'docker-compose.yml': composeFile({ ...CASES, rival: { code: '', service: { labels: RIVAL } } }),
  });
  await makeCertificate(join(shop, 'tls'));
  await lab.local(...PORTS, shop, first);
  await Promise.all([lab.load(2816, 'hello'), lab.load(2816, 'my-app'), lab.load(2880, 'hello')]);
  await lab.compose('blog', 'up', '-d');
  await until(
    'the first has its host',
    async () => (await asking.explain('app.localhost')).cause === undefined,
  );
  await lab.compose('shop', 'up', '-d');
  for (const [name, { harm }] of Object.entries(CASES))
    if (harm !== undefined) await lab.compose('shop', ...harm.map((word) => (word === 'NAME' ? name : word)));
});

afterAll(() => lab[Symbol.asyncDispose]());

const found = new Map<string, Cause>();
const ask = (name: string): string => CASES[name]?.ask ?? name;

test.each(Object.entries(CASES))(
  '%s: the right cause, with one command or edit',
  async (name, { code, stays }) => {
    const { cause } = await asking.settles(ask(name), code);
    if (cause === undefined) throw new Error('it has none');
    found.set(name, cause);
    const { edit, command, text } = cause.fix;
    expect(text).not.toBe('');
    expect(command).toBeDefined();
    // A program's own fault: nobody can know more than what it prints.
    if (stays) expect(command).toBe(`sudo renet logs shop ${name}`);
    else if (command?.includes('up -d') && edit !== undefined)
      expect(edit).toMatchObject({ service: name, line: expect.any(Number) });
  },
);

/** Edits as they say, and the command of all of them at once; other commands as they stand. */
async function fixAll(causes: ReadonlyMap<string, Cause>): Promise<void> {
  for (const { fix } of causes.values()) {
    if (fix.edit !== undefined) applyEdit(fix.edit);
    else expect(await asking.type(fix.command ?? '')).toMatchObject({ code: 0 });
  }
  const edited = [...causes].filter(([, { fix }]) => fix.edit !== undefined).map(([name]) => name);
  if (edited.length > 0) await lab.compose('shop', 'up', '-d', ...edited);
}

test('each command or edit ends its cause, and in the end everything is reachable', async () => {
  let open = new Map([...found].filter(([name]) => CASES[name]?.stays === undefined));
  for (let round = 0; round < 3 && open.size > 0; round += 1) {
    await fixAll(open);
    const next = new Map<string, Cause>();
    for (const [name, before] of open) {
      let cause: Cause | undefined;
      await until(
        () => `${name} is not ${before.code} any more: ${JSON.stringify(before)}`,
        async () => {
          cause = (await asking.explain(ask(name))).cause;
          return cause?.code !== before.code && !PASSING.has(cause?.code ?? '');
        },
      );
      if (cause !== undefined) next.set(name, cause);
    }
    open = next;
  }
  expect([...open]).toEqual([]);
});
