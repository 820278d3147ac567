import { serviceName } from '../../core/labels/container.ts';
import { describeProblem } from '../../core/labels/describe-problem.ts';
import type { ContainerState } from '../../core/repository/container-state.ts';
import { alignColumns } from '../../core/table.ts';
import type { Place } from '../service-addresses.ts';
import type { Step } from '../steps.ts';
import type { CheckedRoute, Proof } from './prove.ts';

/** Of services, by name. */
export type Slots = ReadonlyMap<string, Place>;

/** Containers and routes of a repository, and what is wrong. */
export function renderProof(proof: Proof, slots: Slots): string[] {
  const services = proof.containers.map((container) => describeContainer(container, slots)).sort();
  const routes = proof.routes.map(describeRoute);
  return [
    ...(services.length === 0 ? [] : ['', ...alignColumns([SERVICE_COLUMNS, ...services])]),
    ...(routes.length === 0 ? [] : ['', ...alignColumns([ROUTE_COLUMNS, ...routes])]),
    ...proof.problems.flatMap((problem) => ['', ...describeProblem(problem)]),
    ...(proof.warnings.length + proof.faults.length > 0 ? [''] : []),
    ...proof.warnings.map((warning) => `warning: ${warning}`),
    ...proof.faults.map((fault) => `wrong: ${fault}`),
  ];
}

const SERVICE_COLUMNS = ['SERVICE', 'SLOT', 'ADDRESS', 'STATE', 'HEALTH'];
const ROUTE_COLUMNS = ['ROUTE', 'ANSWER', 'TIME', 'CERTIFICATE'];

function describeContainer(container: ContainerState, slots: Slots): string[] {
  const service = serviceName(container);
  const { slot, address } = slots.get(service) ?? {};
  const { status, health, exitCode } = container;
  const state = status === 'exited' ? `exited (${exitCode})` : status;
  return [service, String(slot ?? '-'), address ?? '-', state, health ?? '-'];
}

function describeRoute({ target, outcome, check }: CheckedRoute): string[] {
  const { answered, status, milliseconds, certificate } = outcome;
  const said = status === undefined ? (answered ? 'open' : 'no') : String(status);
  return [
    target,
    check.protocol === 'udp' ? 'not asked' : answered ? said : `${said} (!)`,
    milliseconds === undefined ? '-' : `${milliseconds} ms`,
    certificate ?? '-',
  ];
}

/** The same for programs. */
export function proofAsJson(proof: Proof, slots: Slots, steps: readonly Step[]): unknown {
  return {
    ok: proof.faults.length === 0,
    steps,
    services: proof.containers.map((container) => {
      const { name, status, health, exitCode, restarts } = container;
      const service = serviceName(container);
      return { service, container: name, ...slots.get(service), status, health, exitCode, restarts };
    }),
    routes: proof.routes.map(({ target, check, outcome }) => ({
      ...{ target, protocol: check.protocol, router: check.route.name, required: check.isRequired },
      ...outcome,
    })),
    problems: proof.problems,
    warnings: proof.warnings,
    faults: proof.faults,
  };
}
