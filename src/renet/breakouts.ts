import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Reach } from '../core/compose/arguments.ts';
import type { Breakout } from '../core/compose/breakout.ts';
import { findBreakouts, isHook } from '../core/compose/breakouts.ts';
import { adviseOn, describeBreakout } from '../core/compose/describe-breakouts.ts';
import { filesNamedIn, type Source } from '../core/compose/find-line.ts';
import { pathsOf, type Surroundings } from '../core/compose/paths.ts';
import { pathsOfRediaccfiles } from '../core/deploy/rediaccfile.ts';
import { Refusal } from '../core/refusal.ts';
import { isAllowed } from '../core/repository/permissions.ts';
import type { RepositoryRecord } from '../core/repository/record.ts';
import { readText, realPath } from '../edges/files.ts';
import type { Project } from './compose-project.ts';
import { findRediaccfiles } from './rediaccfiles.ts';

/**
 * Refuses what would let containers out of their repository, unless the operator has allowed it. Profiles that are off count,
 * too: which service a command starts is for Compose alone to say.
 *
 * @param reach how much of the compose file is put to use
 * @throws Refusal with all of it, and where it stands
 */
export async function refuseBreakouts(
  { configs, userFiles }: Project,
  { path, name, permissions = [] }: RepositoryRecord,
  reach: Reach,
): Promise<void> {
  if (reach === 'nothing') return;
  const whole = (one: string) => (isAbsolute(one) ? one : `${process.cwd()}/${one}`);
  const pairs = configs.flatMap(pathsOf).map(async (one) => [one, await realPath(whole(one))] as const);
  const paths = new Map(await Promise.all(pairs));
  const folder = await realPath(path);
  const surroundings: Surroundings = {
    resolve: (each) => paths.get(each) ?? each,
    folder,
    scripts: pathsOfRediaccfiles(folder, await findRediaccfiles(folder)),
  };
  const found = configs.flatMap((one) => findBreakouts(one, surroundings));
  const refused = withoutCopies(found)
    .filter((one) => reach === 'all' || isHook(one))
    .filter(({ permission }) => permission === undefined || !isAllowed(permissions, permission));
  if (refused.length === 0) return;
  const sources = await readSources(userFiles);
  throw new Refusal(
    'breaks-out',
    `what leads out of the repository '${name}' is refused:\n${refused.map((one) => `  ${describeBreakout(one, sources)}`).join('\n')}`,
    adviseOn(refused, name),
  );
}

/** The same may be in several answers of Compose. */
function withoutCopies(all: readonly Breakout[]): Breakout[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** The user's files, after those that they name. */
async function readSources(files: readonly string[]): Promise<Source[]> {
  const found = new Map<string, string>();
  const waiting = files.map((file) => resolve(file)).reverse();
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (found.has(file)) continue;
    // Only lines are looked for: that a file cannot be read is for Compose to say.
    const text = (await readText(file).catch(() => undefined)) ?? '';
    found.set(file, text);
    const folder = dirname(file);
    waiting.push(...filesNamedIn(text).map((named) => resolve(folder, named)));
  }
  return [...found].reverse().map(([file, text]) => ({ path: shown(file), text }));
}

/** As somebody in this folder would name it. */
function shown(file: string): string {
  const near = relative(process.cwd(), resolve(file));
  return near.startsWith('..') ? resolve(file) : near;
}
