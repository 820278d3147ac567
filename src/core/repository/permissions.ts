import { Refusal } from '../refusal.ts';

/** What may be allowed to a repository, beside `cap:NAME` and `path:/FOLDER`, and what it gives away. */
export const PERMISSIONS: Readonly<Record<string, string>> = {
  privileged: 'all of the machine',
  pid: 'to see and signal all processes of the machine',
  ipc: "the machine's shared memory and message queues",
  uts: "to change the machine's name, with SYS_ADMIN",
  cgroup: "to see the machine's cgroups",
  runtime: 'another runtime than runc, which nothing keeps apart',
  devices: 'devices of the machine',
  'security-opt': 'to be without seccomp or AppArmor',
  ssh: 'the SSH agent of whoever builds',
  'volume-driver': 'volumes of another driver than local, or of another file system',
  provider: 'programs of the machine, run by Compose as root',
};

/** Words that an operator gives a repository; what they cover is in `isAllowed`. */
export type Permissions = readonly string[];

/**
 * Checks words, and writes them as they are kept.
 *
 * @throws Refusal for one that is none
 */
export function readPermissions(words: readonly string[]): Permissions {
  return words.map(readPermission);
}

function readPermission(word: string): string {
  if (Object.hasOwn(PERMISSIONS, word)) return word;
  const capability = /^cap:(?:CAP_)?([A-Z_]+)$/i.exec(word)?.[1]?.toUpperCase();
  if (capability === 'NET_RAW')
    throw new Refusal(
      'permission-unknown',
      'cap:NET_RAW cannot be allowed: with it a container sees the packets of all repositories',
      'It is taken from every container. ping works without it.',
    );
  if (capability !== undefined) return `cap:${capability}`;
  const path = /^path:(\/.*?)\/*$/.exec(word)?.[1];
  if (path !== undefined && !/\/\.\.?(\/|$)/.test(path)) return `path:${path}`;
  throw new Refusal(
    'permission-unknown',
    `'${word}' is no permission: there is ${Object.keys(PERMISSIONS).join(', ')}, cap:NAME and path:/FOLDER`,
    'The refusal of a compose file ends with the word that allows it.',
  );
}

/** Whether permissions cover one: a path covers all that is below it. */
export function isAllowed(permissions: Permissions, wanted: string): boolean {
  return permissions.some(
    (one) =>
      one === wanted || (one.startsWith('path:/') && wanted.startsWith(one === 'path:/' ? one : `${one}/`)),
  );
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** What many mount to have the machine's time and authorities: everybody may read it. */
export const COMMON_PATHS = [
  '/etc/localtime',
  '/etc/timezone',
  '/usr/share/zoneinfo',
  '/etc/ssl/certs',
  '/usr/share/ca-certificates',
];
