import type { Wanted } from '../core/commands/complete.ts';
import type { Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { PLACES } from '../core/infra/places.ts';
import { connectServer } from '../edges/ssh.ts';
import { contextsPath, loadContexts } from './context.ts';

/** Names that exist, for completion. Those of a server are asked there, as soon as it is typed which. */
export async function findNames(
  { kind, machine, operands }: Wanted,
  { environment }: Entry,
): Promise<string[]> {
  const contexts = await loadContexts(contextsPath(environment));
  if (kind === 'context') return [...contexts.keys()].sort();
  if (machine === undefined) return [];
  const { destination } = contextOf(contexts, machine);
  await using server = await connectServer({ destination, environment, warn: () => {} });
  const words = kind === 'repository' ? [''] : [...operands, ''];
  const { stdout } = await server.run([PLACES.renet, 'complete', '--', 'logs', ...words]);
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
}
