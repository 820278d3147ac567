import type { Answers, Reply, RouterAnswer } from '../../core/explain/answers.ts';
import { backendOf } from '../../core/explain/listening.ts';
import type { Seen } from '../../core/explain/seen.ts';
import type { Way } from '../../core/explain/ways.ts';
import type { FrontDoor } from '../../core/infra/front-door.ts';
import { lookUpAddresses } from '../../edges/dns.ts';
import { askPage, connectTo, type Target } from '../../edges/probe.ts';
import { type Certificate, shakesHands } from '../../edges/tls.ts';

import { askTraefik } from '../ask-traefik.ts';

/** How long each may take, in milliseconds, and how long a connection must stay open to be one. */
const TIMEOUT = 5_000;
const STAYS = 250;

/** Asks along a way: name servers, Traefik, the container itself, and the way through the proxy. */
export async function askAlong(way: Way, { door }: Seen, { api }: Pick<FrontDoor, 'api'>): Promise<Answers> {
  const { check } = way;
  const isAsked = check.host !== undefined && door.publicAddresses.length > 0;
  const [addresses, router, direct, proxied] = await Promise.all([
    isAsked ? lookUpAddresses(check.host ?? '') : undefined,
    askTraefik(way.check, api).catch(
      (error: Error): RouterAnswer => ({ state: 'silent', reason: error.message }),
    ),
    askContainer(way),
    askProxy(way),
  ]);
  return { ...(addresses && { addresses }), router, ...(direct && { direct }), ...(proxied && { proxied }) };
}

async function askContainer(way: Way): Promise<Reply | undefined> {
  const { check, containers } = way;
  const [container] = containers;
  const backend = container && backendOf({ container }, way);
  // Whatever is sent by UDP might mean something to who receives it.
  if (backend === undefined || check.protocol === 'udp') return undefined;
  const target = { host: backend.address, port: backend.port, name: check.host, tls: backend.isTls };
  return check.protocol === 'http' ? askHttp(target, check.path) : askTcp({ ...target, name: undefined }, 0);
}

async function askProxy({ check }: Way): Promise<Reply | undefined> {
  if (check.protocol === 'udp') return undefined;
  const target = { ...check.entryPoint, name: check.host, tls: check.tls !== 'none' };
  return check.protocol === 'http' ? askHttp(target, check.path) : askTcp(target, STAYS);
}

async function askHttp(target: Target, path: string): Promise<Reply> {
  try {
    const { status, certificate } = await askPage(target, path, TIMEOUT);
    return {
      kind: 'answered',
      status,
      ...(certificate === undefined ? {} : { certificate: describe(certificate) }),
    };
  } catch (error) {
    return failed(error as NodeJS.ErrnoException, target);
  }
}

async function askTcp(target: Target, patience: number): Promise<Reply> {
  try {
    await connectTo(target, TIMEOUT, patience);
    return { kind: 'answered' };
  } catch (error) {
    return failed(error as NodeJS.ErrnoException, target);
  }
}

function describe({ isForName, issuer, until }: Certificate): { isForName: boolean; text: string } {
  return { isForName, text: `of ${issuer}, until ${until.toISOString().slice(0, 10)}` };
}

/** What it speaks instead, where it speaks something. */
async function failed(error: NodeJS.ErrnoException, target: Target): Promise<Reply> {
  const { code = '', message, name } = error;
  const as = (failure: Extract<Reply, { kind: 'failed' }>['failure']): Reply => ({
    kind: 'failed',
    failure,
    message,
  });
  if (code === 'ECONNREFUSED') return as('refused');
  if (/Timeout|Abort/.test(name))
    return { ...as('silent'), message: `nothing came within ${TIMEOUT / 1000} s` } as Reply;
  if (target.tls) {
    const plain = await askPage({ ...target, tls: false }, '/', TIMEOUT).catch(() => undefined);
    return as(plain === undefined ? 'other-protocol' : 'speaks-http');
  }
  if (await shakesHands(target, TIMEOUT)) return as('speaks-tls');
  return as(code.startsWith('HPE_') ? 'other-protocol' : 'closed');
}
