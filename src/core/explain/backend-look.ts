import { serviceName } from '../labels/container.ts';
import { labelName } from '../routes/private-names.ts';
import type { Answers, Reply } from './answers.ts';
import { type Cause, cause, type Fix, type Look } from './cause.ts';
import { labelsFix, logsFix, type Place } from './fixes.ts';
import { portLabel } from './given.ts';
import { backendOf } from './listening.ts';
import type { Way } from './ways.ts';

/** What the container itself answers. */
export function lookAtBackend(place: Place, way: Way, { direct }: Answers): Look {
  const backend = backendOf(place, way);
  if (direct === undefined || backend === undefined) return undefined;
  const { address, port } = backend;
  const where = `${address}:${port}`;
  if (direct.kind === 'failed') return backendCause(place, way, { where, port: String(port), reply: direct });
  const { status = 0 } = direct;
  if (status >= 500)
    return cause(
      'answers-with-error',
      `${place.container.name} answers ${status} on ${where}: the way there is right, the program is not`,
      logsFix(place, 'What it prints tells why.'),
    );
  return {
    name: 'container itself',
    said: `${where} ${status === 0 ? 'takes connections' : `answers ${status}`}`,
  };
}

type Failed = {
  readonly where: string;
  readonly port: string;
  readonly reply: Extract<Reply, { kind: 'failed' }>;
};

function backendCause(place: Place, way: Way, { where, port, reply: { failure, message } }: Failed): Cause {
  const { labels, name } = place.container;
  const { route, protocol } = way.check;
  const service = labelName(route.service, route.networkId);
  const scheme = portLabel(labels, protocol, service).replace(/port$/, 'scheme');
  switch (failure) {
    case 'speaks-tls':
      return cause(
        'backend-speaks-tls',
        `${name} speaks TLS on ${where}, and is asked without`,
        route.tier === 'auto'
          ? tlsRouteFix(place, way, port)
          : labelsFix(place, { [scheme]: 'https' }, 'Say so.'),
      );
    case 'speaks-http':
      return cause(
        'backend-speaks-http',
        `${name} speaks plain HTTP on ${where}, and is asked by TLS`,
        labelsFix(place, { [scheme]: 'http' }, 'Say so.'),
      );
    case 'other-protocol': {
      const text = 'Give it a public port instead.';
      return cause(
        'backend-not-http',
        `${name} does not speak HTTP on ${where}`,
        labelsFix(place, { 'rediacc.tcp_ports': port, 'traefik.enable': undefined }, text),
      );
    }
    case 'silent':
      return cause(
        'backend-silent',
        `${name} takes connections on ${where}, and does not answer: ${message}`,
        logsFix(place, 'What it prints tells why.'),
      );
    default:
      return cause(
        'backend-closes',
        `${name} closes the connection on ${where}: ${message}`,
        logsFix(place, 'What it prints tells why.'),
      );
  }
}

/** An auto-route asks without TLS: labels take its place, for the same host. */
function tlsRouteFix(place: Place, { check: { host } }: Way, port: string): Fix {
  const name = serviceName(place.container);
  const server = `traefik.http.services.${name}.loadbalancer.server`;
  const labels = {
    'traefik.enable': 'true',
    [`traefik.http.routers.${name}.rule`]: `Host(\`${host}\`)`,
    [`${server}.port`]: port,
    [`${server}.scheme`]: 'https',
  };
  return labelsFix(place, labels, 'Say so by labels, since an auto-route asks without.');
}
