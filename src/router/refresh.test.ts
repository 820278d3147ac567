import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Container } from '../core/labels/container.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import type { DaemonView } from './daemon.ts';
import { createPublisher } from './publisher.ts';
import { Refresher } from './refresh.ts';
import { StateFolder } from './state-folder.ts';

function daemon(
  networkId: number,
  address: string,
  labels: Readonly<Record<string, string>> = {},
): DaemonView {
  const own = { 'rediacc.service_ip': address, 'rediacc.service_name': 'web', ...labels };
  const container: Container = {
    id: `${networkId}`,
    name: 'web',
    networkId,
    ports: { tcp: [80], udp: [] },
    serving: true,
    labels: own,
  };
  return { networkId, socket: '', state: 'up', containers: [container] };
}

test('a bug that one repository meets does not touch the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-refresh-'));
  const state = await StateFolder.open({ folder, onDecisions: () => {}, warn: () => {} });
  const claims = new ClaimKeeper({ state, ranges: { tcp: [], udp: [] }, grace: 0, onExpiry: () => {} });
  const publisher = createPublisher();
  const bugs: unknown[] = [];
  const refresher = new Refresher({
    settings: {
      baseDomain: 'test',
      autoRoutes: true,
      entryPoints: 'any',
      certResolvers: 'ignored',
      dynamicEntryPoints: new Set(),
      trusted: false,
    },
    isTrusted: () => false,
    nameOf: String,
    claims,
    certificates: { settle: () => new Set() },
    publisher,
    onBug: (error, id) => bugs.push([id, String(error)]),
  });
  const routers = () => [...refresher.routes()].flatMap(({ sections }) => [...sections.http.routers.keys()]);
  const bad = daemon(2880, '127.0.11.66');
  const broken: DaemonView = {
    ...bad,
    containers: bad.containers.map((one) => ({
      ...one,
      get labels(): never {
        throw new Error('a bug');
      },
    })),
  };
  refresher.refresh([daemon(2816, '127.0.11.2'), broken]);
  expect(routers()).toEqual(['auto.web-2816']);
  refresher.refresh([daemon(2816, '127.0.11.2'), bad]);
  expect(routers()).toEqual(['auto.web-2816', 'auto.web-2880']);
  refresher.refresh([daemon(2816, '127.0.11.3'), broken]);
  expect(routers()).toEqual(['auto.web-2816', 'auto.web-2880']);
  expect(Buffer.concat(publisher.peek()?.chunks() ?? []).toString()).toContain('http://127.0.11.3:80');
  expect(bugs).toEqual([
    [2880, 'Error: a bug'],
    [2880, 'Error: a bug'],
  ]);
  claims.close();
  state.close();
  rmSync(folder, { recursive: true });
});
