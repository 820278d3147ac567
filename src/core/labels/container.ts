import type { Ports } from '../network/ports.ts';
import type { NetworkId } from '../network/subnet.ts';
import type { Labels } from './label-tree.ts';
import { readBool } from './scalars.ts';

/** What is known of a running container: everything here stays the same as long as it exists. */
export type Container = {
  readonly id: string;
  /** Without the slash that Docker puts before it. */
  readonly name: string;
  /** Of the daemon that runs it, by the name of its socket. */
  readonly networkId: NetworkId;
  readonly labels: Labels;
  /**
   * Ports that it has without saying so in a label: of the image's EXPOSE and the compose file's `expose`. Absent when its
   * labels leave no use for them.
   */
  readonly ports?: Ports;
  /**
   * Running, and neither starting nor unhealthy. Others are here only when a label asks for it
   * (`traefik.docker.allownonrunning`): their routes lead to no server.
   */
  readonly serving: boolean;
};

/** Routers and services that are wanted of a container also while it does not run. */
export function allowsNonRunning(labels: Labels): boolean {
  return Object.entries(labels).some(
    ([key, value]) => key.toLowerCase() === 'traefik.docker.allownonrunning' && readBool(value) === true,
  );
}

export function isOneOff({ labels }: Container): boolean {
  return labels['com.docker.compose.oneoff']?.toLowerCase() === 'true';
}

/** The service's name: what `renet compose` injected, else Compose's own, else the container's name. */
export function serviceName({ labels, name }: Pick<Container, 'labels' | 'name'>): string {
  return labels['rediacc.service_name'] || labels['com.docker.compose.service'] || name;
}

/**
 * The name that Traefik's Docker provider gives to what labels leave unnamed (pkg/provider/docker/shared.go): service and
 * project, or the container's name, with every run of other characters than letters and numbers as one `-`.
 */
export function traefikName({ labels, name }: Container): string {
  const service = labels['com.docker.compose.service'];
  const project = labels['com.docker.compose.project'];
  return normalize(service && project ? `${service}_${project}` : name);
}

function normalize(text: string): string {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');
}
