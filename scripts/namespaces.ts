import { spawnSync } from 'node:child_process';

/** Set inside: what needs the namespaces looks for it. */
export const LAB_VARIABLE = 'REDIACC_LAB';

/**
 * A command that runs another in namespaces of its own (as root): no network but its own loopback, so that every port is free and nothing
 * can be reached by mistake; and own processes and mounts, so that everything ends with the command.
 */
export function inNamespaces(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string[] {
  // The shell is the first process of the namespace, and reaps what others leave.
  const inside = ['sh', '-c', 'ip link set lo up && "$@"; exit $?', 'namespaces', ...argv];
  const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const variables = Object.entries({ ...environment, [LAB_VARIABLE]: '1' }).map(
    ([name, value]) => `${name}=${value}`,
  );
  return ['env', ...variables, ...unshare, ...inside];
}

/** @returns its exit code */
export function runInNamespaces(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): number {
  const [file = '', ...args] = inNamespaces(argv, environment);
  return spawnSync(file, args, { stdio: 'inherit' }).status ?? 1;
}
