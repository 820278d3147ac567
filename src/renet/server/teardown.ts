import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  ADDRESS_TIMER,
  DOCKER_GROUP,
  ISOLATION_UNIT,
  PLACES,
  PROBE_SOCKET,
  PROXY_UNIT,
  PROXY_USER,
  ROUTER_SOCKET,
  ROUTER_UNIT,
  ROUTER_USER,
} from '../../core/infra/places.ts';
import { Refusal } from '../../core/refusal.ts';
import { DEFAULT_STATE_DIR, recordFolder } from '../../core/repository/record.ts';
import { isFolder } from '../../edges/files.ts';
import { run, runToEnd } from '../../edges/process.ts';
import { systemctl } from '../../edges/systemd.ts';
import { ISOLATION_LOCK, lowerServerFence } from './fence.ts';
import { lockServer } from './lock-server.ts';
import { ownFacts } from './own-facts.ts';

/** Removed when nothing of others is left in them: Docker daemons leave things below `/run/rediacc` until the next boot. */
const FOLDERS = [
  PLACES.secrets,
  PLACES.dynamicFolder,
  PLACES.shims,
  PLACES.isolation,
  '/etc/rediacc',
  `${PLACES.units}/docker-.scope.d`,
  recordFolder('/run/rediacc'),
  ISOLATION_LOCK,
  dirname(ISOLATION_LOCK),
  '/run/rediacc',
];
const SERVICE_STATE = [`${DEFAULT_STATE_DIR}/router`, `${DEFAULT_STATE_DIR}/proxy`];

/** `renet proxy teardown`: takes away what push-infra has made, and nothing else. */
export async function teardown(print: (line: string) => void): Promise<void> {
  process.on('SIGHUP', () => {});
  await using _ = await lockServer(print);
  const { units, files } = await ownFacts();
  const names = [...units.keys()];
  const up = names.filter(
    (unit) => /^rediacc-docker@.*\.service$/.test(unit) && units.get(unit)?.active === 'active',
  );
  if (up.length > 0)
    throw new Refusal(
      'repositories-up',
      `repositories are up: ${up.map((unit) => unit.replace(/^.*@|\.service$/g, '')).join(', ')}`,
      'Take them down first: their daemons need what would be taken away.',
    );
  const others = names.filter((unit) => unit.endsWith('.socket') || unit.startsWith('rediacc-contain'));
  const ours = [ADDRESS_TIMER, ...others, PROXY_UNIT, ROUTER_UNIT, ISOLATION_UNIT].filter((unit) =>
    units.has(unit),
  );
  // Sockets with them, or the next connection would start the service again.
  if (ours.length > 0) await systemctl('stop', ...ours);
  await lowerServerFence();
  const enabled = [ROUTER_SOCKET, ROUTER_UNIT, PROXY_UNIT, PROBE_SOCKET, ISOLATION_UNIT].filter(
    (unit) => units.get(unit)?.enabled === 'enabled',
  );
  if (enabled.length > 0) await systemctl('disable', '--quiet', ...enabled);
  for (const path of files.keys()) await rm(path, { force: true });
  await rm(PLACES.renet, { force: true });
  await rm(PLACES.programs, { recursive: true, force: true });
  await systemctl('daemon-reload');
  await systemctl('reset-failed', 'rediacc-*').catch(() => {});
  await removeUsers();
  for (const folder of FOLDERS) await removeIfEmpty(folder);
  print('taken away: Traefik, the route server, their ports, settings, secrets, programs and users');
  print(
    `still there: ${DEFAULT_STATE_DIR} (repositories, who has which host, certificates), /var/log/rediacc, packages`,
  );
  if (await isFolder(PLACES.dynamicFolder))
    print(`still there: ${PLACES.dynamicFolder}, which has files of yours`);
}

/** What they leave belongs to root then, so that no later user with their number has it. */
async function removeUsers(): Promise<void> {
  for (const folder of SERVICE_STATE) {
    if (await isFolder(folder)) await runToEnd('chown', '-R', 'root:root', folder);
  }
  for (const user of [ROUTER_USER, PROXY_USER]) {
    if ((await run(['getent', 'passwd', user])).code === 0) await runToEnd('userdel', user);
  }
  for (const group of [ROUTER_USER, PROXY_USER, DOCKER_GROUP]) {
    if ((await run(['getent', 'group', group])).code === 0) await runToEnd('groupdel', group);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  if ((await readdir(folder).catch(() => ['?'])).length === 0) await rmdir(folder);
}
