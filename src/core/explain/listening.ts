import { SERVICE_PORT_LABEL } from '../labels/auto-route.ts';
import { addressVariable } from '../network/names.ts';
import { type Cause, type Change, cause, type Fix, type Look } from './cause.ts';
import { editFix, labelsFix, logsFix, type Place, settingFix } from './fixes.ts';
import { portLabel } from './given.ts';
import type { Listening, Seen } from './seen.ts';
import { readBackend, type Way } from './ways.ts';

const EVERYWHERE = new Set(['0.0.0.0', '::', '*']);

/** Whether somebody listens where the route leads, as the kernel tells. */
export function lookAtListener(place: Place, way: Way, { listeners, repositories }: Seen): Look {
  const { check } = way;
  const backend = backendOf(place, way);
  if (backend === undefined) return undefined;
  const { address, port } = backend;
  const where = `${address}:${port}`;
  const protocol = check.protocol === 'udp' ? 'udp' : 'tcp';
  const same = listeners.filter((one) => one.protocol === protocol);
  const isThere = same.some(
    (one) => one.port === port && (one.address === address || EVERYWHERE.has(one.address)),
  );
  if (isThere) return { name: 'listener', said: `somebody listens on ${where}` };
  const known = new Set(repositories.flatMap(({ containers }) => containers.map(({ id }) => id)));
  const own = same.filter(
    (one) =>
      one.container === place.container.id || (one.address === address && !known.has(one.container ?? '')),
  );
  return missing({ place, way, address, port }, own);
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
    addressFix(at, elsewhere.address),
  );
}

/** Where the route leads in this container: each of several has its own. */
export function backendOf({ container }: Place, { check }: Way): ReturnType<typeof readBackend> {
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
  const service = route.service.replace(new RegExp(`-${route.networkId}$`), '');
  return labelsFix(place, { [portLabel(labels, protocol, service)]: String(actual) }, text);
}

/** Words of the program, or of its environment, that say the wrong address; the kernel would put it right without them. */
function addressFix(at: Missing, wrong: string): Fix {
  const { place, address } = at;
  const text = `Let it listen on its own address, ${address}, which its environment has as SERVICE_IP.`;
  const changes = [commandChange(place, wrong), environmentChange(place, wrong)].filter(
    (one) => one !== undefined,
  );
  const [change] = changes;
  if (change !== undefined) return editFix(place, [change], text);
  if (!place.door.isolation && /^(127\.0\.0\.1|::1)$/.test(wrong))
    return settingFix(place.door, '--isolation', 'on');
  return logsFix(place, text);
}

const names = (wrong: string): RegExp =>
  /^127\.0\.0\.1$|^::1$/.test(wrong)
    ? /127\.0\.0\.1|\blocalhost\b|\[::1\]/
    : new RegExp(wrong.replaceAll('.', '\\.'));

/** As a list of words, in which Compose puts the address in. */
function commandChange({ container }: Place, wrong: string): Change | undefined {
  const word = container.command.find((one) => names(wrong).test(one));
  if (word === undefined) return undefined;
  const words = container.command.map((one) =>
    one.replaceAll('$', '$$$$').replace(names(wrong), variableOf(container)),
  );
  return { at: ['command'], value: JSON.stringify(words) };
}

function environmentChange({ container }: Place, wrong: string): Change | undefined {
  const found = container.environment.find((one) => /^[^=]+=/.test(one) && names(wrong).test(one));
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(found ?? '') ?? [];
  if (key === undefined || value === undefined) return undefined;
  return {
    at: ['environment', key],
    value: value.replaceAll('$', '$$$$').replace(names(wrong), variableOf(container)),
  };
}

function variableOf({ labels }: Place['container']): string {
  return `\${${addressVariableOf(labels)}}`;
}

function addressVariableOf(labels: Readonly<Record<string, string>>): string {
  return addressVariable(labels['com.docker.compose.service'] ?? 'service');
}
