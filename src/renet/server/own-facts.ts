import { type Facts, readFacts } from '../../core/infra/facts.ts';
import { FACTS_SCRIPT } from '../../core/infra/facts-script.ts';
import { type Infra, readInfra } from '../../core/infra/infra-file.ts';
import { PLACES } from '../../core/infra/places.ts';
import { Refusal } from '../../core/refusal.ts';
import { readText } from '../../edges/files.ts';
import { run } from '../../edges/process.ts';

/** What there is on this server, for who is to change it. */
export async function ownFacts(): Promise<Facts> {
  const facts = readFacts((await run(['sh', '-c', FACTS_SCRIPT])).stdout);
  if (facts.isRoot) return facts;
  throw new Refusal('not-root', 'a server can be changed by root alone', 'Run the command with sudo.');
}

/** What has been pushed to this server. */
export async function ownInfra(): Promise<Infra> {
  const text = await readText(PLACES.infra);
  if (text !== undefined) return readInfra(text, PLACES.infra);
  throw new Refusal('infra-unset', 'this server has not been set up', 'rdc context push-infra does it.');
}
