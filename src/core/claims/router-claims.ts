import type { Container } from '../labels/container.ts';
import type { Options } from '../labels/decode.ts';
import { TWIN } from '../labels/entry-points.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Problem, problem } from '../labels/problem.ts';
import type { Protocol } from '../labels/sections.ts';
import type { LabelSettings } from '../labels/settings.ts';
import { ALL, hostsOf, isBoundToHosts, isForAllHosts } from '../rules/hosts.ts';
import { parseRule, type Rule } from '../rules/parse.ts';
import { RuleError } from '../rules/tokens.ts';
import { checkHost } from './host-names.ts';
import { entryPointKey } from './keys.ts';

/** A router of one repository, completed, under the name that it has there. */
export type Claimant = {
  readonly protocol: Protocol;
  readonly name: string;
  readonly router: Options;
  readonly container: Container;
};

/** What a router wants for its repository alone: hosts, and entrypoints as `entrypoint tcp-5432`. */
export type Wanted = { readonly keys: readonly string[] } | Problem;

/**
 * The claims of a router, or why it cannot be told what it claims. HTTP and TCP routers claim the hosts of their rules, a TCP
 * router for all hosts and a UDP router the entrypoints that they listen on.
 */
export function claimsOf(claimant: Claimant, settings: LabelSettings): Wanted {
  const entryPoints = ((claimant.router['entryPoints'] ?? []) as string[]).map(withoutTwin);
  const leased = entryPoints.find((name) => settings.dynamicEntryPoints.has(name));
  if (leased !== undefined) return refuseLeased(claimant, leased);
  if (claimant.protocol === 'udp') return { keys: entryPoints.map(entryPointKey) };
  const rule = readRule(claimant);
  if ('code' in rule) return rule;
  if (isBoundToHosts(rule)) return claimHosts(claimant, rule, settings);
  return claimAll(claimant, rule, entryPoints);
}

function withoutTwin(entryPoint: string): string {
  return entryPoint.endsWith(TWIN) ? entryPoint.slice(0, -TWIN.length) : entryPoint;
}

function readRule(claimant: Claimant): Rule | Problem {
  const { protocol, router } = claimant;
  const syntax = protocol === 'tcp' ? 'tcp' : 'http';
  try {
    return parseRule(String(router['rule']), router['ruleSyntax'] === 'v2' ? `${syntax}-v2` : syntax);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return refuse(claimant, 'rule-invalid', {
      reason: `Traefik cannot read it: ${error.message}`,
      ...(error.part === undefined ? {} : { part: error.part }),
      fix: 'Write it as in Host(`app.example.com`) && PathPrefix(`/api`).',
    });
  }
}

function claimHosts(claimant: Claimant, rule: Rule, settings: LabelSettings): Wanted {
  if (claimant.protocol === 'tcp' && claimant.router['tls'] === undefined) {
    return refuse(claimant, 'tls-missing', {
      reason: 'a host can be told from others only by TLS, and the router has none',
      fix: `Add traefik.tcp.routers.${claimant.name}.tls=true, or .tls.passthrough=true if the service does TLS itself.`,
    });
  }
  const hosts = hostsOf(rule).filter((host) => host !== ALL);
  for (const host of hosts) {
    const wrong = checkHost(host, claimant.container.networkId, settings);
    if (wrong !== undefined) return refuse(claimant, wrong.code, wrong);
  }
  return { keys: hosts };
}

/** A rule that is not bound to hosts takes what belongs to others, but on a port of its own. */
function claimAll(claimant: Claimant, rule: Rule, entryPoints: readonly string[]): Wanted {
  const shared = entryPoints.find((name) => !/^tcp-\d+$/.test(name));
  if (claimant.protocol === 'tcp' && isForAllHosts(rule) && shared === undefined) {
    return { keys: entryPoints.map(entryPointKey) };
  }
  if (claimant.protocol === 'tcp' && isForAllHosts(rule)) {
    return refuse(claimant, 'rule-hostless', {
      reason: `it would take every connection to '${shared}', which all repositories share`,
      fix: 'Name the host and use TLS, or use an entrypoint of its own, as in tcp-5432.',
    });
  }
  const matcher = claimant.protocol === 'tcp' ? 'HostSNI' : 'Host';
  return refuse(claimant, 'rule-hostless', {
    reason: 'it would also match for hosts that it does not name, and so for those of other repositories',
    fix: `Begin it, and each part that stands between ||, with ${matcher}(\`app.example.com\`) && …`,
  });
}

function refuseLeased(claimant: Claimant, entryPoint: string): Problem {
  const { label } = labelOf(claimant.container, `${claimant.protocol}.routers.${claimant.name}.entrypoints`);
  return problem(claimant.container, 'entrypoint-leased', {
    label,
    reason: `'${entryPoint}' is a port of the dynamic range, which is handed out`,
    fix: `Ask for one: rediacc.${claimant.protocol === 'udp' ? 'udp' : 'tcp'}_ports=PORT, with the port that the container listens on.`,
  });
}

type Refusal = Pick<Problem, 'reason' | 'fix' | 'part'>;

function refuse({ protocol, name, container }: Claimant, code: Problem['code'], refusal: Refusal): Problem {
  const { label } = labelOf(container, `${protocol}.routers.${name}.rule`);
  const { reason, fix, part } = refusal;
  return problem(container, code, { label, reason, fix, ...(part === undefined ? {} : { part }) });
}
