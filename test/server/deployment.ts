import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { browse, type Page, type Sent } from '../../scripts/browse.ts';
import type { Finished } from '../../src/edges/process.ts';
import { until } from '../live/lab.ts';
import { createWorkstation, type TestServer, type Workstation } from './server.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** A server that has been set up, and what is done with its repositories. */
export type Deployment = AsyncDisposable & {
  readonly workstation: Workstation;
  readonly server: TestServer;
  /** `rdc repo VERB … -m server-1`; fails the test when it fails. */
  readonly repo: (verb: string, ...args: string[]) => Promise<string>;
  /** The same, whatever comes of it. */
  readonly tryRepo: (verb: string, ...args: string[]) => Promise<Finished>;
  /** A folder on the workstation. */
  readonly write: (name: string, files: Readonly<Record<string, string>>) => string;
  /** A copy of an example in such a folder, with other files. */
  readonly example: (name: string, files?: Readonly<Record<string, string>>) => string;
  /** A page of the server, by its public address. */
  readonly page: (url: string, sent?: Sent) => Promise<Page>;
  /** Waits until a page answers with a status. */
  readonly answers: (url: string, status: number) => Promise<void>;
};

/** @param number of the server's network, another for each test file */
export async function createDeployment(number: number): Promise<Deployment> {
  const workstation = createWorkstation();
  const server = await workstation.boot('server-1', number);
  const { rdc, rdcOk, folder } = workstation;
  const addresses = ['--public-ipv4', server.ipv4, '--public-ipv6', server.ipv6];
  await rdcOk('context', 'set-infra', 'server-1', ...addresses, '--base-domain', 'server-1.test');
  await rdcOk('context', 'push-infra', 'server-1');
  const write: Deployment['write'] = (name, files) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, 'repositories', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return join(folder, 'repositories', name);
  };
  const page: Deployment['page'] = (url, sent) => browse(url, { at: server.ipv4, ...sent });
  return {
    ...{ workstation, server, write, page },
    repo: (verb, ...args) => rdcOk('repo', verb, '-m', 'server-1', ...args),
    tryRepo: (verb, ...args) => rdc('repo', verb, '-m', 'server-1', ...args),
    example: (name, files = {}) => {
      cpSync(join(EXAMPLES, name), join(folder, 'repositories', name), { recursive: true });
      return write(name, files);
    },
    answers: (url, status) =>
      until(`${url} answers ${status}`, async () => {
        const answer = await page(url).catch(() => undefined);
        return answer?.status === status;
      }),
    [Symbol.asyncDispose]: () => workstation[Symbol.asyncDispose](),
  };
}
