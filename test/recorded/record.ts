// node test/recorded/record.ts PROGRAMS FILE: what the dockerd in PROGRAMS/usr/sbin answers about the containers of the contract.
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRootOrRunAgain } from '../../scripts/become-root.ts';
import { LAB_VARIABLE, runInNamespaces } from '../../scripts/namespaces.ts';
import { eventsPath, inspectPath, LIST_PATH } from '../../src/core/repository/docker-api.ts';
import { get } from '../../src/edges/http.ts';
import type { Exchange, Recording } from './recording.ts';

const [programs = '', file = ''] = process.argv.slice(2);

async function record(): Promise<Recording> {
  // Only in namespaces.
  const { realDaemon } = await import('../live/subject.ts');
  const { WANTED } = await import('../docker-contract.ts');
  await using daemon = await realDaemon(programs);
  const begin = Math.floor(Date.now() / 1000);
  const ask = async (path: string): Promise<Exchange> => {
    const { status, body } = await get({ socketPath: daemon.socket }, path, 5_000);
    // Where the daemon ran is nobody's business.
    return { path, status, body: body.replaceAll(dirname(dirname(daemon.socket)), '') };
  };
  await daemon.start(WANTED);
  const list = await ask(LIST_PATH);
  const ids = (JSON.parse(list.body) as { Id: string }[]).map(({ Id }) => Id);
  const paths = [
    '/version',
    ...[...ids, 'f'.repeat(64)].map(inspectPath),
    eventsPath(begin, Date.now() / 1000),
    '/v1.24/containers/json',
  ];
  const exchanges = [list];
  for (const path of paths) exchanges.push(await ask(path));
  return { exchanges };
}

if (process.env[LAB_VARIABLE] === '1') writeFileSync(file, `${JSON.stringify(await record(), null, 2)}\n`);
else if (isRootOrRunAgain()) process.exitCode = runInNamespaces([process.execPath, ...process.argv.slice(1)]);
