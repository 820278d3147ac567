import { expect, test } from 'vitest';
import { afterPush, bareServer, givenInput, IPV4 } from '../../../test/given-server.ts';
import type { Facts } from './facts.ts';
import { certificatePath, type Plan, planServer } from './plan.ts';

const UNITS = '/etc/systemd/system';
const input = givenInput({ publicIpv4: IPV4, baseDomain: 'example.com' });
const pushed = afterPush(input, bareServer());
const STOPPED = { active: 'inactive', enabled: 'enabled' };
const NOTHING = { write: [], remove: [], stop: [], enable: [], restart: [], changes: [] };

const paths = ({ write }: Plan): string[] => write.map(({ path }) => path);

function withUnit(unit: string, state: { active: string; enabled: string }): Facts {
  return { ...pushed, units: new Map([...pushed.units, [unit, state] as const]) };
}

function withFile(path: string): Facts {
  return { ...pushed, files: new Map([...pushed.files, [path, 'x'] as const]) };
}

test('what has stopped is started again', () => {
  const server = withUnit('rediacc-proxy.service', { active: 'failed', enabled: 'disabled' });
  expect(planServer(input, server)).toMatchObject({
    ...NOTHING,
    enable: ['rediacc-proxy.service'],
    restart: ['rediacc-proxy.service'],
    changes: ['start at boot: rediacc-proxy.service', 'start rediacc-proxy.service'],
  });
});

test('a socket that does not listen makes the proxy start again', () => {
  const units = new Map([...pushed.units].filter(([unit]) => unit !== 'rediacc-proxy-web.socket'));
  expect(planServer(input, { ...pushed, units })).toMatchObject({
    ...NOTHING,
    restart: ['rediacc-proxy.service'],
    changes: [expect.stringMatching(/^restart rediacc-proxy\.service/)],
  });
});

test('a file that somebody has changed is written anew', () => {
  const plan = planServer(input, withFile(`${UNITS}/rediacc-docker@.service`));
  expect(paths(plan)).toEqual([`${UNITS}/rediacc-docker@.service`]);
  expect(plan).toMatchObject({ restart: [], stop: [] });
});

test('a damaged infra.json is written anew, and our own listeners are no obstacle', () => {
  const plan = planServer(input, { ...withFile('/etc/rediacc/infra.json'), infra: '{' });
  expect(paths(plan)).toEqual(['/etc/rediacc/infra.json']);
  expect(plan.restart).toEqual(['rediacc-router.service']);
});

test.each(['rediacc-router.service', 'rediacc-router.socket'])('%s that has stopped is started', (unit) => {
  expect(planServer(input, withUnit(unit, STOPPED))).toMatchObject({
    ...NOTHING,
    restart: ['rediacc-router.service'],
    changes: [expect.stringContaining('start rediacc-router.service')],
  });
});

test("an entrypoint's socket that is another is stopped before the proxy opens it", () => {
  const plan = planServer(input, withFile(`${UNITS}/rediacc-proxy-web.socket`));
  expect(paths(plan)).toEqual([`${UNITS}/rediacc-proxy-web.socket`]);
  expect(plan.stop).toEqual(['rediacc-proxy-web.socket']);
  expect(plan.restart).toEqual(['rediacc-proxy.service']);
});

test("the route server's socket that is another is stopped with its service", () => {
  const plan = planServer(input, withFile(`${UNITS}/rediacc-router.socket`));
  expect(plan.stop).toEqual(['rediacc-router.service', 'rediacc-router.socket']);
  expect(plan.restart).toEqual(['rediacc-router.service']);
});

test('a certificate that is lost is made again, and the proxy gets it', () => {
  const files = new Map([...pushed.files].filter(([path]) => path !== certificatePath()));
  const plan = planServer(input, { ...pushed, files });
  expect(plan).toMatchObject({ makeCertificate: true, write: [], restart: ['rediacc-proxy.service'] });
  expect(plan.changes).toContain('make a certificate for hosts that have none');
});

test('a socket of ours that nobody wants any more is stopped and removed', () => {
  const plan = planServer(input, withFile(`${UNITS}/rediacc-proxy-tcp-25.socket`));
  expect(plan).toMatchObject({
    write: [],
    stop: ['rediacc-proxy-tcp-25.socket'],
    remove: [`${UNITS}/rediacc-proxy-tcp-25.socket`],
  });
});
