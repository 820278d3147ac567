/** How the processes of `renet local` are started. */
type Argv = readonly [string, ...string[]];

/** Asks a process to end when the one that started it dies, even by SIGKILL (prctl(2), PR_SET_PDEATHSIG; util-linux setpriv). */
export function endingWithParent(argv: Argv): [string, ...string[]] {
  return ['setpriv', '--pdeathsig', 'TERM', '--', ...argv];
}

/** The user and the group `nobody`. */
export const NOBODY = '65534';
const ONLY_LOW_PORTS = '-all,+net_bind_service';

/** The same, as nobody, with no other right than to listen on ports below 1024. */
export function unprivileged(argv: Argv): [string, ...string[]] {
  return [
    'setpriv',
    '--pdeathsig',
    'TERM',
    '--reuid',
    NOBODY,
    '--regid',
    NOBODY,
    '--clear-groups',
    '--bounding-set',
    ONLY_LOW_PORTS,
    '--inh-caps',
    ONLY_LOW_PORTS,
    '--ambient-caps',
    ONLY_LOW_PORTS,
    '--no-new-privs',
    '--',
    ...argv,
  ];
}

/**
 * What the route server runs best with (mallopt(3)). Otherwise the C library gives each thread a heap of its own, and keeps much of
 * what has been freed: about 20 MB of 113 with ten thousand containers.
 */
export const SPARING = [
  'MALLOC_ARENA_MAX=1',
  'MALLOC_TRIM_THRESHOLD_=131072',
  'MALLOC_MMAP_THRESHOLD_=8192',
] as const;

/** The route server's command with these settings. */
export function sparing(argv: Argv): [string, ...string[]] {
  return ['env', ...SPARING, ...argv];
}
