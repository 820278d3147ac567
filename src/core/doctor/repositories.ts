import { type Finding, ok, warning, wrong } from './finding.ts';

export type DaemonSeen = { readonly networkId: number; readonly state: string; readonly reason?: string };

export function examineDaemons(daemons: readonly DaemonSeen[], nameOf: (id: number) => string): Finding {
  const silent = daemons.filter(({ state }) => state !== 'up');
  if (silent.length === 0) return ok('daemons', `${daemons.length} answer`);
  const said = silent.map(
    ({ networkId, state, reason }) =>
      `${nameOf(networkId)} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
  );
  return wrong('daemons', said.join('; '), `systemctl status rediacc-docker@${silent[0]?.networkId}`);
}

export type RepositoryState = {
  readonly name: string;
  readonly wanted: 'up' | 'down';
  readonly isUp: boolean;
  readonly unfinished?: string | undefined;
  /** Of its image, between 0 and 1; undefined: it has none, or is not mounted. */
  readonly fullness?: number | undefined;
};

const FULL = 0.9;

export function examineRepositories(all: readonly RepositoryState[]): Finding[] {
  const findings = all.flatMap(({ name, wanted, isUp, unfinished, fullness }): Finding[] => [
    ...(unfinished === undefined
      ? []
      : [
          warning(
            'repositories',
            `${name}: 'repo ${unfinished}' was begun, and did not come to its end`,
            `renet repo ${unfinished} ${name}`,
          ),
        ]),
    ...(wanted === 'up' && !isUp && unfinished === undefined
      ? [
          wrong(
            'repositories',
            `${name} is to be up, and its daemon does not run`,
            `renet repo up ${name} --mount`,
          ),
        ]
      : []),
    ...(fullness !== undefined && fullness > FULL
      ? [
          warning(
            'repositories',
            `the image of ${name} is ${Math.round(fullness * 100)} % full`,
            `renet repo resize ${name} SIZE`,
          ),
        ]
      : []),
  ]);
  if (findings.length > 0) return findings;
  return [ok('repositories', `${all.length}, of which ${all.filter(({ isUp }) => isUp).length} are up`)];
}
