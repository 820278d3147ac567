import { serviceName } from '../labels/container.ts';
import { dnsLabel } from '../network/names.ts';
import { parseRule } from '../rules/parse.ts';
import type { Fix } from './cause.ts';
import { labelsFix } from './fixes.ts';
import type { Given } from './given.ts';

/** A rule for a name that is the service's own. */
export function ownRule(given: Given, protocol: string): string {
  return protocol === 'tcp' ? 'HostSNI(`*`)' : `Host(\`${ownHost(given)}\`)`;
}

/** Below the base domain, and not of the auto-routes. */
function ownHost({ place: { container, door } }: Pick<Given, 'place'>): string {
  return `${dnsLabel(serviceName(container)).replace(/-\d+$/, '')}.${door.baseDomain ?? 'example.com'}`;
}

export function hostFix(given: Given): Fix {
  const { label = '', value = '', part } = given.problem;
  const wrong = part?.wrong ?? '';
  const meant =
    part?.meant ?? (given.problem.code === 'host-invalid' ? tidyHost(wrong) : undefined) ?? ownHost(given);
  // In the rule it may stand in other letters.
  const at = value.toLowerCase().indexOf(wrong);
  const changed = at < 0 ? value : value.slice(0, at) + meant + value.slice(at + wrong.length);
  return labelsFix(given.place, { [label]: changed }, 'Name another host.');
}

/** `https://app.example.com/` and `app_1 .example.com` are nearly names. */
function tidyHost(host: string): string | undefined {
  const bare = host
    .replace(/^https?:\/\//, '')
    .replace(/[/:].*$/, '')
    .replaceAll(/\s+/g, '');
  return bare !== host && /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(bare) ? bare : undefined;
}

/** Puts a rule right as far as it can be told what it was to say, and else gives one that leads to the service. */
export function ruleFix(given: Given): Fix {
  const { label = '', value = '', code } = given.problem;
  const protocol = label.split('.')[1] === 'tcp' ? 'tcp' : 'http';
  const own = ownRule(given, protocol);
  if (code === 'rule-hostless')
    return labelsFix(given.place, { [label]: bound(value, protocol, given) }, 'Bind it to a host.');
  const best = [...repairs(given, value)].find((rule) => isRule(rule, protocol)) ?? own;
  return labelsFix(given.place, { [label]: best }, 'Write it as Traefik reads it.');
}

function bound(rule: string, protocol: 'tcp' | 'http', given: Given): string {
  const host = ownHost(given);
  // A TCP router for everybody, on an entrypoint that all share.
  if (protocol === 'tcp') return `HostSNI(\`${host}\`)`;
  const isAboutHosts = /HostRegexp/i.test(rule);
  return isAboutHosts ? `Host(\`${host}\`)` : `Host(\`${host}\`) && (${rule})`;
}

/** In the order of their likelihood. */
function* repairs({ problem: { part } }: Given, rule: string): Generator<string> {
  const named = part?.meant === undefined ? rule : rule.replace(part.wrong, part.meant);
  yield named;
  const quoted = named
    .replaceAll(/\(\s*'([^'`]*)'\s*\)/g, '(`$1`)')
    .replaceAll(/\(\s*([\w.*-]+)\s*\)/g, '(`$1`)');
  yield quoted;
  // As Traefik 2 had it: Host(`a`, `b`).
  yield quoted.replaceAll(/(\w+)\(((?:`[^`]*`\s*,\s*)+`[^`]*`)\)/g, (_, matcher: string, all: string) => {
    const each = all.split(',').map((one) => `${matcher}(${one.trim()})`);
    return `(${each.join(' || ')})`;
  });
  for (const ending of ['`)', ')', '`']) yield `${quoted}${ending}`;
  yield quoted.replace(/\)\s*$/, '`)');
  yield quoted.replace(/\)$/, '');
  yield quoted.replaceAll(/(?<!&)&(?!&)/g, '&&').replaceAll(/(?<!\|)\|(?!\|)/g, '||');
  yield quoted.replaceAll(/\band\b/gi, '&&').replaceAll(/\bor\b/gi, '||');
  yield quoted.replace(/\s*(&&|\|\|)\s*$/, '');
}

function isRule(rule: string, protocol: 'tcp' | 'http'): boolean {
  try {
    parseRule(rule, protocol);
    return true;
  } catch {
    return false;
  }
}
