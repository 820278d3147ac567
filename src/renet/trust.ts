import { isNetworkId, type NetworkId } from '../core/network/subnet.ts';
import { Refusal } from '../core/refusal.ts';
import { changeDecisions } from './decisions.ts';
import type { HostOptions } from './host.ts';
import { readNames } from './repository-names.ts';

/** `renet repo trust` and `untrust`. */
export async function trustRepository(
  repository: string,
  trusted: boolean,
  { stateDir, runDir, print }: HostOptions,
): Promise<void> {
  const id = await findId(repository, runDir);
  await changeDecisions(stateDir, (decisions) => ({
    ...decisions,
    trusted: new Set([...decisions.trusted].filter((one) => one !== id).concat(trusted ? [id] : [])),
  }));
  print(
    trusted
      ? `${repository} is trusted: its labels mean exactly what they mean to Traefik, whatever they reach`
      : `${repository} is not trusted: its labels have limits`,
  );
}

async function findId(repository: string, runDir: string): Promise<NetworkId> {
  const names = [...(await readNames(runDir))];
  const named = names.filter(([, name]) => name === repository).map(([id]) => id);
  const [only, ...more] = named;
  if (only !== undefined && more.length === 0) return only;
  if (only !== undefined) {
    throw new Refusal(
      'repository-unknown',
      `${named.length} repositories are called '${repository}'`,
      `Say which by its network id: ${named.join(', ')}.`,
    );
  }
  const id = Number(repository);
  if (isNetworkId(id)) return id;
  throw new Refusal(
    'repository-unknown',
    `there is no repository called '${repository}'`,
    names.length === 0
      ? 'Name it by its network id, or start it.'
      : `There is ${names.map(([, name]) => name).join(', ')}.`,
  );
}
