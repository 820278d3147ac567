import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { GROUPS, SERVER_VERBS } from '../core/server-verbs.ts';
import type { ServerVerb } from '../core/verb.ts';
import { requireConfirmed } from '../edges/confirm.ts';
import { addCertificateCommands } from './certificates/commands.ts';
import { addIsolationCommands } from './isolation/commands.ts';
import { addInnerCommands } from './repository/commands.ts';
import { addProxyCommands } from './server/commands.ts';
import type { Verb } from './verb.ts';

/** What `rdc -m` passes on, and what only this server's own programs call. */
export function addServerCommands(program: Command, entry: Entry): Readonly<Record<string, Command>> {
  const groups = Object.fromEntries(
    Object.entries(GROUPS).map(([name, about]) => [name, program.command(name).description(about)]),
  );
  for (const verb of SERVER_VERBS) addVerb(groups[verb.words[0]] ?? program, verb, { program, entry });
  const { cert, proxy, repo } = groups;
  if (cert !== undefined) addCertificateCommands(cert, entry);
  if (proxy !== undefined) addProxyCommands(proxy, entry);
  if (repo !== undefined) addInnerCommands(repo, entry);
  addIsolationCommands(program);
  return groups;
}

type Context = { readonly program: Command; readonly entry: Entry };

function addVerb(parent: Command, verb: ServerVerb, { program, entry }: Context): void {
  const { words, description, operands = [], operandTexts = {}, options, example = '', loses } = verb;
  const command = parent.command(words.at(-1) ?? '').description(description);
  for (const operand of operands)
    command.argument(operand, operandTexts[operand.replaceAll(/[^\w-]/g, '')] ?? '');
  for (const [flags, meaning, preset] of options) command.option(flags, meaning, preset);
  command
    .addHelpText('after', `\nExample:\n  $ ${`renet ${words.join(' ')} ${example}`.trim()}`)
    .action(async () => {
      const [name = ''] = command.args;
      if (loses !== undefined && command.opts()['yes'] === undefined)
        await requireConfirmed(loses.replace('NAME', `'${name}'`), name);
      const run = await findVerb(words.join(' '));
      const runDir: string = program.opts()['runDir'];
      await run?.({ operands: command.args, options: command.opts(), runDir }, entry);
    });
}

async function findVerb(name: string): Promise<Verb | undefined> {
  const { QUESTIONS } = await import('./questions.ts');
  const { PROXY_VERBS } = await import('./server/verbs.ts');
  const { CERTIFICATE_VERBS } = await import('./certificates/verbs.ts');
  const { REPOSITORY_VERBS } = await import('./repository/verbs.ts');
  return { ...QUESTIONS, ...PROXY_VERBS, ...CERTIFICATE_VERBS, ...REPOSITORY_VERBS }[name];
}
