import type { Rule } from './parse.ts';

/** Matchers that name hosts, in either syntax. */
const HOST_MATCHERS = new Set(['Host', 'HostHeader', 'HostSNI']);

/** Stands for every host. */
export const ALL = '*';

/**
 * Every host that a rule names and does not exclude, in lower case and without a dot at the end, sorted. Traefik asks for
 * certificates of just these (pkg/muxer/http/mux.go, ParseDomains).
 */
export function hostsOf(rule: Rule): string[] {
  if (rule.kind !== 'match') return [...new Set([...hostsOf(rule.left), ...hostsOf(rule.right)])].sort();
  if (rule.not || !HOST_MATCHERS.has(rule.matcher)) return [];
  return [...new Set(rule.values.map((host) => host.toLowerCase().replace(/\.$/, '')))].sort();
}

/** Whether the rule is one for every host, as ``HostSNI(`*`)`` is, alone or narrowed down by other matchers. */
export function isForAllHosts(rule: Rule): boolean {
  if (rule.kind !== 'match') {
    return rule.kind === 'and' && (isForAllHosts(rule.left) || isForAllHosts(rule.right));
  }
  return !rule.not && HOST_MATCHERS.has(rule.matcher) && rule.values.includes(ALL);
}

/** Whether the rule can match for no other host than those that it names: each branch of an OR needs one. */
export function isBoundToHosts(rule: Rule): boolean {
  if (rule.kind !== 'match') {
    const [left, right] = [isBoundToHosts(rule.left), isBoundToHosts(rule.right)];
    return rule.kind === 'or' ? left && right : left || right;
  }
  return !rule.not && HOST_MATCHERS.has(rule.matcher) && !rule.values.includes(ALL);
}
