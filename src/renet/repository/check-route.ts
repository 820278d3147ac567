import { type Check, isAnswer, type Outcome } from '../../core/deploy/proof.ts';
import { API_PORT } from '../../core/infra/port-lists.ts';
import { askPage, connectTo, type Page } from '../../edges/probe.ts';
import type { Certificate } from '../../edges/tls.ts';
import { askTraefik } from '../ask-traefik.ts';

/** How long a page may take, in milliseconds. */
const TIMEOUT = 10_000;
/** How long a connection must stay open to be one, in milliseconds: Traefik closes it at once when no backend takes it. */
const STAYS = 250;

/** Goes the way of a request from outside, and the short way beside it. */
export async function checkRoute(check: Check): Promise<Outcome> {
  const api = { host: '127.0.0.1', port: API_PORT };
  const router = await askTraefik(check, api).catch((error: Error) => error);
  if (router instanceof Error)
    return { answered: false, reason: `Traefik's API does not answer: ${router.message}` };
  if (router.state === 'absent') return { answered: false, reason: 'Traefik does not have it yet' };
  if (router.state === 'refused')
    return { answered: false, reason: `Traefik does not route it: ${router.errors.join('; ')}` };
  // Whatever is sent might mean something to who receives it.
  if (check.protocol === 'udp') return { answered: true };
  return check.protocol === 'http' ? checkPage(check) : checkConnection(check);
}

async function checkPage(check: Check): Promise<Outcome> {
  const { entryPoint, host, path, tls, route } = check;
  const direct = await askBackend(check);
  const begin = performance.now();
  const target = { ...entryPoint, name: host, tls: tls !== 'none' };
  const page = await askPage(target, path, TIMEOUT).catch((error: Error) => error);
  const milliseconds = Math.round(performance.now() - begin);
  if (page instanceof Error) return { answered: false, reason: `Traefik does not answer: ${page.message}` };
  const answered = isAnswer(page.status, direct, route);
  return {
    ...{ answered, status: page.status, milliseconds },
    ...(direct === undefined ? {} : { direct }),
    ...certificateOf(page, check),
    ...(answered ? {} : { reason: explain(check, page.status, direct) }),
  };
}

/** The status with which the container itself answers; undefined: it does not. */
async function askBackend({ route, host, path }: Check): Promise<number | undefined> {
  const url = URL.parse(route.backends[0] ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const tls = url.protocol === 'https:';
  const port = Number(url.port || (tls ? 443 : 80));
  const target = { host: url.hostname, port, name: host, tls };
  const page = await askPage(target, path, TIMEOUT).catch(() => undefined);
  return page?.status;
}

function explain({ route }: Check, status: number, direct: number | undefined): string {
  const [backend] = route.backends;
  if (backend === undefined) return `Traefik answers ${status}: the route leads to no running container`;
  if (direct === undefined) return `nothing answers on ${backend}`;
  return `Traefik answers ${status}, and the container itself ${direct}`;
}

async function checkConnection({ entryPoint, host, tls, route }: Check): Promise<Outcome> {
  const [backend = ''] = route.backends;
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(backend) ?? [];
  const begin = performance.now();
  try {
    await connectTo({ host: address, port: Number(port), tls: false }, TIMEOUT, 0);
  } catch {
    return { answered: false, reason: `nothing answers on ${backend}` };
  }
  try {
    await connectTo({ ...entryPoint, name: host, tls: tls !== 'none' }, TIMEOUT, STAYS);
    return { answered: true, milliseconds: Math.max(0, Math.round(performance.now() - begin) - STAYS) };
  } catch (error) {
    return { answered: false, reason: `no connection through Traefik: ${(error as Error).message}` };
  }
}

function certificateOf(
  { certificate }: Page,
  { isCertified }: Check,
): Pick<Outcome, 'certificate' | 'lacksCertificate'> {
  if (certificate === undefined) return {};
  const lacks = isCertified && !certificate.isForName;
  return { certificate: describeCertificate(certificate), ...(lacks ? { lacksCertificate: true } : {}) };
}

function describeCertificate({ issuer, until, isForName, isTrusted }: Certificate): string {
  if (!isForName) return 'none yet';
  const day = until.toISOString().slice(0, 10);
  return `${issuer}, until ${day}${isTrusted ? '' : ', of nobody that this machine trusts'}`;
}
