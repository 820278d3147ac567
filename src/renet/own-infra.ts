import { type Infra, readInfra } from '../core/infra/infra-file.ts';
import { PLACES } from '../core/infra/places.ts';
import { Refusal } from '../core/refusal.ts';
import { readText } from '../edges/files.ts';

/** What has been pushed to this server. */
export async function ownInfra(): Promise<Infra> {
  const text = await readText(PLACES.infra);
  if (text !== undefined) return readInfra(text, PLACES.infra);
  throw new Refusal('infra-unset', 'this server has not been set up', 'rdc context push-infra does it.');
}
