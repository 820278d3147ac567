import * as z from 'zod/mini';
import { readSlots } from '../network/slots.ts';
import { writeSlots } from '../network/slots-text.ts';
import { Refusal } from '../refusal.ts';

/** What lies at a path of a repository. Paths have `/` between their parts, and none at either end. */
export type Item =
  | { readonly kind: 'file'; readonly digest: string; readonly size: number; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder' };

export type Items = ReadonlyMap<string, Item>;

const item = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), digest: z.string(), size: z.number(), mode: z.number() }),
  z.object({ kind: z.literal('link'), target: z.string() }),
  z.object({ kind: z.literal('folder') }),
]);
const items = z.record(z.string(), item);

/** What a workstation wants a repository to have. */
export type PushRequest = {
  readonly items: Items;
  /** Its `.rediacc.json`, which is not overwritten. */
  readonly slots?: string | undefined;
  /** Whatever else lies where something is to go is overwritten. */
  readonly force: boolean;
};

const request = z.object({ items, slots: z.optional(z.string()), force: z.boolean() });

export function readPushRequest(text: string): PushRequest {
  const { items: all, ...rest } = z.parse(request, JSON.parse(text));
  for (const path of Object.keys(all)) requirePlainPath(path);
  return { ...rest, items: new Map(Object.entries(all)) };
}

export function writePushRequest({ items: all, ...rest }: PushRequest): string {
  return JSON.stringify({ ...rest, items: Object.fromEntries(all) });
}

/** A path leads nowhere else than into the repository. */
function requirePlainPath(path: string): void {
  const parts = path.split('/');
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0')) return;
  throw new Error(`'${path}' is no path inside a repository`);
}

/** What pushes have made in a repository, as `pushed.json` says it. */
export type Pushed = {
  readonly items: Items;
  /** What a push that was cut off may have made beside them. */
  readonly begun: Items;
};

const pushedFile = z.object({ items, begun: z.optional(items) });

export function readPushed(text: string | undefined): Pushed {
  if (text === undefined) return { items: new Map(), begun: new Map() };
  const { items: all, begun = {} } = z.parse(pushedFile, JSON.parse(text));
  return { items: new Map(Object.entries(all)), begun: new Map(Object.entries(begun)) };
}

export function writePushed({ items: all, begun }: Pushed): string {
  return JSON.stringify({ items: Object.fromEntries(all), begun: Object.fromEntries(begun) });
}

export type Conflict = { readonly path: string; readonly reason: string };

export type PushPlan = {
  /** Paths of files that the server lacks, or has otherwise. */
  readonly bring: readonly string[];
  /** Links and folders to make. */
  readonly make: readonly string[];
  /** What an earlier push made, and this one has not: files and links, then folders, the deepest first. */
  readonly remove: readonly string[];
  /** What no push made, or somebody changed since, where something else is to go. */
  readonly conflicts: readonly Conflict[];
  /** Changed on the server since, and not pushed any more: it stays. */
  readonly kept: readonly string[];
  /** Bytes of the files to bring. */
  readonly size: number;
};

/** @param found what lies on the server at the paths of both */
export function planPush({ items: wanted, force }: PushRequest, pushed: Pushed, found: Items): PushPlan {
  const isOurs = (path: string): boolean => {
    const there = found.get(path);
    return [pushed.items.get(path), pushed.begun.get(path)].some((one) => isSame(one, there));
  };
  const changed = [...wanted].filter(([path, one]) => !isSame(one, found.get(path)));
  const conflicts = changed.flatMap(([path]): Conflict[] => {
    if (force || !found.has(path) || isOurs(path)) return [];
    const wasPushed = pushed.items.has(path) || pushed.begun.has(path);
    const reason = wasPushed ? 'was changed there since the last push' : 'is there, and no push made it';
    return [{ path, reason }];
  });
  const gone = [...new Set([...pushed.items.keys(), ...pushed.begun.keys()])].filter(
    (path) => found.has(path) && !wanted.has(path),
  );
  const isFolder = (path: string): boolean => found.get(path)?.kind === 'folder';
  const files = gone.filter((path) => !isFolder(path));
  const bring = changed.filter(([, { kind }]) => kind === 'file').map(([path]) => path);
  return {
    bring,
    make: changed.filter(([, { kind }]) => kind !== 'file').map(([path]) => path),
    remove: [
      ...files.filter((path) => force || isOurs(path)).sort(),
      ...gone.filter(isFolder).sort().reverse(),
    ],
    conflicts,
    kept: force ? [] : files.filter((path) => !isOurs(path)).sort(),
    size: bring.reduce((sum, path) => sum + sizeOf(wanted.get(path)), 0),
  };
}

function sizeOf(one: Item | undefined): number {
  return one?.kind === 'file' ? one.size : 0;
}

/** Whether two are the same to whoever reads them. */
export function isSame(a: Item | undefined, b: Item | undefined): boolean {
  if (a?.kind === 'file' && b?.kind === 'file') return a.digest === b.digest && a.mode === b.mode;
  if (a?.kind === 'link' && b?.kind === 'link') return a.target === b.target;
  return a !== undefined && a.kind === b?.kind && a.kind === 'folder';
}

const SHOWN = 5;

export function refuseConflicts({ conflicts }: PushPlan): void {
  if (conflicts.length === 0) return;
  const shown = conflicts.slice(0, SHOWN).map(({ path, reason }) => `${path} ${reason}`);
  const more = conflicts.length > SHOWN ? ` and ${conflicts.length - SHOWN} more` : '';
  throw new Refusal(
    'push-conflict',
    `the server has something else where files are to go: ${shown.join('; ')}${more}`,
    'Take over what the server has, or exclude it (.rediaccignore), or overwrite it with --force. Nothing was changed.',
  );
}

/**
 * The server's `.rediacc.json` with what the pushed one has beside it: an address that is in use never changes.
 *
 * @throws Refusal where both give a service another slot, or two services the same
 */
export function mergeSlots(own: string | undefined, pushed: string): string {
  const theirs = readSlots(pushed, '.rediacc.json (pushed)');
  if (own === undefined) return pushed;
  const ours = readSlots(own, '.rediacc.json (on the server)');
  const holders = new Map([...ours].map(([service, slot]) => [slot, service]));
  for (const [service, slot] of theirs) {
    const given = ours.get(service);
    const holder = holders.get(slot);
    if (given === slot || (given === undefined && holder === undefined)) continue;
    throw new Refusal(
      'push-conflict',
      `.rediacc.json gives '${service}' slot ${slot}, where the server has ${given === undefined ? `'${holder}' there` : `slot ${given} for it`}`,
      "The server's is in use: take its .rediacc.json over. Nothing was changed.",
    );
  }
  return writeSlots(own, theirs);
}
