import { setTimeout as sleep } from 'node:timers/promises';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { Finished } from '../../src/edges/process.ts';

/** Ports of the machine itself; the last is one that the operator lets repositories reach. */
export const HOST_PORT = 7711;
export const HOST_PORT6 = 7712;
export const EXCEPTION = 7719;

/** A machine with repositories on it, on which the cases are tried. */
export type Machine = {
  /** Of the repositories, three at least. */
  readonly ids: readonly [number, number, number, ...number[]];
  /** `docker` of a repository; says how it ended. */
  readonly docker: (id: number, ...args: string[]) => Promise<Finished>;
  /** Builds an image out of a Dockerfile, with probe.pl beside it; what the build has printed. */
  readonly build: (how: { id: number; builder: Builder }, dockerfile: string) => Promise<string>;
  /** A command on the machine itself, as root. */
  readonly host: (...argv: [string, ...string[]]) => Promise<string>;
  /** A page that the machine gets; empty when there is none. */
  readonly get: (url: string) => Promise<string>;
  /** A command as root that goes on until the machine ends. */
  readonly serve: (...argv: [string, ...string[]]) => Promise<void>;
  /** A command on another machine. */
  readonly outside: (...argv: [string, ...string[]]) => Promise<string>;
  /** The machine's addresses in the network that both are in, and the other's. */
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  readonly other: { readonly ipv4: string; readonly ipv6: string };
  /** Where probe.pl is, there and on the other machine. */
  readonly probe: string;
  readonly probeOutside: string;
  /** An image with Perl and nginx in it, and one of busybox. */
  readonly image: string;
  /** Cgroups that are none of the first repository's, as `docker run --cgroup-parent` takes them. */
  readonly foreignCgroups: readonly string[];
};

/** BuildKit calls runc by itself; the classic builder makes containers as everybody does. */
export type Builder = 'buildkit' | 'classic';

/** What was tried, and whether it came out as it is to. */
export type Case = {
  readonly group: 'refused' | 'allowed' | 'unheard' | 'unchanged';
  readonly name: string;
  readonly passed: boolean;
  /** What there was to see. */
  readonly seen: string;
};

/** Containers and probes on a machine, and the cases that came of them. */
export class Trial {
  readonly machine: Machine;
  readonly cases: Case[] = [];
  readonly #started: { id: number; name: string }[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
  }

  refused(name: string, passed: boolean, seen: string): void {
    this.#record({ group: 'refused', name, passed, seen });
  }

  allowed(name: string, passed: boolean, seen: string): void {
    this.#record({ group: 'allowed', name, passed, seen });
  }

  unheard(name: string, passed: boolean, seen: string): void {
    this.#record({ group: 'unheard', name, passed, seen });
  }

  unchanged(name: string, passed: boolean, seen: string): void {
    this.#record({ group: 'unchanged', name, passed, seen });
  }

  #record(one: Case): void {
    this.cases.push({ ...one, seen: one.seen.replaceAll('\n', ' // ').slice(0, 300) });
  }

  /** A container of the host's network, with probe.pl in it; `slot` is its address, if it is to have one. */
  async run(id: number, name: string, { slot, options = [], command, image }: RunOptions): Promise<Finished> {
    const address = slot === undefined ? [] : ['--env', `SERVICE_IP=${serviceAddress(id, slot)}`];
    const { probe } = this.machine;
    const all = ['run', '--detach', '--name', name, '--network', 'host', '--volume', `${probe}:/probe.pl:ro`];
    this.#started.push({ id, name });
    return this.machine.docker(id, ...all, ...address, ...options, image ?? this.machine.image, ...command);
  }

  /** The same, with probe.pl listening; resolves when it does. */
  async listen(id: number, name: string, options: ListenOptions): Promise<void> {
    const { tag, specs } = options;
    const command = ['perl', '/probe.pl', 'serve', tag, ...specs];
    const { code, stderr } = await this.run(id, name, { ...options, command });
    if (code !== 0) throw new Error(stderr);
    await this.until(async () => (await this.logs(id, name)).split('\n').length >= specs.length);
  }

  async until(isTrue: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 20_000;
    while (!(await isTrue())) {
      if (Date.now() > end) throw new Error(`not within 20 s: ${isTrue}`);
      await sleep(20);
    }
  }

  async logs(id: number, name: string): Promise<string> {
    const { stdout, stderr } = await this.machine.docker(id, 'logs', name);
    return `${stdout}${stderr}`.trim();
  }

  /** What probe.pl says when it asks from within a container. */
  async ask(id: number, name: string, ...question: Question): Promise<string> {
    return this.exec(id, [name], 'perl', '/probe.pl', 'ask', ...question);
  }

  /** The same for many at once: one `docker exec` for all of them. */
  async askAll(id: number, name: string, questions: readonly Question[]): Promise<string[]> {
    return answersTo(questions, (words) => this.exec(id, [name], 'perl', '/probe.pl', 'ask', ...words));
  }

  async exec(id: number, container: readonly string[], ...command: string[]): Promise<string> {
    const { stdout, stderr } = await this.machine.docker(id, 'exec', ...container, ...command);
    return `${stdout}${stderr}`.trim();
  }

  askFromHost(...question: Question): Promise<string> {
    return this.machine.host('perl', this.machine.probe, 'ask', ...question);
  }

  askAllFromHost(questions: readonly Question[]): Promise<string[]> {
    return answersTo(questions, (words) => this.machine.host('perl', this.machine.probe, 'ask', ...words));
  }

  askAllFromOutside(questions: readonly Question[]): Promise<string[]> {
    const { outside, probeOutside } = this.machine;
    return answersTo(questions, (words) => outside('perl', probeOutside, 'ask', ...words));
  }

  async remove(id: number, ...names: string[]): Promise<void> {
    await this.machine.docker(id, 'rm', '--force', ...names);
  }

  async removeAll(): Promise<void> {
    for (const id of this.machine.ids) {
      const names = this.#started.filter((one) => one.id === id).map(({ name }) => name);
      if (names.length > 0) await this.remove(id, ...new Set(names));
    }
  }
}

/** KIND ADDRESS:PORT [FROM], as probe.pl takes it. */
export type Question = readonly [kind: string, target: string, ...from: string[]];

/** When there is not a line for each of them, all that was said is the answer to every one. */
async function answersTo(
  questions: readonly Question[],
  ask: (words: readonly string[]) => Promise<string>,
): Promise<string[]> {
  const words = questions.flatMap((question, n) => [...(n === 0 ? [] : [',']), ...question]);
  const said = await ask(words);
  const lines = said.split('\n');
  return questions.map((_, n) => (lines.length === questions.length ? (lines[n] ?? '') : said));
}

export type RunOptions = {
  readonly slot?: number;
  readonly options?: readonly string[];
  readonly command: readonly string[];
  readonly image?: string;
};

export type ListenOptions = Omit<RunOptions, 'command'> & {
  readonly tag: string;
  readonly specs: readonly string[];
};
