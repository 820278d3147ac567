import { entryPointKey, nameOfKey } from '../core/claims/keys.ts';
import type { Ledger } from '../core/claims/ledger.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { Refusal } from '../core/refusal.ts';
import { alignColumns } from '../core/table.ts';
import { changeDecisions, readLedger } from './decisions.ts';
import { readNames } from './repository-names.ts';

export type HostOptions = {
  /** Of the route server. */
  readonly stateDir: string;
  readonly runDir: string;
  readonly print: (line: string) => void;
};

/** `renet host list`. */
export async function listHosts({ stateDir, runDir, print }: HostOptions): Promise<void> {
  const [ledger, nameOf] = await Promise.all([readLedger(stateDir), readNameOf(runDir)]);
  if (ledger.size === 0) return print('no repository has asked for a host or an entrypoint');
  const rows = [...ledger].map(([key, [owner, ...others]]) => [
    nameOfKey(key),
    owner === undefined ? '' : nameOf(owner.networkId),
    others.map(({ networkId }) => nameOf(networkId)).join(', '),
  ]);
  for (const line of alignColumns([['HOST', 'REPOSITORY', 'WAITING'], ...rows.sort()])) print(line);
}

/** `renet host release`. */
export async function releaseHost(name: string, { stateDir, runDir, print }: HostOptions): Promise<void> {
  const [ledger, nameOf] = await Promise.all([readLedger(stateDir), readNameOf(runDir)]);
  const key = findKey(ledger, name.toLowerCase());
  const [owner, next] = ledger.get(key) ?? [];
  await changeDecisions(stateDir, (decisions) => ({
    ...decisions,
    released: new Map([...decisions.released, [key, Date.now()]]),
  }));
  const from = owner === undefined ? '' : `, which ${nameOf(owner.networkId)} had`;
  print(
    next === undefined
      ? `${name}${from}: released; nobody else waits for it`
      : `${name}${from}: released to ${nameOf(next.networkId)}`,
  );
}

function findKey(ledger: Ledger, name: string): string {
  const key = [name, entryPointKey(name)].find((one) => ledger.has(one));
  if (key !== undefined) return key;
  throw new Refusal(
    'host-unknown',
    `no repository has '${name}'`,
    "See who has what with 'renet host list'.",
  );
}

/** By network id; one that nobody knows has its number for a name. */
async function readNameOf(runDir: string): Promise<(id: NetworkId) => string> {
  const names = await readNames(runDir);
  return (id) => names.get(id) ?? String(id);
}
