import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import {
  type ComposeArguments,
  reachOf,
  readOperands,
  writeComposeArguments,
} from '../core/compose/arguments.ts';
import { composeEnvironment } from '../core/compose/environment.ts';
import { type HostsModel, renderHosts } from '../core/compose/hosts.ts';
import { readComposeModel, readConfig, type ServiceModel } from '../core/compose/model.ts';
import { renderOverride } from '../core/compose/override.ts';
import { readSavedServices, writeSavedServices } from '../core/compose/saved-services.ts';
import type { RepositoryRecord } from '../core/repository/record.ts';
import { readText, writeInPlaceIfChanged, writeWholeIfChanged } from '../edges/files.ts';
import { CommandFailed, type Environment, type Finished, run } from '../edges/process.ts';
import { locateComposeFiles } from './compose-files.ts';
import { ensureAddresses, knownAddresses } from './service-addresses.ts';

export type ProjectRequest = {
  /** Path of the docker client. */
  readonly docker: string;
  readonly args: ComposeArguments;
  readonly record: RepositoryRecord;
  readonly environment: Environment;
};

export type Project = {
  readonly userFiles: readonly string[];
  /** What to give Compose with `-f`: the user's files, then our override. */
  readonly files: readonly string[];
  readonly services: ReadonlyMap<string, ServiceModel>;
  /** Service addresses by service. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The user's files as Compose reads them, with values: once for all services, or several times for some. */
  readonly configs: readonly unknown[];
};

/** Reads the project as Compose sees it, gives its services their addresses, and writes what their containers need. */
export async function prepareProject(request: ProjectRequest): Promise<Project> {
  const userFiles = await locateComposeFiles(request.args, request.environment);
  const { services, addresses, configs } = await readProject(request, userFiles);
  const stateDir = request.record.stateDir;
  const hostsFolder = `${stateDir}/hosts`;
  const override = `${stateDir}/compose/override-${digest(userFiles)}.yml`;
  const hosts = {
    services: await withOthers(request.record, services),
    addresses,
    machineName: hostname(),
    machineHosts: (await readText('/etc/hosts')) ?? '',
  };
  await Promise.all([
    ...[...addresses.keys()].map((name) =>
      writeInPlaceIfChanged(`${hostsFolder}/${name}`, renderHosts(name, hosts)),
    ),
    writeWholeIfChanged(
      override,
      renderOverride({ services, addresses, hostsFolder, networkId: request.record.networkId }),
    ),
  ]);
  return { userFiles, files: [...userFiles, override], services, addresses, configs };
}

/** A repository may have several compose projects, and each knows its own services alone: what they say of names is kept for all. */
async function withOthers(
  { stateDir }: RepositoryRecord,
  services: ReadonlyMap<string, HostsModel>,
): Promise<ReadonlyMap<string, HostsModel>> {
  const path = `${stateDir}/services.json`;
  const all = new Map([...readSavedServices(await readText(path)), ...services]);
  await writeWholeIfChanged(path, writeSavedServices(all));
  return all;
}

/** One override for each set of files, always under the same name: containers carry it in a label. */
function digest(files: readonly string[]): string {
  const whole = files.map((file) => resolve(file)).join('\n');
  return createHash('sha256').update(whole).digest('hex').slice(0, 8);
}

/**
 * One question to Compose as a rule: its answer has every service, and its variables had the addresses that are known. Only
 * when services are new it is asked again.
 */
async function readProject(
  request: ProjectRequest,
  files: readonly string[],
): Promise<Omit<Project, 'files' | 'userFiles'>> {
  const known = await knownAddresses(request.record);
  const first = await config(request, files, { addresses: known, words: [], allProfiles: true });
  const written = first.code === 0 ? first : await readAsWritten(request, files, known);
  const addresses = await ensureAddresses(request.record, [...readComposeModel(output(written)).keys()]);
  const values =
    first.code === 0 && addresses.size === known.size
      ? [output(first)]
      : await readValues(request, files, addresses);
  const services = new Map([written.stdout, ...values].flatMap((text) => [...readComposeModel(text)]));
  return { services, addresses, configs: values.map(readConfig) };
}

type Addresses = ReadonlyMap<string, string>;

/**
 * The file without its variables replaced, since `${POSTGRES_IP:?}` fails before the address is given. Where that cannot be
 * read (the path of an `include` may be a variable), the active profiles with them replaced.
 */
async function readAsWritten(
  request: ProjectRequest,
  files: readonly string[],
  addresses: Addresses,
): Promise<Finished> {
  const raw = await config(request, files, { addresses, words: ['--no-interpolate'], allProfiles: true });
  return raw.code === 0 ? raw : config(request, files, { addresses, words: [], allProfiles: false });
}

/**
 * A service of a profile that is off may lack its env_file: Compose does not mind until the profile is on, or the service is
 * named. So what is named is asked for by itself.
 */
async function readValues(
  request: ProjectRequest,
  files: readonly string[],
  addresses: Addresses,
): Promise<string[]> {
  const all = await config(request, files, { addresses, words: [], allProfiles: true });
  if (all.code === 0) return [all.stdout];
  const names = reachOf(request.args) === 'nothing' ? [] : readOperands(request.args);
  const ask = (...words: string[]) => config(request, files, { addresses, words, allProfiles: false });
  const [active, ...named] = await Promise.all([ask(), ...names.map((name) => ask(name))]);
  // Not every word of a command is a service.
  return [output(active), ...named.filter(({ code }) => code === 0).map(({ stdout }) => stdout)];
}

type ConfigCall = {
  readonly addresses: Addresses;
  readonly words: readonly string[];
  readonly allProfiles: boolean;
};

function config(request: ProjectRequest, files: readonly string[], call: ConfigCall): Promise<Finished> {
  const args: ComposeArguments = {
    ...request.args,
    options: [...request.args.options, ...(call.allProfiles ? ['--profile', '*'] : [])],
    command: 'config',
    rest: ['--format', 'json', ...call.words],
  };
  return run([request.docker, ...writeComposeArguments(args, files)], {
    environment: composeEnvironment(request.environment, request.record, call.addresses),
  });
}

function output(finished: Finished): string {
  if (finished.code !== 0) throw new CommandFailed(finished);
  return finished.stdout;
}
