import { expect, test } from 'vitest';
import { bareServer } from '../../../test/given-server.ts';
import type { Kernel } from './facts.ts';
import { planKernel, warnOfIsolation } from './kernel.ts';

const GOOD: Kernel = { release: '6.12.43+deb13-amd64', hasBtf: true, hasCgroups2: true, nameservers: [] };
const server = (kernel: Partial<Kernel>) => bareServer({ kernel: { ...GOOD, ...kernel } });

test.each(['5.18.0', '6.1.0-40-amd64', '10.0'])('Linux %s can keep repositories apart', (release) => {
  expect(planKernel(server({ release }), {})).toBe(true);
});

test.each<[Partial<Kernel>, string]>([
  [{ release: '5.15.0-91-generic' }, '5.18 or newer is needed'],
  [{ release: '4.19.0' }, '5.18 or newer is needed'],
  [{ release: '' }, '5.18 or newer is needed'],
  [{ hasBtf: false }, 'does not describe its types'],
  [{ hasCgroups2: false }, 'its cgroups are not of version 2 alone'],
])('%j is refused, unless the operator does without', (kernel, reason) => {
  expect(() => planKernel(server(kernel), {})).toThrow(
    expect.objectContaining({ code: 'isolation-unavailable', message: expect.stringContaining(reason) }),
  );
  expect(planKernel(server(kernel), { isolation: 'off' })).toBe(false);
});

test('who does without is told', () => {
  expect(warnOfIsolation({ isolation: 'off' }, GOOD)).toEqual([expect.stringContaining('--isolation off')]);
});

test.each<[string[], string, string[]]>([
  [[], '', []],
  [['127.0.0.53'], '', []],
  [['127.0.0.1'], '', ['127.0.0.1:53']],
  [['127.0.0.1'], '127.0.0.1:53', []],
  [['127.0.0.1'], '127.0.0.1:54', ['127.0.0.1:53']],
])('with the name servers %j and the ports %j it says %j', (nameservers, loopbackPorts, said) => {
  const warnings = warnOfIsolation({ loopbackPorts }, { ...GOOD, nameservers });
  expect(warnings).toEqual(said.map((port) => expect.stringContaining(`--loopback-ports ${port}`)));
});

test('it is switched on and off only while no repository is up', () => {
  const units = new Map([['rediacc-docker@2816.service', { active: 'active', enabled: '' }]]);
  const files = new Map([['/etc/systemd/system/rediacc-isolation.service', '']]);
  const refusal = (what: string) =>
    expect.objectContaining({
      code: 'repositories-up',
      message: expect.stringContaining(`switched ${what}`),
    });
  expect(() => planKernel(bareServer({ units }), {})).toThrow(refusal('on'));
  expect(() => planKernel(bareServer({ units, files }), { isolation: 'off' })).toThrow(refusal('off'));
  expect(planKernel(bareServer({ units, files }), {})).toBe(true);
  expect(planKernel(bareServer({ units }), { isolation: 'off' })).toBe(false);
  expect(planKernel(bareServer({ files }), { isolation: 'off' })).toBe(false);
});
