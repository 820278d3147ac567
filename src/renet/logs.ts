import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { serviceName } from '../core/labels/container.ts';
import { Refusal } from '../core/refusal.ts';
import type { RepositoryRecord } from '../core/repository/record.ts';
import { connectDocker } from '../edges/docker.ts';
import { type Environment, start } from '../edges/process.ts';
import { readRecords } from '../edges/records.ts';
import { requireLines } from './lines-option.ts';

export type LogsOptions = {
  readonly runDir: string;
  readonly follow?: true;
  readonly lines: string;
  readonly environment: Environment;
  readonly print: (line: string) => void;
};

const TIMEOUT = 5_000;

/** `renet logs`: Docker's own, of each container with its name before every line. */
export async function showContainerLogs(
  [name = '', service]: readonly string[],
  { runDir, follow, lines, environment, print }: LogsOptions,
): Promise<void> {
  requireLines(lines);
  const record = await requireRecord(name, runDir);
  const containers = await connectDocker(record.socket, TIMEOUT).states();
  const wanted = containers.filter(
    (one) => service === undefined || serviceName(one) === service || one.name === service,
  );
  if (wanted.length === 0)
    throw noService(
      record,
      service,
      containers.map((one) => serviceName(one)),
    );
  const words = [`--tail=${lines}`, ...(follow ? ['--follow'] : [])];
  const env = { ...environment, DOCKER_HOST: `unix://${record.socket}` };
  const width = Math.max(...wanted.map((one) => one.name.length));
  const calls = wanted.map(async ({ id, name: container }) => {
    const call = start(['docker', 'logs', ...words, id], { stdio: ['ignore', 'pipe', 'pipe'], env });
    const before = wanted.length === 1 ? '' : `${container.padEnd(width)} | `;
    for (const stream of [call.stdout, call.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => print(`${before}${line}`));
    await once(call, 'close');
  });
  await Promise.all(calls);
}

async function requireRecord(name: string, runDir: string): Promise<RepositoryRecord> {
  const records = await readRecords(runDir);
  const found = records.find((one) => one.name === name || String(one.networkId) === name);
  if (found !== undefined) return found;
  throw new Refusal(
    'repository-not-running',
    `no repository '${name}' is up`,
    `There is ${records.map((one) => one.name).join(', ') || 'none'}.`,
  );
}

function noService(
  { name }: RepositoryRecord,
  service: string | undefined,
  there: readonly string[],
): Refusal {
  return new Refusal(
    'service-unknown',
    service === undefined
      ? `'${name}' has no container`
      : `'${name}' has no container of a service '${service}'`,
    `There is ${[...new Set(there)].sort().join(', ') || 'none'}.`,
  );
}
