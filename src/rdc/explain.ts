import { isIP } from 'node:net';
import type { Entry } from '../core/entry.ts';
import type { Explanation, Followed } from '../core/explain/explanation.ts';
import { fromWorkstation, type OutsideLook, outsideCause } from '../core/explain/from-workstation.ts';
import { renderExplanation } from '../core/explain/render.ts';
import { type Context, contextOf } from '../core/infra/contexts.ts';
import { Failure } from '../core/refusal.ts';
import { lookUpAddresses } from '../edges/dns.ts';
import { connectTo } from '../edges/probe.ts';
import { connectServer } from '../edges/ssh.ts';
import { answerOf } from './ask-renet.ts';
import { contextsPath, loadContexts } from './context.ts';

export type ExplainOptions = { readonly machine: string; readonly json?: true };

/** How long a connection from here may take, in milliseconds. */
const TIMEOUT = 5_000;

/** `rdc explain`: what the server sees, and then whether it is the same from here. */
export async function explainFromHere(
  what: string,
  { machine, json }: ExplainOptions,
  entry: Entry,
): Promise<void> {
  const { environment, warn, print, endWith } = entry;
  const context = contextOf(await loadContexts(contextsPath(environment)), machine);
  await using server = await connectServer({ destination: context.destination, environment, warn });
  const said = await answerOf(server, machine, ['explain', '--json', '--', what]);
  const explanation = fromWorkstation(await withOutside(read(said), context), {
    name: machine,
    destination: context.destination,
  });
  if (json) print(JSON.stringify(explanation, null, 2));
  else for (const line of renderExplanation(explanation)) print(line);
  endWith(explanation.cause === undefined ? 0 : 1);
}

function read(text: string): Explanation {
  try {
    return JSON.parse(text) as Explanation;
  } catch {
    throw new Failure(
      'answer-unreadable',
      'the server does not say it as this rdc reads it',
      'Bring it the same version: rdc context push-infra.',
    );
  }
}

async function withOutside(explanation: Explanation, { infra }: Context): Promise<Explanation> {
  const wanted = [infra.publicIpv4, infra.publicIpv6].filter((one) => one !== undefined);
  if (explanation.cause !== undefined || wanted.length === 0) return explanation;
  const ways = await Promise.all(explanation.ways.map((way) => lookFromHere(way, wanted)));
  const found = ways.find((one) => one.cause !== undefined)?.cause;
  return { ...explanation, ways, ...(found === undefined ? {} : { cause: found }) };
}

async function lookFromHere(way: Followed, wanted: readonly string[]): Promise<Followed> {
  const url = URL.parse(way.target);
  if (url === null || !/^(https?|tcp):$/.test(url.protocol)) return way;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  const look: OutsideLook = {
    wanted,
    addresses: isIP(host) === 0 ? await lookUpAddresses(host) : undefined,
    failure: await connectTo({ host: wanted[0] ?? '', port, tls: false }, TIMEOUT, 0).then(
      () => undefined,
      (error: Error) => error.message,
    ),
  };
  const found = outsideCause(way, look);
  if (found !== undefined) return { ...way, cause: found };
  return {
    ...way,
    stations: [...way.stations, { name: 'from here', said: `${wanted[0]}:${port} takes connections` }],
  };
}
