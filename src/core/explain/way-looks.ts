import { describeTarget, isAnswer } from '../deploy/proof.ts';
import { strangersAmong } from '../dns/check.ts';
import type { Answers } from './answers.ts';
import { cause, type Fix, type Look } from './cause.ts';
import type { Place } from './fixes.ts';
import { refused } from './refused.ts';
import { EVERYWHERE, type Seen } from './seen.ts';
import type { Way } from './ways.ts';

/** Where the host leads, by DNS. */
export function lookAtDns({ check: { host } }: Way, { addresses }: Answers, { door }: Seen): Look {
  const wanted = door.publicAddresses;
  if (host === undefined || addresses === undefined || wanted.length === 0) return undefined;
  const fix: Fix = {
    text: `${host} is to have ${wanted.map((one) => `${one.includes(':') ? 'AAAA' : 'A'} ${one}`).join(' and ')}.`,
    command: 'rdc dns apply -m SERVER',
  };
  if (addresses.length === 0) return cause('dns-missing', `name servers know no address of ${host}`, fix);
  const wrong = strangersAmong(addresses, wanted);
  if (wrong.length === 0) return { name: 'dns', said: `${host} leads to ${addresses.join(', ')}` };
  return cause(
    'dns-elsewhere',
    `${host} leads to ${wrong.join(', ')}, which is not this server (${wanted.join(', ')})`,
    fix,
  );
}

/** Who has the entrypoint's port. */
export function lookAtEntryPoint({ check: { entryPoint } }: Way, { listeners, door }: Seen): Look {
  const { name, host, port, protocol } = entryPoint;
  const where = `${host}:${port}`;
  const same = listeners.filter((one) => one.protocol === protocol && one.port === port);
  const there =
    same.find(({ address }) => address === host) ?? same.find(({ address }) => EVERYWHERE.has(address));
  const holder = there?.holder ?? '';
  if (there === undefined)
    return cause(
      'entrypoint-closed',
      `nothing listens on ${where}, where the entrypoint ${name} is to be`,
      openFix(door),
    );
  if (holder !== '' && !/^(traefik|systemd)|renet/.test(holder))
    return cause(
      'entrypoint-foreign',
      `${holder} listens on ${there.address}:${port}, where the entrypoint ${name} is to be`,
      {
        text: `Stop ${holder}, and then:`,
        command: openFix(door).command ?? '',
      },
    );
  return { name: 'entrypoint', said: `${name} listens on ${where}` };
}

function openFix({ isServer }: Seen['door']): Fix {
  return isServer
    ? { text: 'Its socket is a unit of systemd.', command: 'sudo renet proxy apply' }
    : { text: 'renet local opens it: stop that one, and start it again.', command: 'sudo renet local' };
}

/** Whether Traefik has the router, and takes it. */
export function lookAtTraefik(place: Place, way: Way, { router }: Answers): Look {
  const { door } = place;
  const restart = door.isServer ? 'sudo systemctl restart rediacc-proxy' : 'sudo renet local';
  if (router.state === 'silent')
    return cause('traefik-silent', `Traefik does not answer: ${router.reason}`, {
      text: 'Start it anew.',
      command: restart,
    });
  if (router.state === 'absent')
    return cause(
      'traefik-behind',
      `Traefik does not have the router ${way.check.route.name}: it has older routes`,
      {
        text: 'It takes new ones within a second, as a rule; its log tells what keeps it from that.',
        command: door.isServer ? 'sudo renet proxy refresh' : restart,
      },
    );
  if (router.state === 'refused') return refused(place, way, router);
  return { name: 'Traefik', said: `has the router ${way.check.route.name}, and takes it` };
}

/** The same request by way of the proxy. */
export function lookAtProxied(place: Place, { check }: Way, { direct, proxied }: Answers): Look {
  if (proxied === undefined) return undefined;
  const target = describeTarget(check);
  if (proxied.kind === 'failed')
    return cause('closed-on-the-way', `the container answers, but ${target} does not: ${proxied.message}`, {
      text: 'Traefik stands between them, and tells why in its log.',
      command: place.door.isServer ? 'sudo renet proxy logs' : 'sudo renet local',
    });
  const status = proxied.status ?? 0;
  const own = direct?.kind === 'answered' ? direct.status : undefined;
  if (check.protocol !== 'http' || isAnswer(status, own, check.route))
    return {
      name: 'proxy',
      said: status === 0 ? `${target} takes connections` : `${target} answers ${status}`,
    };
  return cause('closed-on-the-way', `the container answers ${own}, but ${target} answers ${status}`, {
    text: 'A middleware of the route, or Traefik, changes it.',
    command: place.door.isServer ? 'sudo renet proxy logs' : 'sudo renet local',
  });
}
