import { readPorts } from '../network/ports.ts';
import { type Container, serviceName } from './container.ts';
import { type Completed, type Problem, problem } from './problem.ts';

/** A port of a container that wants a public one from the dynamic range. */
export type PublicPort = {
  readonly container: Container;
  readonly protocol: 'tcp' | 'udp';
  readonly service: string;
  /** Where the container listens. */
  readonly address: string;
  readonly target: number;
};

const LABELS = [
  ['tcp', 'rediacc.tcp_ports'],
  ['udp', 'rediacc.udp_ports'],
] as const;

/** What `rediacc.tcp_ports=25,8080-8082` and `rediacc.udp_ports` ask for. */
export function readPublicPorts(container: Container, address: string): Completed<readonly PublicPort[]> {
  const problems: Problem[] = [];
  const value = LABELS.flatMap(([protocol, label]): PublicPort[] => {
    const ports = readPorts(container.labels[label] ?? '');
    if (ports === undefined) problems.push(invalid(container, label));
    const service = serviceName(container);
    return (ports ?? []).map((target) => ({ container, protocol, service, address, target }));
  });
  return { value, problems };
}

function invalid(container: Container, label: string): Problem {
  return problem(container, 'ports-invalid', {
    label,
    reason: 'it is not a list of ports from 1 to 65535',
    fix: `Write the ports that the container listens on, as in ${label}=25,8080-8082.`,
  });
}
