import { zoneCandidates } from '../core/dns/zone-names.ts';
import type { Entry } from '../core/entry.ts';
import type { Context } from '../core/infra/contexts.ts';
import type { Facts } from '../core/infra/facts.ts';
import { readInfra } from '../core/infra/infra-file.ts';
import { PLACES } from '../core/infra/places.ts';
import { secretPath } from '../core/infra/secrets.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import { connectCloudflare } from '../edges/cloudflare.ts';
import { digestText } from '../edges/files.ts';
import { cloudflareOf } from './cloudflare.ts';

const PROOF = {
  type: 'TXT',
  content: '"rediacc"',
  ttl: 60,
  proxied: false,
  comment: 'Made by rediacc, to be removed at once',
};

/**
 * Whether Cloudflare's token is good for a server, before that is given it: it is accepted, sees the zone, and may edit it. What a server
 * has already is not tried again.
 *
 * @throws Refusal with what it lacks
 */
export async function checkToken(context: Context, facts: Facts, { print, warn }: Entry): Promise<void> {
  const access = cloudflareOf(context);
  const { baseDomain } = context.infra;
  if (access === undefined || isKnown(access.token.reveal(), baseDomain, facts)) return;
  const cloudflare = connectCloudflare(access);
  try {
    const asked = baseDomain === undefined ? ['example.com'] : zoneCandidates(baseDomain);
    for (const name of asked) {
      const zone = await cloudflare.findZone(name);
      if (zone === undefined) continue;
      const host = `_rediacc-check.${baseDomain}`;
      const made = async () => (await cloudflare.records(zone)).filter((one) => one.name === host);
      // One may be left of a check that did not come to its end.
      await cloudflare.change(zone, {
        deletes: await made(),
        patches: [],
        posts: [{ ...PROOF, name: host }],
      });
      await cloudflare.change(zone, { deletes: await made(), patches: [], posts: [] });
      return print(`  the token for Cloudflare may edit ${zone.name}`);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return warn(`warning: the token was not tried: ${error.message} (${error.details})`);
  }
  if (baseDomain !== undefined) throw unseen(baseDomain);
}

function isKnown(token: string, baseDomain: string | undefined, { files, infra = '' }: Facts): boolean {
  if (files.get(secretPath('cfDnsToken')) !== digestText(token)) return false;
  try {
    return readInfra(infra, PLACES.infra).settings.baseDomain === baseDomain;
  } catch {
    return false;
  }
}

function unseen(baseDomain: string): Refusal {
  return new Refusal(
    'zone-unseen',
    `the token for Cloudflare sees no zone of ${baseDomain}`,
    'Let it have Zone / Zone / Read and Zone / DNS / Edit for that zone, or move the domain to Cloudflare, or name another --dns-provider. Nothing was changed.',
  );
}
