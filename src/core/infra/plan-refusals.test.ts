import { expect, test } from 'vitest';
import { bareServer, givenInput, IPV4, listener } from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import type { Facts } from './facts.ts';
import { planServer } from './plan.ts';
import type { InfraSettings } from './setting.ts';

const complete: InfraSettings = { publicIpv4: IPV4, baseDomain: 'example.com', certEmail: 'ops@example.com' };
const secrets = { cfDnsToken: new Secret('x') };

test.each<[string, InfraSettings, Partial<Facts>, string, string]>([
  [
    'a systemd that is too old',
    complete,
    { systemd: 249, system: { id: 'ubuntu', version: '22.04', name: 'Ubuntu 22.04.5 LTS' } },
    'server-unsupported',
    'the server (Ubuntu 22.04.5 LTS) has systemd 249, and 252 or newer is needed',
  ],
  [
    'no systemd',
    complete,
    { systemd: undefined, system: { id: '', version: '', name: '' } },
    'server-unsupported',
    'the server (an unknown system) has no systemd, and 252 or newer is needed',
  ],
  [
    'an unknown processor',
    complete,
    { machine: 'riscv64' },
    'server-unsupported',
    "the server's processor is riscv64",
  ],
  [
    'no public address',
    { baseDomain: 'example.com' },
    {},
    'address-unset',
    'the server has no public address yet',
  ],
  [
    'a port of another',
    complete,
    { bound: [listener('*:80')] },
    'port-taken',
    'TCP port 80 of the server is taken by nginx (process 12), which listens on all addresses',
  ],
])('%s is refused', (...[, settings, facts, code, message]) => {
  expect(() => planServer(givenInput(settings, secrets), bareServer(facts))).toThrow(
    expect.objectContaining({ code, message }),
  );
});

test.each<Partial<Facts>>([{ systemd: 252 }, { machine: 'aarch64' }])('%j will do', (facts) => {
  expect(planServer(givenInput(complete, secrets), bareServer(facts)).warnings).toEqual([]);
});

test('what is not said is a warning', () => {
  const { warnings } = planServer(givenInput({ publicIpv4: IPV4 }), bareServer());
  expect(warnings).toEqual([
    'without --base-domain there are no auto-routes: only containers with Traefik labels are routed',
    'without --cert-email there are no certificates: browsers will warn of each page',
  ]);
});

test('a firewall is a warning, and so is a port that is left out', () => {
  const server = bareServer({ firewalls: ['ufw'], bound: [listener('*:53/udp', 'dnsmasq (process 12)')] });
  expect(planServer(givenInput(complete, secrets), server).warnings).toEqual([
    'UDP port 53 is left out: dnsmasq (process 12) listens on all addresses',
    'ufw is active on the server: let the ports in that are to be reached from outside',
  ]);
});
