import type { Entry } from '../../core/entry.ts';
import { type Context, contextOf } from '../../core/infra/contexts.ts';
import { PLACES } from '../../core/infra/places.ts';
import type { InfraSettings } from '../../core/infra/setting.ts';
import { Failure } from '../../core/refusal.ts';
import type { RouteList } from '../../core/routes/route-list.ts';
import { routedHosts } from '../../core/routes/routed-hosts.ts';
import { connectServer, type Server } from '../../edges/ssh.ts';
import { infraUnset, NOT_FOUND } from '../ask-renet.ts';
import { contextsPath, loadContexts } from '../context.ts';

/** What DNS has to know of a server. */
export type DnsServer = {
  readonly context: Context;
  /** As they have been pushed. */
  readonly settings: InfraSettings;
  readonly hosts: readonly string[];
  /** Whose its records are. */
  readonly owner: string;
};

export async function askDnsServer(name: string, { environment, warn }: Entry): Promise<DnsServer> {
  const context = contextOf(await loadContexts(contextsPath(environment)), name);
  await using server = await connectServer({ destination: context.destination, environment, warn });
  const { settings } = await askJson<{ settings: InfraSettings }>(server, name, 'status');
  const hosts = routedHosts(await askJson<RouteList>(server, name, 'routes'));
  return { context, settings, hosts, owner: settings.baseDomain ?? name };
}

async function askJson<T>(server: Server, name: string, verb: string): Promise<T> {
  const { code, stdout, stderr } = await server.run([PLACES.renet, 'proxy', verb, '--json']);
  if (code === NOT_FOUND) throw infraUnset(name);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Failure('server-verb-failed', `${name} does not tell its ${verb}`, stderr.trim());
  }
}
