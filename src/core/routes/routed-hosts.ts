import { ALL, hostsOf } from '../rules/hosts.ts';
import { readRule } from '../rules/read-rule.ts';
import type { RouteList } from './route-list.ts';

/** Every host that a route is for, sorted; wildcards as they are. */
export function routedHosts(list: Pick<RouteList, 'http' | 'tcp'>): string[] {
  const hosts = (['http', 'tcp'] as const).flatMap((protocol) =>
    list[protocol].flatMap(({ rule }) => {
      const read = readRule(protocol, rule);
      return read === undefined ? [] : hostsOf(read);
    }),
  );
  return [...new Set(hosts)].filter((host) => host !== ALL).sort();
}
