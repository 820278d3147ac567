import type { Command } from 'commander';
import { readInfra } from '../core/infra/infra-file.ts';
import { PROBE_PATH } from '../core/infra/isolation-units.ts';
import { API_PORT } from '../core/infra/port-lists.ts';
import { settingOf } from '../core/infra/settings.ts';
import { Refusal } from '../core/refusal.ts';
import { readText } from '../edges/files.ts';
import type { ServeOptions } from './options.ts';

/** The options of the command line, and for those that it does not give what the server's settings say. */
export async function withInfra(options: ServeOptions, command: Command): Promise<ServeOptions> {
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  const text = options.infra === '' ? undefined : await readText(options.infra);
  if (text === undefined) {
    if (options.infra === '' || !isGiven('infra')) return options;
    throw new Refusal(
      'option-invalid',
      `--infra '${options.infra}': there is no such file`,
      'rdc context push-infra writes it.',
    );
  }
  const { settings, entryPoints, resolvers } = readInfra(text, options.infra);
  const said = {
    ...(settings.baseDomain === undefined ? {} : { baseDomain: settings.baseDomain }),
    entrypoints: entryPoints.map(({ name }) => name).join(','),
    certResolvers: resolvers.join(','),
    traefikApi: `127.0.0.1:${API_PORT}`,
    ...(resolvers.length > 0 ? {} : { traefikUnit: '' }),
    autoRoutes: settingOf(settings, 'autoRoutes') === 'off' ? ('off' as const) : ('on' as const),
    ...(settingOf(settings, 'trustLabels') === 'on' ? { trustLabels: true as const } : {}),
    dynamicTcpPorts: settingOf(settings, 'dynamicTcpPorts'),
    dynamicUdpPorts: settingOf(settings, 'dynamicUdpPorts'),
    ...(settingOf(settings, 'isolation') === 'on' ? { isolationProbe: PROBE_PATH } : {}),
  };
  const kept = Object.entries(said).filter(([name]) => !isGiven(name));
  return { ...options, ...Object.fromEntries(kept) };
}
