import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type ComposeArguments, writeComposeArguments } from '../core/compose/arguments.ts';
import { composeEnvironment } from '../core/compose/environment.ts';
import { renderHosts } from '../core/compose/hosts.ts';
import { readComposeModel, type ServiceModel } from '../core/compose/model.ts';
import { renderOverride } from '../core/compose/override.ts';
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
  /** What to give Compose with `-f`: the user's files, then our override. */
  readonly files: readonly string[];
  readonly services: ReadonlyMap<string, ServiceModel>;
  /** Service addresses by service. */
  readonly addresses: ReadonlyMap<string, string>;
};

/** Reads the project as Compose sees it, gives its services their addresses, and writes what their containers need. */
export async function prepareProject(request: ProjectRequest): Promise<Project> {
  const userFiles = await locateComposeFiles(request.args, request.environment);
  const { services, addresses } = await readProject(request, userFiles);
  const stateDir = request.record.stateDir;
  const hostsFolder = `${stateDir}/hosts`;
  const override = `${stateDir}/compose/override-${digest(userFiles)}.yml`;
  const hosts = {
    services,
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
  return { files: [...userFiles, override], services, addresses };
}

/** One override for each set of files, always under the same name: containers carry it in a label. */
function digest(files: readonly string[]): string {
  const whole = files.map((file) => resolve(file)).join('\n');
  return createHash('sha256').update(whole).digest('hex').slice(0, 8);
}

/**
 * Names come from the file as written, since `${POSTGRES_IP:?}` fails before the variable exists; values from the file with
 * variables replaced. Both are asked for at once, on the guess that no service is new.
 */
async function readProject(
  request: ProjectRequest,
  files: readonly string[],
): Promise<Omit<Project, 'files'>> {
  const known = await knownAddresses(request.record);
  const [asWritten, guess] = await Promise.all([
    config(request, files, { addresses: known, words: ['--no-interpolate'], allProfiles: true }),
    interpolated(request, files, known),
  ]);
  // The path of an `include` may itself be a variable; then only the other answer has the names.
  const written = readComposeModel(output(asWritten.code === 0 ? asWritten : guess));
  const addresses = await ensureAddresses(request.record, [...written.keys()]);
  const values = addresses.size === known.size ? guess : await interpolated(request, files, addresses);
  return { services: new Map([...written, ...readComposeModel(output(values))]), addresses };
}

/** A service of a profile that is off may lack its env_file: Compose does not mind until the profile is on. */
async function interpolated(
  request: ProjectRequest,
  files: readonly string[],
  addresses: ReadonlyMap<string, string>,
): Promise<Finished> {
  const all = await config(request, files, { addresses, words: [], allProfiles: true });
  return all.code === 0 ? all : config(request, files, { addresses, words: [], allProfiles: false });
}

type ConfigCall = {
  readonly addresses: ReadonlyMap<string, string>;
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
