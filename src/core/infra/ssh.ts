import { shellWord } from '../shell-word.ts';

/** A connection that all commands to one server share (ssh_config(5), ControlMaster). */
export type SshTarget = {
  /** A host, `user@host`, or an alias of the user's `~/.ssh/config`, which is OpenSSH's own affair, as are keys and known hosts. */
  readonly destination: string;
  /** Folder of the control socket, which has a name of 40 letters there. */
  readonly controlFolder: string;
};

/** How long the shared connection outlives rdc, in seconds, should that be killed. */
const PERSIST = 30;
/** A server that has not answered for this long, in seconds, is gone. */
const ALIVE_INTERVAL = 5;
const ALIVE_COUNT = 3;
const CONNECT_TIMEOUT = 20;

function options({ controlFolder }: SshTarget): string[] {
  return [
    ...[
      '-o',
      'ControlMaster=auto',
      '-o',
      `ControlPath=${controlFolder}/%C`,
      '-o',
      `ControlPersist=${PERSIST}`,
    ],
    ...['-o', `ServerAliveInterval=${ALIVE_INTERVAL}`, '-o', `ServerAliveCountMax=${ALIVE_COUNT}`],
    ...['-o', `ConnectTimeout=${CONNECT_TIMEOUT}`],
    // What a user's alias does beside connecting is not for us.
    ...['-o', 'RemoteCommand=none', '-o', 'ClearAllForwardings=yes'],
  ];
}

/** The only place in which a command for a remote shell is made. It runs as root, by sudo if need be. */
export function sshCommand(
  target: SshTarget,
  remote: readonly [string, ...string[]],
  terminal = false,
): [string, ...string[]] {
  const asRoot = `if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -n -- "$@"; fi`;
  const words = ['sh', '-c', asRoot, 'sh', ...remote].map(shellWord).join(' ');
  return ['ssh', ...options(target), terminal ? '-t' : '-T', '--', target.destination, words];
}

/** A connection of TCP from the server, on standard input and output. */
export function sshForwardCommand({ destination, ...target }: SshTarget, to: string): [string, ...string[]] {
  return ['ssh', ...options({ destination, ...target }), '-W', to, '--', destination];
}

/** Ends the shared connection, as soon as nobody else uses it: another rdc may. */
export function sshExitCommand(target: SshTarget): [string, ...string[]] {
  return ['ssh', ...options(target), '-O', 'stop', '--', target.destination];
}

/** What OpenSSH makes of a destination, without connecting (ssh(1), -G). */
export function sshSettingsCommand(destination: string): [string, ...string[]] {
  return ['ssh', '-G', '--', destination];
}

export function readSshPort(settings: string): number | undefined {
  return Number(/^port (\d+)$/m.exec(settings)?.[1]) || undefined;
}

export const CONNECTION_LOST = 'the connection was lost';

/** Why ssh failed, in a sentence and what to do; it has said it in its own words. */
export function explainSsh(
  stderr: string,
  destination: string,
  wasConnected = false,
): { reason: string; fix: string } {
  const said = REASONS.find(([words]) => words.test(stderr));
  const found = said ?? (wasConnected ? REASONS.find(([, reason]) => reason === CONNECTION_LOST) : undefined);
  if (found !== undefined) return { reason: found[1], fix: found[2].replaceAll('DESTINATION', destination) };
  return { reason: 'ssh failed', fix: `Try it by hand: ssh ${destination} true.` };
}

const REASONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'its host key is another than the one that you know',
    'If the server was installed anew: ssh-keygen -R HOST, then ssh DESTINATION, and compare the new key.',
  ],
  [
    /Host key verification failed/,
    'you have not accepted its host key yet',
    'Connect once by hand, and compare the key: ssh DESTINATION.',
  ],
  [
    /Permission denied/,
    'it does not let you in',
    'Give it your public key: ssh-copy-id DESTINATION; or name the user: rdc context add NAME user@host.',
  ],
  [
    /Could not resolve hostname/,
    'there is no such host',
    'Name it with rdc context add NAME user@host, or in ~/.ssh/config.',
  ],
  [
    /Connection refused|Connection timed out|No route to host|Network is unreachable|Operation timed out/,
    'it cannot be reached',
    'Is it up, and does its firewall let SSH in?',
  ],
  [
    /not responding|Broken pipe|closed by remote host|Connection reset|Connection closed|client_loop|mux_client/,
    CONNECTION_LOST,
    'Run the command again: it takes up where this one ended.',
  ],
];
