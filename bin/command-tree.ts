import type { Argument, Command, Option } from 'commander';
import type { CommandTree, Operand, OptionOf } from '../src/core/commands/tree.ts';

/** A program as commander has it, as data. Commands that are not shown are left out. */
export function commandTree(command: Command, name = command.name()): CommandTree {
  const help = command.createHelp();
  const shown = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  return {
    name,
    description: command.description(),
    ...(command.usage().includes('--') ? { usage: command.usage() } : {}),
    operands: command.registeredArguments.map(operandOf),
    options: command.options.map(optionOf),
    examples: examplesOf(command),
    commands: shown.map((child) => commandTree(child, `${name} ${child.name()}`)),
  };
}

function operandOf(argument: Argument): Operand {
  const { description, required: isRequired, variadic: isVariadic } = argument;
  return { name: argument.name(), description, isRequired, isVariadic };
}

function optionOf({ flags, short, long, description, defaultValue, argChoices }: Option): OptionOf {
  const [, operand] = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags) ?? [];
  return {
    flags,
    names: [short, long].filter((one) => one !== undefined && one !== null),
    ...(operand === undefined ? {} : { operand }),
    description,
    ...(defaultValue === undefined || defaultValue === '' ? {} : { preset: String(defaultValue) }),
    ...(argChoices === undefined ? {} : { choices: argChoices }),
  };
}

/** Each command's help has an example; commander keeps it for printing alone. */
function examplesOf(command: Command): string[] {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(before);
  const shown = /Example:\n((?: {2}\$ .*\n?)+)/.exec(text)?.[1] ?? '';
  return [...shown.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line);
}
