import { serviceName } from '../labels/container.ts';
import { isRestarting } from '../repository/container-state.ts';
import { type Cause, cause, isCause, type Look } from './cause.ts';
import { composeFix, composeService, logsFix, type Place, upFix } from './fixes.ts';
import { EVERYWHERE, type Listening } from './seen.ts';

/** Exit codes of a program that was told to end, or was made to: 0, SIGKILL, SIGTERM, SIGINT. */
const ENDED = new Set([0, 130, 137, 143]);

/** Seconds after which Docker takes a start for a good one. */
const SETTLED = 10;

/** What a program prints that finds its port taken: `bind: address already in use`, `EADDRINUSE`. */
const IN_USE = /address (already )?in use|EADDRINUSE/i;

/** Whether a container runs, and is well. */
export function lookAtContainer(place: Place, listeners: readonly Listening[]): Look {
  const look = lookAtState(place);
  const taken = isCause(look) && look.lines?.some((line) => IN_USE.test(line));
  return (taken ? portTaken(place, look, listeners) : undefined) ?? look;
}

/** One who has a port on all addresses has it on those of all containers. */
function portTaken(place: Place, found: Cause, listeners: readonly Listening[]): Cause | undefined {
  const ports = wantedPorts(place);
  const other = listeners.find(
    ({ address, port, container }) => EVERYWHERE.has(address) && ports.has(port) && container === undefined,
  );
  if (other === undefined) return undefined;
  const { holder = 'a process of another user', port } = other;
  const why = `${place.container.name} cannot listen on port ${port}: ${holder} has it on all addresses of the machine`;
  const fix = upFix(place, `Stop ${holder}, or let it listen on one address. Then:`);
  return { ...cause('port-taken', why, fix), lines: found.lines ?? [] };
}

/** Ports that its labels, its image and its program's words name. */
function wantedPorts({ container: { labels, exposed, command } }: Place): ReadonlySet<number> {
  const named = Object.entries(labels).flatMap(([label, value]) =>
    /port$/i.test(label) ? Number(value) : [],
  );
  const words = command.flatMap((word) =>
    [...word.matchAll(/\b\d{2,5}\b/g)].map(([digits]) => Number(digits)),
  );
  return new Set([...named, ...exposed.tcp, ...words]);
}

function lookAtState(place: Place): Look {
  const { container } = place;
  const { name, status, health, labels } = container;
  if (labels['com.docker.compose.oneoff']?.toLowerCase() === 'true')
    return cause(
      'one-off',
      `${name} is a one-off of 'compose run', which never gets a route`,
      upFix(place, 'Start the service itself.'),
    );
  if (container.error !== '' && status !== 'running') return unstartable(place);
  if (status === 'restarting' || (isRestarting(container) && container.upSeconds < SETTLED))
    return restarting(place);
  if (status === 'paused') return paused(place);
  if (status === 'created')
    return cause('container-created', `${name} was made, but never started`, upFix(place, 'Start it.'));
  if (status !== 'running') return ended(place);
  if (health === 'unhealthy') return unhealthy(place);
  if (health === 'starting')
    return cause(
      'container-starting',
      `${name} is starting: its health check has not passed yet`,
      logsFix(place, 'Wait. What it prints tells how far it is.'),
    );
  const address = labels['rediacc.service_ip'];
  const where = address === undefined ? '' : ` at ${address}`;
  return {
    name: 'container',
    said: `${name} runs${where}${health === undefined ? '' : `, and is ${health}`}`,
  };
}

function withLog(found: Cause, { container }: Place): Cause {
  return container.log.length === 0 ? found : { ...found, lines: container.log };
}

function unstartable(place: Place): Cause {
  const { name, error } = place.container;
  const why = `Docker cannot start ${name}: ${error}`;
  return cause('container-unstartable', why, upFix(place, 'Mend what it says, and start it again.'));
}

function restarting(place: Place): Cause {
  const { name, exitCode, restarts } = place.container;
  const why = `${name} ends again and again: ${restarts} times so far, the last with exit code ${exitCode}`;
  return withLog(
    cause('container-restarting', why, logsFix(place, 'What it printed before its end tells why.')),
    place,
  );
}

function paused({ container, ...place }: Place): Cause {
  const why = `${container.name} is paused`;
  const service = composeService(container) ?? serviceName(container);
  return cause('container-paused', why, composeFix(place, ['unpause', service], 'Let it go on.'));
}

function ended(place: Place): Cause {
  const { name, exitCode, isOutOfMemory } = place.container;
  if (isOutOfMemory)
    return cause(
      'container-out-of-memory',
      `${name} had no memory left, and the kernel ended it`,
      upFix(place, 'Give it more (mem_limit, deploy.resources.limits.memory), and start it again.'),
    );
  if (ENDED.has(exitCode))
    return cause(
      'container-stopped',
      `${name} does not run: it was stopped, or its program came to its end (exit code ${exitCode})`,
      upFix(place, 'Start it.'),
    );
  const why = `${name} does not run: its program ended with exit code ${exitCode}`;
  return withLog(
    cause('container-failed', why, logsFix(place, 'What it printed before its end tells why.')),
    place,
  );
}

function unhealthy(place: Place): Cause {
  const { name, healthOutput } = place.container;
  const said = healthOutput === '' ? '' : `: ${healthOutput}`;
  const why = `${name} runs, but its health check fails${said}`;
  const fix = logsFix(place, 'Nothing is sent to a container that is not well. What it prints tells why.');
  return withLog(cause('container-unhealthy', why, fix), place);
}
