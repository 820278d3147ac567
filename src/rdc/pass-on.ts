import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import type { ServerVerb } from '../core/verb.ts';
import { requireConfirmed } from '../edges/confirm.ts';
import { readKey } from '../edges/key.ts';
import { askRenet } from './ask-renet.ts';

/** Options that are for rdc alone. */
const OWN = ['machine', 'keyFile'];

/** Has `renet` do on a server what was asked for here. A key goes there by standard input, never as a word of a command. */
export async function passOn(verb: ServerVerb, command: Command, entry: Entry): Promise<void> {
  const { machine, keyFile, yes } = command.opts<{ machine: string; keyFile?: string; yes?: true }>();
  const [name = ''] = command.args;
  const isAsked = verb.loses !== undefined && yes === undefined;
  if (isAsked) await requireConfirmed(verb.loses.replace('NAME', `'${name}'`), name);
  const key = await readKey(keyFile);
  const flags = [
    ...writtenFlags(command),
    ...(isAsked ? ['--yes'] : []),
    ...(key === undefined ? [] : ['--key-file=-']),
  ];
  await askRenet(machine, [...verb.words, ...flags, '--', ...command.args], {
    ...{ entry, terminal: verb.onTerminal === true },
    ...(key === undefined ? {} : { input: key.reveal() }),
  });
}

/** The options that were given, as renet reads them. */
function writtenFlags(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    if (OWN.includes(name) || command.getOptionValueSource(name) === 'default') return [];
    if (value === undefined || value === option.negate) return [];
    const flag = option.long ?? '';
    return typeof value === 'string' ? [`${flag}=${value}`] : [flag];
  });
}
