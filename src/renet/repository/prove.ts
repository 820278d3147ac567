import { setTimeout as sleep } from 'node:timers/promises';
import { whyWithout } from '../../core/certificates/report.ts';
import { type Check, describeTarget, type Outcome } from '../../core/deploy/proof.ts';
import type { Infra } from '../../core/infra/infra-file.ts';
import { type ContainerState, isRestarting, progressOf } from '../../core/repository/container-state.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { checkRoute } from './check-route.ts';
import { type Observed, observeRepository } from './observe.ts';

export type CheckedRoute = { readonly check: Check; readonly target: string; readonly outcome: Outcome };

/** What there is to show for a repository, and what keeps it from being as it should be. */
export type Proof = Observed & {
  readonly routes: readonly CheckedRoute[];
  /** Containers that need somebody. */
  readonly broken: readonly ContainerState[];
  /** In the order in which they are to be mended; none: all is as it should be. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
};

/** Between two looks, in milliseconds. */
const LOOK_EVERY = 200;
/** How long an auto-route that nobody has promised may take to answer, in milliseconds: it may never do so. */
const PATIENCE = 3_000;

/**
 * Waits until everything of a repository that is to answer does, for as long as there is hope.
 *
 * @param timeout in milliseconds; 0: only looks once
 */
export async function proveRepository(one: Definition, infra: Infra, timeout: number): Promise<Proof> {
  const begin = performance.now();
  const answered = new Map<string, Outcome>();
  while (true) {
    const observed = await observeRepository(one, infra);
    const routes = await Promise.all(observed.checks.map((check) => checkOnce(check, answered)));
    const took = performance.now() - begin;
    const isPatient = took < Math.min(PATIENCE, timeout);
    const isAwaited = ({ check, outcome }: CheckedRoute): boolean =>
      check.isRequired || isPatient || outcome.answered;
    const missing = routes.filter(
      (route) => !isDone(route.outcome) && !isHopeless(route, observed) && isAwaited(route),
    );
    const unread = observed.containers.filter(
      (container) =>
        container.status === 'running' && isFine(container) && !observed.known.has(container.name),
    );
    const waiting = observed.containers.filter((container) => progressOf(container) === 'waiting');
    const broken = observed.containers.filter(
      (container) => progressOf(container) === 'broken' || isRestarting(container),
    );
    const isSettled = missing.length + unread.length + waiting.length === 0;
    if (isSettled || broken.length > 0 || took >= timeout)
      return {
        ...observed,
        routes,
        broken,
        faults: faultsOf(observed, routes),
        warnings: warningsOf(routes),
      };
    await sleep(LOOK_EVERY);
  }
}

const isDone = ({ answered, lacksCertificate }: Outcome): boolean =>
  answered && lacksCertificate === undefined;
/** It answers, and for a certificate somebody has to do something first. */
const isHopeless = ({ check, outcome }: CheckedRoute, { certificates }: Observed): boolean =>
  outcome.answered && whyWithout(check.host ?? '', certificates) !== undefined;
const isFine = (container: ContainerState): boolean => progressOf(container) === 'fine';

/** What has answered once is not asked again. */
async function checkOnce(check: Check, answered: Map<string, Outcome>): Promise<CheckedRoute> {
  const target = describeTarget(check);
  const key = `${check.route.name} ${target}`;
  const outcome = answered.get(key) ?? (await checkRoute(check));
  if (isDone(outcome)) answered.set(key, outcome);
  return { check, target, outcome };
}

/** Problems with which a page is there all the same, only not with the certificate that was asked for. */
const SERVED_ANYWAY: ReadonlySet<string> = new Set(['certificate-foreign', 'resolver-unknown']);

function faultsOf(observed: Observed, routes: readonly CheckedRoute[]): string[] {
  const { containers, problems, trouble } = observed;
  return [
    ...(trouble === undefined ? [] : [trouble]),
    ...(containers.length === 0 ? ['no container runs'] : []),
    ...containers.flatMap(describeFault),
    ...problems.flatMap(({ code, container, reason }) =>
      SERVED_ANYWAY.has(code) ? [] : [`the labels of ${container}: ${reason}`],
    ),
    ...routes
      .filter(({ check, outcome }) => check.isRequired && !outcome.answered)
      .map(({ target, outcome }) => `${target} is not answered: ${outcome.reason}`),
    ...routes
      .filter(({ check, outcome }) => check.isRequired && outcome.lacksCertificate)
      .map(({ target, check }) => {
        const why = whyWithout(check.host ?? '', observed.certificates);
        return why === undefined
          ? `${target} answers, but its certificate has not come yet: rdc cert list -m CONTEXT`
          : `${target} answers, but has no certificate: ${why}`;
      }),
  ];
}

function describeFault(container: ContainerState): string[] {
  const { name, status, health, exitCode, restarts } = container;
  if (isRestarting(container))
    return [`${name} ends again and again (${restarts} times, exit code ${exitCode})`];
  if (progressOf(container) === 'fine') return [];
  if (status === 'exited') return [`${name} has ended with exit code ${exitCode}`];
  return [`${name} is ${health ?? status}`];
}

function warningsOf(routes: readonly CheckedRoute[]): string[] {
  return routes
    .filter(({ check, outcome }) => !check.isRequired && !outcome.answered)
    .map(
      ({ target, outcome }) =>
        `${target} is not answered: ${outcome.reason}. A service without pages needs no route: label it traefik.enable=false`,
    );
}
