import { SERVICE_PORT_LABEL } from '../labels/auto-route.ts';
import { labelName } from '../routes/private-names.ts';
import { addressFix } from './address-fix.ts';
import { type Cause, cause, type Fix, type Look } from './cause.ts';
import { labelsFix, logsFix, type Place } from './fixes.ts';
import { portLabel } from './given.ts';
import { EVERYWHERE, type Listening, type Seen } from './seen.ts';
import { readBackend, type Way } from './ways.ts';

/** Whether somebody listens where the route leads, as the kernel tells. */
export function lookAtListener(place: Place, way: Way, { listeners, repositories }: Seen): Look {
  const { check } = way;
  const backend = backendOf(place, way);
  if (backend === undefined) return undefined;
  const { address, port } = backend;
  const where = `${address}:${port}`;
  const protocol = check.protocol === 'udp' ? 'udp' : 'tcp';
  const same = listeners.filter((one) => one.protocol === protocol);
  const id = place.container.id;
  const there = same.find((one) => one.port === port && one.address === address);
  const everywhere = same.find((one) => one.port === port && EVERYWHERE.has(one.address));
  const isForeign = everywhere?.holder !== undefined && everywhere.container !== id;
  if (there !== undefined || (everywhere !== undefined && !isForeign))
    return { name: 'listener', said: `somebody listens on ${where}` };
  if (everywhere !== undefined) return answeredByOthers({ place, way, address, port }, everywhere);
  const known = new Set(repositories.flatMap(({ containers }) => containers.map(({ id }) => id)));
  const own = same.filter(
    (one) =>
      one.container === place.container.id || (one.address === address && !known.has(one.container ?? '')),
  );
  return missing({ place, way, address, port }, own);
}

/** Who listens on all addresses gets what is for one on which nobody does. */
function answeredByOthers({ place, address, port }: Missing, { holder = '' }: Listening): Cause {
  return cause(
    'listens-nowhere',
    `${place.container.name} does not listen on ${address}:${port}, and ${holder}, which listens on all addresses, answers in its place`,
    logsFix(
      place,
      `Let its program listen on port ${port}, and ${holder} on one address. What it prints tells what it does.`,
    ),
  );
}

type Missing = { readonly place: Place; readonly way: Way; readonly address: string; readonly port: number };

function missing(at: Missing, own: readonly Listening[]): Cause {
  const { place, address, port } = at;
  const { name } = place.container;
  const there = own.map((one) => `${one.address}:${one.port}`).join(', ');
  const elsewhere = own.find((one) => one.port === port);
  const usable = own.filter((one) => one.address === address || EVERYWHERE.has(one.address));
  if (usable.length > 0) {
    const best = usable.map((one) => one.port).sort((a, b) => a - b)[0] ?? port;
    const why = `nothing listens on ${address}:${port}: ${name} listens on ${there}`;
    return cause('listens-on-other-port', why, portFix(at, best));
  }
  if (elsewhere === undefined) {
    const other = there === '' ? 'on no port at all' : `on ${there} alone`;
    return cause(
      'listens-nowhere',
      `nothing listens on ${address}:${port}: ${name} listens ${other}`,
      logsFix(
        place,
        `Let its program listen on port ${port} of {SERVICE}_IP. What it prints tells what it does.`,
      ),
    );
  }
  const why = `nothing listens on ${address}:${port}: ${name} listens on ${there}, where Traefik does not look`;
  const isLoopback = /^(127\.|::1)/.test(elsewhere.address);
  return cause(
    isLoopback ? 'listens-on-loopback' : 'listens-elsewhere',
    why,
    addressFix({ place, address, port }, elsewhere.address),
  );
}

/** Where the route leads in this container: each of several has its own. */
export function backendOf(
  { container }: Pick<Place, 'container'>,
  { check }: Way,
): ReturnType<typeof readBackend> {
  const own = container.labels['rediacc.service_ip'];
  const backends = check.route.backends.flatMap((one) => readBackend(one) ?? []);
  return backends.find(({ address }) => address === own) ?? backends[0];
}

/** The label that names the port, or is to name it. */
function portFix({ place, way, port }: Missing, actual: number): Fix {
  const { labels } = place.container;
  const text = 'Name the port that it listens on.';
  const { route, protocol } = way.check;
  const leased = `rediacc.${protocol}_ports`;
  if (route.name.startsWith('port.') && labels[leased] !== undefined) {
    const value = labels[leased]
      .split(',')
      .map((one) => (one.trim() === String(port) ? String(actual) : one));
    return labelsFix(place, { [leased]: value.join(',') }, text);
  }
  if (route.tier === 'auto') return labelsFix(place, { [SERVICE_PORT_LABEL]: String(actual) }, text);
  const url = Object.entries(labels).find(
    ([label, value]) => /\.loadbalancer\.server\.url$/i.test(label) && value.includes(`:${port}`),
  );
  if (url !== undefined)
    return labelsFix(place, { [url[0]]: url[1].replace(`:${port}`, `:${actual}`) }, text);
  const service = labelName(route.service, route.networkId);
  return labelsFix(place, { [portLabel(labels, protocol, service)]: String(actual) }, text);
}
