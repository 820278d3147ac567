import { PRECONFIGURED_TCP_PORTS } from '../labels/auto-route.ts';
import { type Cause, cause, type Fix } from './cause.ts';
import { labelsFix, type Place, settingFix, upFix } from './fixes.ts';
import type { Seen } from './seen.ts';

/** Why a container has no route although it runs, and nothing is wrong with its labels. */
export function unroutedCause(place: Place, { router, door }: Seen): Cause {
  const { container, repository } = place;
  const reason = router?.routes.unrouted.find(
    (one) => one.networkId === repository.networkId && one.container === container.name,
  )?.reason;
  const why = `${container.name} has no route: ${reason ?? 'the route server has not seen it yet'}`;
  if (reason === undefined) return cause('router-behind', why, behindFix(place));
  if (/traefik\.enable/.test(reason))
    return cause(
      'route-disabled',
      why,
      labelsFix(place, { [enableLabel(place)]: undefined }, 'Without that label it has its auto-route.'),
    );
  if (/auto-routes are/.test(reason))
    return cause(
      'auto-routes-off',
      why,
      door.baseDomain === undefined
        ? settingFix(door, '--base-domain', 'DOMAIN')
        : settingFix(door, '--auto-routes', 'on'),
    );
  if (/not HTTP/.test(reason)) return notHttp(place, why);
  if (/no labels/.test(reason))
    return cause('labels-missing', why, {
      text: 'It was not started by renet compose, which gives containers their labels. Start it anew that way.',
    });
  return cause('one-off', why, { text: 'Start the service itself.' });
}

/** An event of the daemon makes it look there, too. */
function behindFix(place: Place): Fix {
  if (place.door.isServer)
    return {
      text: 'It looks within a second, as a rule, and when it is told to.',
      command: 'sudo renet proxy refresh',
    };
  return upFix(place, 'It looks within a second, as a rule.');
}

function enableLabel({ container }: Place): string {
  return (
    Object.keys(container.labels).find((label) => label.toLowerCase() === 'traefik.enable') ??
    'traefik.enable'
  );
}

function notHttp(place: Place, why: string): Cause {
  const port = place.container.exposed.tcp.find((one) => PRECONFIGURED_TCP_PORTS.has(one)) ?? 5432;
  const text =
    'A public port of the dynamic range leads to it then; rediacc.service_port would say that it speaks HTTP after all.';
  return cause('port-not-http', why, labelsFix(place, { 'rediacc.tcp_ports': String(port) }, text));
}
