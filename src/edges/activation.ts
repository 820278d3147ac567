import { Refusal } from '../core/refusal.ts';

/** The first descriptor that systemd hands over (sd_listen_fds(3)). */
const FIRST_DESCRIPTOR = 3;

/**
 * The listening socket that systemd has opened for this process, as a file descriptor: it outlives restarts, so that
 * connections wait in it meanwhile. Undefined when there is none.
 *
 * @throws Refusal when there are several, since nobody can say what they are for
 */
export function activatedSocket(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = environment;
  // The variables are inherited; only the process that they name has the sockets.
  if (Number(LISTEN_PID) !== pid || LISTEN_FDS === undefined) return undefined;
  if (LISTEN_FDS !== '1') {
    throw new Refusal(
      'option-invalid',
      `systemd hands over ${LISTEN_FDS} sockets, and one is wanted`,
      'Write one ListenStream in the socket unit.',
    );
  }
  return FIRST_DESCRIPTOR;
}
