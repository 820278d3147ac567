import type { Entry } from '../../core/entry.ts';
import { Failure } from '../../core/refusal.ts';
import { requireReady } from '../../core/repository/definition.ts';
import { FUNCTION_TIMEOUT, WAIT_TIMEOUT } from '../../core/repository-verbs.ts';
import { loadDefinition } from './definitions.ts';
import { isLocked } from './storage.ts';
import { upRepository } from './up.ts';

/** What a machine does for a repository when it comes up. */
export async function bootRepository(id: string, { print, warn }: Entry): Promise<void> {
  const one = requireReady(await loadDefinition(id));
  const { name, wanted, autostart } = one;
  if (wanted === 'down' || !autostart) return;
  if (await isLocked(one))
    return print(`${name} is encrypted, and waits for its key: rdc repo up ${name} -m CONTEXT --mount`);
  const options = { mount: true, timeout: FUNCTION_TIMEOUT, waitTimeout: WAIT_TIMEOUT, wait: true } as const;
  const isWhole = await upRepository(name, { ...options, key: undefined, print, warn });
  if (!isWhole)
    throw new Failure('repository-broken', `${name} is not as it should be`, 'What is wrong stands above.');
}
