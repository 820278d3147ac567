import { composeEnvironment } from '../compose/environment.ts';
import { COMPOSE_FILE_NAMES } from '../compose/files.ts';
import { PLACES } from '../infra/places.ts';
import { Refusal } from '../refusal.ts';
import { isAllowed, isBelow, type Permissions } from '../repository/permissions.ts';
import type { RepositoryRecord } from '../repository/record.ts';

export const REDIACCFILE = 'Rediaccfile';

/** What a Rediaccfile may define. */
export type FunctionName = 'prep' | 'up' | 'down';

/** A function of one Rediaccfile. */
export type FunctionCall = {
  readonly name: FunctionName;
  /** The folder's name; undefined: the repository's own. */
  readonly folder: string | undefined;
  /** Shell text that defines the function, read in its folder. */
  readonly source: string;
};

/** Which Rediaccfiles there are. */
export type Rediaccfiles = {
  /** The names in the repository's own folder. */
  readonly names: readonly string[];
  /** First-level folders that have a Rediaccfile. */
  readonly folders: readonly string[];
};

/** Where they are, in the repository's folder. */
export function pathsOfRediaccfiles(folder: string, { names, folders }: Rediaccfiles): string[] {
  const places = [
    ...(names.includes(REDIACCFILE) ? [folder] : []),
    ...folders.map((one) => `${folder}/${one}`),
  ];
  return places.map((place) => `${place}/${REDIACCFILE}`);
}

/** What a repository that has nothing but a compose file comes up and goes down by. */
const BY_COMPOSE = `up() { renet compose -- up -d; }\ndown() { renet compose -- down; }`;

/**
 * The calls for a verb in their order: the repository's own folder first and the others by name, and `down` the other way round. All
 * are prepared before any comes up.
 */
export function callsOf(verb: 'up' | 'down', { names, folders }: Rediaccfiles): FunctionCall[] {
  const own = names.includes(REDIACCFILE);
  const isBare = !own && folders.length === 0;
  const hasCompose = COMPOSE_FILE_NAMES.some((name) => names.includes(name));
  const places = [
    ...(own ? [{ folder: undefined, source: `. ./${REDIACCFILE}` }] : []),
    ...(isBare && hasCompose ? [{ folder: undefined, source: BY_COMPOSE }] : []),
    ...[...folders].sort().map((folder) => ({ folder, source: `. ./${REDIACCFILE}` })),
  ];
  if (verb === 'down') return places.reverse().map((place) => ({ ...place, name: 'down' }));
  return (['prep', 'up'] as const).flatMap((name) => places.map((place) => ({ ...place, name })));
}

/** Ends with this when the function is not defined, which is no failure. */
export const NO_FUNCTION = 42;

/**
 * Reads a Rediaccfile, and calls a function of it. It ends at the first command that fails, as a Makefile does.
 *
 * @param scope systemd's unit, so that whatever the function leaves running can be found and ended
 */
export function functionCommand(call: FunctionCall, scope: string): [string, ...string[]] {
  const script = `set -eo pipefail
${call.source}
[ "$(type -t ${call.name})" = function ] || exit ${NO_FUNCTION}
${call.name}`;
  const unit = ['--scope', '--quiet', '--collect', `--unit=${scope}`, '--property=TimeoutStopSec=10s'];
  return ['systemd-run', ...unit, '--', 'bash', '-c', script, REDIACCFILE];
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** All that a function gets: nothing of whoever called renet. */
export function functionEnvironment(
  record: RepositoryRecord,
  addresses: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
  const base = { PATH: `${PLACES.shims}:${PATH}`, HOME: '/root', LANG: 'C.UTF-8' };
  return composeEnvironment(base, record, addresses);
}

/** What is known of a file or folder that root is to trust. */
export type Ownership = { readonly path: string; readonly uid: number; readonly mode: number };

/** Refuses to run as root what somebody else could have written. */
export function requireRootOwned(all: readonly Ownership[]): void {
  const wrong = all.find(({ uid, mode }) => uid !== 0 || (mode & 0o022) !== 0);
  if (wrong === undefined) return;
  const why = wrong.uid === 0 ? 'others may write to it' : `it belongs to user ${wrong.uid}`;
  throw new Refusal(
    'repository-not-owned',
    `${wrong.path} would be run as root, and ${why}`,
    `If it is as you want it: chown root:root ${wrong.path} && chmod go-w ${wrong.path}.`,
  );
}

/** What containers have been able to write to, by the folders and files that were mounted. */
export type Writable = {
  /** Where it is written down, a path in each line. */
  readonly list: string;
  readonly paths: readonly string[];
};

/**
 * Refuses to run as root what a container could have written, and so could have anybody who has taken it over.
 *
 * @param scripts by all of their names: as they were found, and behind symbolic links
 */
export function requireUnwritable(
  scripts: readonly string[],
  { list, paths }: Writable,
  permissions: Permissions,
): void {
  for (const script of scripts) {
    const path = paths.find((one) => isBelow(script, one) && !isAllowed(permissions, `path:${one}`));
    if (path === undefined) continue;
    throw new Refusal(
      'repository-not-owned',
      `${script} would be run as root, and containers could write to ${path}, which they have mounted`,
      `Look at it. If it is as you want it, take the line ${path} out of ${list}, and mount it read-only (:ro) from now on.`,
    );
  }
}
