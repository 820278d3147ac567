import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settleLeases } from '../../src/core/claims/leases.ts';
import { settleLedger } from '../../src/core/claims/ledger.ts';
import { createOutcomes } from '../../src/core/claims/outcome.ts';
import type { Container } from '../../src/core/labels/container.ts';
import { needsExposedPorts } from '../../src/core/labels/needed-ports.ts';
import { problemCodes } from '../../src/core/labels/problem.ts';
import { readContainer } from '../../src/core/labels/read-container.ts';
import type { LabelSettings } from '../../src/core/labels/settings.ts';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import { grantRoutes } from '../../src/core/routes/grant.ts';
import { buildRepositoryRoutes, type RepositoryRoutes } from '../../src/core/routes/repository-routes.ts';
import { listRoutes, type RouteList } from '../../src/core/routes/route-list.ts';
import { wishesOf } from '../../src/core/routes/wishes.ts';
import { assembleDynamicConfig, renderFragment } from '../../src/core/traefik/dynamic-config.ts';

/**
 * Each case is a file that shows the flow: a sentence, then settings and containers (YAML), then what comes of them. With
 * UPDATE_GOLDEN=1 the last four sections are written anew: read the difference.
 */
const FOLDER = join(import.meta.dirname, 'cases');
const SECTIONS = ['settings', 'containers', 'routes', 'unrouted', 'problems', 'document'] as const;
type Sections = Record<(typeof SECTIONS)[number], string>;

/** What a case says of a container; the rest is filled in as renet compose would. */
type Given = {
  name: string;
  repository?: number;
  slot?: number;
  exposed?: number[];
  exposedUdp?: number[];
  /** false: it does not run, or is not well. */
  serving?: boolean;
  /** false: not started by renet compose. */
  injected?: boolean;
  labels?: Record<string, string> | string[];
};

function container(given: Given, index: number): Container {
  const networkId = given.repository ?? 2816;
  const injected = {
    'com.docker.compose.project': 'app',
    'com.docker.compose.service': given.name,
    'rediacc.network_id': String(networkId),
    'rediacc.service_ip': serviceAddress(networkId, given.slot ?? 0),
    'rediacc.service_name': given.name,
  };
  const own = Array.isArray(given.labels)
    ? Object.fromEntries(given.labels.map((label) => label.split(/=(.*)/s).slice(0, 2)))
    : given.labels;
  const labels = { ...(given.injected === false ? {} : injected), ...own };
  const ports = { tcp: given.exposed ?? [], udp: given.exposedUdp ?? [] };
  return {
    id: `id${index}`,
    name: `app-${given.name}-1`,
    networkId,
    labels,
    // As in the route server, which asks for them only then.
    ...(needsExposedPorts(labels) ? { ports } : {}),
    serving: given.serving ?? true,
  };
}

function readCase(text: string): { title: string; sections: Sections } {
  const [title = '', ...parts] = text.split(/^=== (\w+)\n/m);
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, ''])) as Sections;
  for (let i = 0; i < parts.length; i += 2) sections[parts[i] as keyof Sections] = parts[i + 1] ?? '';
  return { title, sections };
}

function writeCase(title: string, sections: Sections): string {
  const written = SECTIONS.filter((name) => sections[name] !== '' || name === 'document');
  return title + written.map((name) => `=== ${name}\n${sections[name]}`).join('');
}

function flow({ settings, containers }: Sections): Omit<Sections, 'settings' | 'containers'> {
  const given = parse(settings);
  const chosen: LabelSettings = {
    baseDomain: 'example.com',
    entryPoints: ['web', 'websecure'],
    certResolvers: ['letsencrypt'],
    autoRoutes: true,
    trusted: false,
    ...given,
    dynamicEntryPoints: new Set(given?.dynamicEntryPoints ?? []),
  };
  if (chosen.baseDomain === null) delete (chosen as { baseDomain?: string }).baseDomain;
  const all = (parse(containers) as Given[]).map(container);
  const ids = [...new Set(all.map(({ networkId }) => networkId))].sort((a, b) => a - b);
  const asked = ids.map((id) =>
    buildRepositoryRoutes(
      id,
      all.filter(({ networkId }) => networkId === id).map((one) => readContainer(one, chosen)),
      chosen,
    ),
  );
  const repositories = grantAll(asked, chosen);
  const list = listRoutes(repositories, String);
  return { ...describe(list), document: assembleDynamicConfig(repositories.map(renderFragment)).join('') };
}

/** All come at once: whoever has the lower number is first. */
function grantAll(asked: readonly RepositoryRoutes[], settings: LabelSettings): RepositoryRoutes[] {
  const wishes = asked.map(wishesOf);
  const common = { answering: new Set<number>(), deleted: new Map(), now: 0, grace: 0 };
  const wanted = new Map(wishes.map(({ networkId, claims }) => [networkId, claims]));
  const range = (protocol: string) =>
    [...settings.dynamicEntryPoints]
      .filter((name) => name.startsWith(protocol))
      .map((name) => Number(name.slice(4)));
  const outcomeOf = createOutcomes(
    settleLedger(
      new Map(),
      { ...common, wanted, released: new Map() },
      new Map(wishes.flatMap(({ claims }) => [...claims]).map((key) => [key, new Set(wanted.keys())])),
    ),
    settleLeases([], {
      ...common,
      wanted: wishes.flatMap(({ ports }) => ports),
      ranges: { tcp: range('tcp'), udp: range('udp') },
    }),
  );
  return asked.map((routes, index) =>
    grantRoutes(routes, { outcome: outcomeOf(wishes[index]!), settings, nameOf: String }),
  );
}

function describe({
  http,
  tcp,
  udp,
  unrouted,
  problems,
}: RouteList): Record<'routes' | 'unrouted' | 'problems', string> {
  const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
  return {
    routes: lines(
      [
        ...http,
        ...tcp.map((route) => ({ ...route, name: `TCP ${route.name}` })),
        ...udp.map((route) => ({ ...route, name: `UDP ${route.name}`, rule: 'all' })),
      ].map(
        ({ name, rule, entryPoints, backends, containers }) =>
          `${name}: ${rule} on ${entryPoints.join(', ') || 'the default'} -> ${backends.join(', ') || 'nothing'} (${containers.join(', ')})`,
      ),
    ),
    unrouted: lines(unrouted.map(({ container, reason }) => `${container}: ${reason}`)),
    problems: lines(
      problems.map(
        ({ code, container, label, value, reason, fix }) =>
          `${container}: [${code}] ${label === undefined ? '' : `${label}=${value}: `}${reason}. ${fix}`,
      ),
    ),
  };
}

test('each problem is shown by a case', () => {
  const texts = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), 'utf8'));
  expect(problemCodes.filter((code) => !texts.some((text) => text.includes(`: [${code}] `)))).toEqual([]);
});

test.each(readdirSync(FOLDER).sort())('%s', (file) => {
  const path = join(FOLDER, file);
  const text = readFileSync(path, 'utf8');
  const { title, sections } = readCase(text);
  const result = writeCase(title, { ...sections, ...flow(sections) });
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, result);
  expect(result).toBe(process.env['UPDATE_GOLDEN'] ? result : text);
});
