import { SERVICE_PORT_LABEL } from '../labels/auto-route.ts';
import type { Problem, ProblemCode } from '../labels/problem.ts';
import type { Cause, Fix } from './cause.ts';
import { composeFix, composeService, labelsFix, settingFix, upFix } from './fixes.ts';
import { type Given, likelyPort, listed, namedBy, portLabel } from './given.ts';
import { entryPointFix, referenceFix, replaceName, replacePart } from './name-fixes.ts';
import { ambiguousFix, leasedFix, portsFix, servicePortFix } from './port-fixes.ts';
import { hostFix, ownRule, ruleFix } from './rule-fixes.ts';

/** Problems that keep nobody out. */
const HARMLESS: ReadonlySet<ProblemCode> = new Set([
  'host-contested',
  'certificate-foreign',
  'resolver-unknown',
]);

export function isHarmless({ code }: Problem): boolean {
  return HARMLESS.has(code);
}

/** A problem as a cause: what it says, and the one edit or command that ends it. */
export function problemCause(given: Given): Cause {
  const { code, label, value, container, reason } = given.problem;
  const where = label === undefined ? container : `${container}: ${label}=${value}`;
  return { code, why: `${where}: ${reason}`, fix: FIXES[code](given) };
}

const remove =
  (text: string) =>
  (given: Given): Fix => {
    const { label = '' } = given.problem;
    return labelsFix(given.place, { [label]: undefined }, text);
  };

function addressFix({ place }: Given): Fix {
  const service = composeService(place.container);
  if (service === undefined) return upFix(place, 'Give it a compose file.');
  return composeFix(
    place,
    ['up', '-d', '--force-recreate', service],
    'It was not started by renet compose, which gives it its address.',
  );
}

function foreignDomainFix(given: Given): Fix {
  const { part } = given.problem;
  const { name, protocol } = namedBy(given);
  const beginning = `traefik.${protocol}.routers.${name}.tls.domains`.toLowerCase();
  const [label = '', value = ''] =
    Object.entries(given.place.container.labels).find(
      ([key, text]) =>
        key.toLowerCase().startsWith(beginning) && text.toLowerCase().includes(part?.wrong ?? ''),
    ) ?? [];
  const kept = listed(value).filter((one) => one.toLowerCase() !== part?.wrong);
  const left = kept.join(',');
  return labelsFix(
    given.place,
    { [label]: left === '' ? undefined : left },
    'Ask for no certificate of others.',
  );
}

function conflictFix(given: Given): Fix {
  const { protocol, kind, name } = namedBy(given);
  const { labels } = given.place.container;
  const beginning = `traefik.${protocol}.${kind}.${name}.`.toLowerCase();
  const own = Object.keys(labels).filter((label) => label.toLowerCase().startsWith(beginning));
  const other = `${name}-${composeService(given.place.container) ?? 'own'}`;
  const renamed = own.flatMap((label): [string, string | undefined][] => [
    [label, undefined],
    [`traefik.${protocol}.${kind}.${other}.${label.slice(beginning.length)}`, labels[label]],
  ]);
  return labelsFix(given.place, Object.fromEntries(renamed), 'Give one of them another name.');
}

function resolverFix(given: Given): Fix {
  const { label = '', part } = given.problem;
  if (part?.meant !== undefined) return replacePart(given, 'Name one that is there.');
  const tls = label.replace(/\.certresolver$/i, '');
  return labelsFix(
    given.place,
    { [label]: undefined, [tls]: 'true' },
    'There is none here; the page has TLS without it.',
  );
}

function invalidFix(given: Given): Fix {
  const { part, value = '' } = given.problem;
  if (part?.isName === true && part.meant !== undefined) return replaceName(given, part.wrong, part.meant);
  const isSwitch = /true or false/.test(given.problem.reason);
  if (isSwitch && /^(y|yes|on|no?|off|ture|flase)$/i.test(value)) {
    const { label = '' } = given.problem;
    const meant = /^(y|on|ture)/i.test(value) ? 'true' : 'false';
    return labelsFix(given.place, { [label]: meant }, 'Traefik reads true and false.');
  }
  return remove('Traefik does without it.')(given);
}

function tlsFix(given: Given): Fix {
  const { protocol, name } = namedBy(given);
  return labelsFix(
    given.place,
    { [`traefik.${protocol}.routers.${name}.tls`]: 'true' },
    'Traefik does the TLS.',
  );
}

function takenFix({ problem: { part }, place: { door } }: Given): Fix {
  return {
    text: 'If it is to have it: the operator takes it from the other, and the next in line gets it.',
    command: `${door.isServer ? 'sudo ' : ''}renet host release ${part?.wrong ?? 'HOST'}`,
  };
}

function exhaustedFix({ problem: { label = '' }, place: { door } }: Given): Fix {
  const protocol = label.includes('udp') ? 'udp' : 'tcp';
  return settingFix(door, `--dynamic-${protocol}-ports`, protocol === 'udp' ? '10000-10010' : '10000-10020');
}

/** A server by its port, since its URL may not be. */
function forbiddenFix(given: Given): Fix {
  const { label = '' } = given.problem;
  if (!/\.loadbalancer\.server\.url$/i.test(label)) return remove(TRUSTED)(given);
  const { protocol, name } = namedBy(given);
  const port = { [portLabel({}, protocol, name)]: String(likelyPort(given, protocol)) };
  return labelsFix(given.place, { [label]: undefined, ...port }, 'Name the port of its own address.');
}

const TRUSTED = 'Labels of a repository may not say that; the operator could allow it by renet repo trust.';

const FIXES: Readonly<Record<ProblemCode, (given: Given) => Fix>> = {
  'address-forbidden': forbiddenFix,
  'address-foreign': addressFix,
  'address-missing': addressFix,
  'certificate-foreign': foreignDomainFix,
  'definition-conflict': conflictFix,
  'entrypoint-leased': leasedFix,
  'entrypoint-missing': entryPointFix,
  'entrypoint-unknown': entryPointFix,
  'file-forbidden': remove(TRUSTED),
  'host-contested': () => ({ text: 'Nothing has to be done.' }),
  'host-invalid': hostFix,
  'host-reserved': hostFix,
  'host-taken': takenFix,
  'label-invalid': invalidFix,
  'load-balancer-missing': servicePortFix,
  'network-id-mismatch': addressFix,
  'port-missing': servicePortFix,
  'ports-exhausted': exhaustedFix,
  'ports-invalid': portsFix,
  'reference-unknown': referenceFix,
  'resolver-unknown': resolverFix,
  'rule-hostless': ruleFix,
  'rule-invalid': ruleFix,
  'rule-missing': (given) =>
    labelsFix(
      given.place,
      { [`traefik.tcp.routers.${namedBy(given).name}.rule`]: ownRule(given, 'tcp') },
      'Give it a rule.',
    ),
  'service-ambiguous': ambiguousFix,
  'service-forbidden': remove(TRUSTED),
  'service-port-invalid': (given) =>
    labelsFix(
      given.place,
      { [SERVICE_PORT_LABEL]: String(likelyPort(given, 'tcp')) },
      'Name the port that it listens on.',
    ),
  'store-forbidden': remove(TRUSTED),
  'tls-missing': tlsFix,
  'url-with-port': remove('One of them is enough.'),
};
