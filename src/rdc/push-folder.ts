import { realpath } from 'node:fs/promises';
import { type PushPlan, type PushRequest, writePushRequest } from '../core/deploy/push-plan.ts';
import { CHANGES, type Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { PLACES } from '../core/infra/places.ts';
import { Refusal } from '../core/refusal.ts';
import { CommandFailed, type Finished } from '../edges/process.ts';
import { pushStream } from '../edges/push-stream.ts';
import { connectServer } from '../edges/ssh.ts';
import { infraUnset, NOT_FOUND } from './ask-renet.ts';
import { contextsPath, loadContexts } from './context.ts';
import { progressBar } from './progress.ts';
import { scanFolder } from './scan-folder.ts';

export type PushFolderOptions = {
  readonly machine: string;
  readonly exclude?: readonly string[];
  readonly force?: true;
  readonly dryRun?: true;
  readonly entry: Entry;
};

/** `rdc repo push`: brings what has changed in a folder into a repository. */
export async function pushFolder(folder: string, name: string, options: PushFolderOptions): Promise<void> {
  const { machine, exclude = [], force = false, dryRun, entry } = options;
  const { environment, print, warn, progress, endWith } = entry;
  const { destination } = contextOf(await loadContexts(contextsPath(environment)), machine);
  const root = await realpath(folder).catch(() => {
    throw new Refusal('no-repository', `there is no folder ${folder}`, 'Name the one to push.');
  });
  const { items, slots, skipped } = await scanFolder(root, exclude);
  for (const path of skipped) warn(`${path} is neither file, folder nor link, and stays behind`);
  const request: PushRequest = { items, slots, force };
  await using server = await connectServer({ destination, environment, warn });
  const receive = [PLACES.renet, 'repo', 'receive'] as const;
  const text = writePushRequest(request);
  const planned = check(await server.run([...receive, '--plan', '--', name], text), machine);
  const plan = JSON.parse(planned) as PushPlan;
  if (dryRun) {
    for (const line of describe(plan)) print(line);
    const isSame = plan.bring.length + plan.make.length + plan.remove.length === 0;
    if (isSame) print('nothing to do');
    return endWith(isSame ? 0 : CHANGES);
  }
  const archive = pushStream(text, root, plan.bring);
  const finished = await server.feed([...receive, '--', name], archive, (bytes) =>
    progress?.(progressBar('pushing', Math.min(bytes, plan.size), plan.size)),
  );
  progress?.('');
  print(check(finished, machine).trimEnd());
  if (finished.stderr !== '') warn(finished.stderr.trimEnd());
}

/** What it printed, when all is well; otherwise its own words are shown, and its exit code is ours. */
function check(finished: Finished, machine: string): string {
  if (finished.code === NOT_FOUND) throw infraUnset(machine);
  if (finished.code !== 0) throw new CommandFailed(finished);
  return finished.stdout;
}

function describe({ bring, make, remove, kept }: PushPlan): string[] {
  return [
    ...[...bring, ...make].sort().map((path) => `bring ${path}`),
    ...remove.map((path) => `remove ${path}`),
    ...kept.map((path) => `keep ${path}, which was changed on the server`),
  ];
}
