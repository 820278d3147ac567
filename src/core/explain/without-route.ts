import { serviceName } from '../labels/container.ts';
import type { Problem } from '../labels/problem.ts';
import { shellWord } from '../shell-word.ts';
import { type Cause, cause, isCause } from './cause.ts';
import { lookAtContainer } from './containers.ts';
import { composeFix, type Place } from './fixes.ts';
import { isHarmless, problemCause } from './problem-fixes.ts';
import type { ContainerSeen, Listening, RepositorySeen, Seen } from './seen.ts';
import { unroutedCause } from './unrouted.ts';

export function placeOf(seen: Seen, repository: RepositorySeen, container: ContainerSeen): Place {
  return { door: seen.door, repository, container };
}

/** Why a container has no route: it does not run, its labels are wrong, or it is to have none. */
export function whyUnrouted(place: Place, seen: Seen, about = ''): Cause {
  const container = lookAtContainer(place, seen.listeners);
  if (isCause(container)) return container;
  const wrong = problemsOf(place, seen).toSorted((a, b) => rank(b.value, about) - rank(a.value, about))[0];
  if (wrong !== undefined)
    return problemCause({ problem: wrong, place, listening: listeningOf(place, seen) });
  return unroutedCause(place, seen);
}

const rank = (value = '', about: string): number =>
  about !== '' && value.toLowerCase().includes(about) ? 1 : 0;

/** Problems of its labels that keep somebody out. */
export function problemsOf({ repository, container }: Place, { router }: Seen): Problem[] {
  return (router?.routes.problems ?? []).filter(
    (one) => one.networkId === repository.networkId && one.container === container.name && !isHarmless(one),
  );
}

export function listeningOf({ container }: Place, { listeners }: Seen): Listening[] {
  const address = container.labels['rediacc.service_ip'];
  return listeners.filter((one) => one.container === container.id || one.address === address);
}

/** Why a repository has nothing that runs. */
export function repositoryCause(
  { name, networkId, path, state }: RepositorySeen,
  { door }: Seen,
): Cause | undefined {
  const word = shellWord(name);
  const up = `sudo renet repo up ${word} --mount`;
  switch (state) {
    case 'up':
      return undefined;
    case 'locked':
      return cause('repository-locked', `the repository ${name} is encrypted, and not open`, {
        text: 'It needs its key.',
        command: `${up} --key-file FILE`,
      });
    case 'unmounted':
      return cause('repository-unmounted', `the repository ${name} is not mounted`, {
        text: 'Bring it up.',
        command: up,
      });
    case 'silent':
      return cause('daemon-silent', `the Docker daemon of ${name} does not answer`, {
        text: 'Its containers may go on running, but nobody sees them.',
        command: door.isServer
          ? `sudo systemctl restart rediacc-docker@${networkId}`
          : `sudo renet local ${shellWord(path)}`,
      });
    default:
      return cause('repository-down', `the repository ${name} is not up`, {
        text: 'Bring it up.',
        command: up,
      });
  }
}

/** A service that a compose file has, and of which there is no container. */
export function missingService(service: string, repository: RepositorySeen, seen: Seen): Cause | undefined {
  if (!servicesIn(repository).includes(service)) return undefined;
  return (
    repositoryCause(repository, seen) ??
    cause(
      'container-missing',
      `the service ${service} of ${repository.name} has no container: it was never started, or was removed`,
      composeFix({ door: seen.door, repository }, ['up', '-d', service], 'Start it.'),
    )
  );
}

/** Names of all services, also of those that have no container. */
export function servicesIn({ containers, services }: RepositorySeen): string[] {
  return [...new Set([...services, ...containers.map((one) => serviceName(one))])].sort();
}
