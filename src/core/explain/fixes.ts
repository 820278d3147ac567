import { findLine } from '../compose/find-line.ts';
import { serviceName } from '../labels/container.ts';
import { shellWord } from '../shell-word.ts';
import type { Change, Fix } from './cause.ts';
import type { ContainerSeen, Door, RepositorySeen } from './seen.ts';

/** A container, and where it is. */
export type Place = {
  readonly door: Door;
  readonly repository: RepositorySeen;
  readonly container: ContainerSeen;
};

/** Docker Compose on the repository's own daemon. */
export function composeFix(
  { door, repository }: Pick<Place, 'door' | 'repository'>,
  words: readonly string[],
  text: string,
): Fix {
  const sudo = door.isServer ? 'sudo ' : '';
  return {
    text,
    command: `cd ${shellWord(repository.path)} && ${sudo}renet compose -- ${words.map(shellWord).join(' ')}`,
  };
}

/** The service's containers are made anew as its compose file says. */
export function upFix({ container, ...place }: Place, text: string): Fix {
  const service = composeService(container);
  if (service === undefined)
    return { text: `${text} It was not started by Docker Compose: remove it, and start it anew.` };
  return composeFix(place, ['up', '-d', service], text);
}

/** For a program that does not do its work: only what it has printed can tell. */
export function logsFix({ repository, container }: Place, text: string): Fix {
  return { text, command: `sudo renet logs ${shellWord(repository.name)} ${serviceName(container)}` };
}

/** Of a setting of the front door: it takes two programs, or a start with other options. */
export function settingFix({ isServer }: Door, option: string, value: string): Fix {
  if (!isServer)
    return {
      text: 'It is an option of the renet local that runs.',
      command: `renet local ${option} ${value}`,
    };
  return {
    text: 'It is a setting of the server.',
    command: `rdc context set-infra SERVER ${option} ${value} && rdc context push-infra SERVER`,
  };
}

/** Labels of a container, by name; one without a value goes. Compose reads `$` as the beginning of a variable. */
export function labelsFix(
  place: Place,
  labels: Readonly<Record<string, string | undefined>>,
  text: string,
): Fix {
  const changes = Object.entries(labels).map(
    ([label, value]): Change => ({
      at: ['labels', label],
      ...(value === undefined ? {} : { value: value.replaceAll('$', '$$$$') }),
    }),
  );
  return editFix(place, changes, text);
}

export function editFix(place: Place, changes: readonly Change[], text: string): Fix {
  const service = composeService(place.container);
  const found = service === undefined ? undefined : whereToEdit(place, service, changes);
  if (service === undefined || found === undefined)
    return { text: `${text} ${describeChanges(changes)}: no compose file says that now.`.trim() };
  return { text, edit: { ...found, service, changes }, command: againCommand(place, service) };
}

/** A label for which only its author knows a better value. */
export function correctFix(place: Place, label: string, text: string): Fix {
  const service = composeService(place.container);
  const found = service === undefined ? undefined : whereToEdit(place, service, [{ at: ['labels', label] }]);
  if (service === undefined || found === undefined) return { text: `${text}.` };
  return {
    text: `${text} (${found.file}:${found.line}, service ${service}).`,
    command: againCommand(place, service),
  };
}

/** What brings a service up as its compose file now says. */
function againCommand({ door, repository: { name, path } }: Place, service: string): string {
  return door.isServer
    ? `rdc repo push . ${shellWord(name)} -m SERVER && rdc repo up ${shellWord(name)} -m SERVER`
    : `cd ${shellWord(path)} && renet compose -- up -d ${shellWord(service)}`;
}

export function describeChanges(changes: readonly Change[]): string {
  return changes
    .map(({ at, value }) => (value === undefined ? `remove ${at.at(-1)}` : `set ${at.at(-1)}=${value}`))
    .join(', ');
}

/** By Compose's own label. */
export function composeService({ labels }: Pick<ContainerSeen, 'labels'>): string | undefined {
  return labels['com.docker.compose.service'];
}

/** The place that says it last: where a label is said, else the service's labels, else the service. */
function whereToEdit(
  { repository, container }: Place,
  service: string,
  changes: readonly Change[],
): { file: string; line: number } | undefined {
  const own = repository.sources.filter(({ path }) => container.composeFiles.includes(path));
  const sources = own.length > 0 ? own : repository.sources;
  const spots = [...changes.flatMap(({ at }) => spotsOf(service, at)), ['services', service]];
  for (const spot of spots) {
    const [value = '', at] = spot.at(-1)?.startsWith('=')
      ? [spot.at(-1)?.slice(1), spot.slice(0, -1)]
      : ['', spot];
    const [, file = '', line] = /^(.*):(\d+)$/.exec(findLine(sources, at, value) ?? '') ?? [];
    if (line !== undefined) return { file, line: Number(line) };
  }
  return undefined;
}

/** As a map has it, as a list has it (`=` marks an item), and what stands above. */
function spotsOf(service: string, at: Change['at']): string[][] {
  const base = ['services', service];
  if (at.length === 1) return [[...base, ...at]];
  return [
    [...base, ...at],
    [...base, at[0], `=${at[1]}=`],
    [...base, at[0]],
  ];
}
