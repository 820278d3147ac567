import { describeTarget } from '../deploy/proof.ts';
import type { Answers } from './answers.ts';
import { lookAtBackend } from './backend-look.ts';
import { type Cause, cause, isCause, type Look, type Station } from './cause.ts';
import { lookAtCertificate } from './certificate-look.ts';
import { lookAtContainer } from './containers.ts';
import { type Found, findWays } from './find.ts';
import { lookAtListener } from './listening.ts';
import type { Seen } from './seen.ts';
import type { Subject } from './subject.ts';
import { lookAtDns, lookAtEntryPoint, lookAtProxied, lookAtTraefik } from './way-looks.ts';
import type { Way } from './ways.ts';
import { placeOf, repositoryCause } from './without-route.ts';

/** Why something is not reachable, or that it is. */
export type Explanation = {
  /** As it was asked for. */
  readonly asked: string;
  /** What can be opened, and what was right on the way there. */
  readonly ways: readonly Followed[];
  /** Undefined: everything answers. */
  readonly cause?: Cause;
};

export type Followed = {
  readonly target: string;
  readonly stations: readonly Station[];
  readonly cause?: Cause;
};

/** What is to be asked before it can be told; or the cause, when that is known without. */
export function beginExplanation(subject: Subject, seen: Seen): Found {
  const silent = frontDoorCause(seen);
  return silent === undefined ? findWays(subject, seen) : { cause: silent };
}

/** What keeps everything from being reached. */
function frontDoorCause({ router, door }: Seen): Cause | undefined {
  const restart = door.isServer ? 'sudo systemctl restart rediacc-router' : 'sudo renet local';
  if (router === undefined)
    return cause('router-silent', 'the route server does not answer, so Traefik learns of nothing', {
      text: 'Start it.',
      command: restart,
    });
  if (router.health.status !== 'starting') return undefined;
  return cause('router-starting', 'the route server has no document yet: it waits for daemons', {
    text: 'It takes a few seconds; a daemon that does not answer is given up then.',
    command: door.isServer ? 'sudo renet proxy status' : 'sudo renet ps',
  });
}

/** Follows a way up to the first thing that is wrong. */
export function followWay(way: Way, answers: Answers, seen: Seen): Followed {
  const stations: Station[] = [];
  const target = describeTarget(way.check);
  for (const look of looks(way, answers, seen)) {
    if (isCause(look)) return { target, stations, cause: look };
    if (look !== undefined) stations.push(look);
  }
  return { target, stations };
}

function* looks(way: Way, answers: Answers, seen: Seen): Generator<Look> {
  const { check, repository, containers } = way;
  yield lookAtDns(way, answers, seen);
  yield lookAtEntryPoint(way, seen);
  yield {
    name: 'route',
    said: `${repository.name} has it: ${check.route.rule || check.entryPoint.name} -> ${check.route.backends.join(', ')}`,
  };
  yield repositoryCause(repository, seen);
  const [first] = containers;
  if (first === undefined) return;
  for (const container of containers)
    yield lookAtContainer(placeOf(seen, repository, container), seen.listeners);
  yield lookAtTraefik(placeOf(seen, repository, first), way, answers);
  for (const container of containers) yield lookAtListener(placeOf(seen, repository, container), way, seen);
  yield lookAtBackend(placeOf(seen, repository, first), way, answers);
  yield lookAtProxied(placeOf(seen, repository, first), way, answers);
  yield lookAtCertificate(way, answers, seen);
}

export function endExplanation(asked: string, ways: readonly Followed[]): Explanation {
  const found = ways.find((one) => one.cause !== undefined)?.cause;
  return { asked, ways, ...(found === undefined ? {} : { cause: found }) };
}
