import { type Facts, readFacts } from '../../core/infra/facts.ts';
import { FACTS_SCRIPT } from '../../core/infra/facts-script.ts';
import { Refusal } from '../../core/refusal.ts';
import { run } from '../../edges/process.ts';

/** What there is on this server, for who is to change it. */
export async function ownFacts(): Promise<Facts> {
  const facts = readFacts((await run(['sh', '-c', FACTS_SCRIPT])).stdout);
  if (facts.isRoot) return facts;
  throw new Refusal('not-root', 'a server can be changed by root alone', 'Run the command with sudo.');
}
