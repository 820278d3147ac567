import { relative } from 'node:path';
import { COMPOSE_FILE_NAMES } from '../../core/compose/files.ts';
import { type Source, servicesNamedIn } from '../../core/compose/find-line.ts';
import type { ContainerSeen, RepositorySeen } from '../../core/explain/seen.ts';
import type { ContainerDetails } from '../../core/repository/container-details.ts';
import { progressOf } from '../../core/repository/container-state.ts';
import { recordOf, repositoryPlaces } from '../../core/repository/places.ts';
import type { RepositoryRecord } from '../../core/repository/record.ts';
import { connectDocker, type DockerClient } from '../../edges/docker.ts';
import { hasCode, listNames, readText } from '../../edges/files.ts';
import { readRecords } from '../../edges/records.ts';
import { isDaemonUp } from '../repository/daemon.ts';
import { loadDefinitions } from '../repository/definitions.ts';
import { isLocked, isMounted } from '../repository/storage.ts';

/** How long a daemon may take, in milliseconds. */
const TIMEOUT = 5_000;
const SHOWN_LINES = 8;
const IS_COMPOSE_FILE: ReadonlySet<string> = new Set(COMPOSE_FILE_NAMES);

/** All repositories of this machine, with their containers: those that are up, and on a server the others as well. */
export async function lookAtRepositories(runDir: string, isServer: boolean): Promise<RepositorySeen[]> {
  const records = await readRecords(runDir);
  const up = records.map((record) => lookAt(record, isServer));
  const known = new Set(records.map(({ networkId }) => networkId));
  const others = isServer ? (await loadDefinitions()).filter(({ networkId }) => !known.has(networkId)) : [];
  const down = others.map(async (one): Promise<RepositorySeen> => {
    const [locked, mounted, running] = await Promise.all([isLocked(one), isMounted(one), isDaemonUp(one)]);
    const state = locked ? 'locked' : !mounted ? 'unmounted' : 'down';
    if (running) return lookAt(recordOf(one), isServer);
    const { files } = repositoryPlaces(one);
    return {
      name: one.name,
      networkId: one.networkId,
      state,
      path: files,
      containers: [],
      ...(await readSources(files, [], isServer)),
    };
  });
  const all = await Promise.all([...up, ...down]);
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function lookAt(
  { name, networkId, path, socket, stateDir }: RepositoryRecord,
  isServer: boolean,
): Promise<RepositorySeen> {
  const docker = connectDocker(socket, TIMEOUT);
  const details = await docker.details().catch((error) => {
    if (hasCode(error, 'EACCES', 'EPERM')) throw error;
    return undefined;
  });
  const named = [...new Set((details ?? []).flatMap(composeFilesOf))].filter(
    (file) => !file.startsWith(`${stateDir}/compose/`),
  );
  const sources = await readSources(path, named, isServer);
  const containers = await Promise.all(
    (details ?? []).map((one) => withLog(one, docker, (file) => shown(file, path, isServer))),
  );
  return { name, networkId, path, state: details === undefined ? 'silent' : 'up', containers, ...sources };
}

const composeFilesOf = ({ labels }: Pick<ContainerDetails, 'labels'>): string[] =>
  (labels['com.docker.compose.project.config_files'] ?? '').split(',').filter((file) => file !== '');

/** Only of those that are not well: it costs a call for each. */
async function withLog(
  { startedAt, ...one }: ContainerDetails,
  docker: DockerClient,
  show: (file: string) => string,
): Promise<ContainerSeen> {
  const isFine = progressOf(one) === 'fine' && one.status === 'running';
  const log = isFine ? [] : await docker.lastLines(one.id, SHOWN_LINES).catch(() => []);
  const upSeconds = Math.max(0, (Date.now() - Date.parse(startedAt)) / 1000);
  return { ...one, log, upSeconds, composeFiles: composeFilesOf(one).map(show) };
}

/** Files that containers were made of, and those that Compose would find in the folder and the ones below it. */
async function readSources(
  folder: string,
  named: readonly string[],
  isServer: boolean,
): Promise<{ sources: Source[]; services: string[] }> {
  const names = await listNames(folder);
  const folders = [
    folder,
    ...names.filter((name) => !name.startsWith('.')).map((name) => `${folder}/${name}`),
  ];
  const found = await Promise.all(
    folders.map(async (one) =>
      (await listNames(one)).filter((name) => IS_COMPOSE_FILE.has(name)).map((name) => `${one}/${name}`),
    ),
  );
  const files = [...new Set([...found.flat(), ...named])];
  const texts = await Promise.all(
    files.map(async (file) => ({
      path: shown(file, folder, isServer),
      text: (await readText(file).catch(() => '')) ?? '',
    })),
  );
  const sources = texts.filter(({ text }) => text !== '');
  return { sources, services: [...new Set(sources.flatMap(({ text }) => servicesNamedIn(text)))] };
}

/** On a server whoever edits a file has it in a folder of the workstation, from which it is pushed. */
function shown(file: string, folder: string, isServer: boolean): string {
  const inside = relative(folder, file);
  return isServer && !inside.startsWith('..') ? inside : file;
}
