// Writes docs/commands.md out of the commands themselves. A test holds it equal: node scripts/command-docs.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Entry } from '../src/core/entry.ts';
import { addRdcCommands } from '../src/rdc/main.ts';
import { addRenetCommands } from '../src/renet/main.ts';
import { addRouterCommands } from '../src/router/main.ts';

export const COMMANDS_PAGE = join(import.meta.dirname, '../docs/commands.md');

const SILENT: Entry = {
  version: '',
  environment: {},
  print: () => {},
  warn: () => {},
  progress: undefined,
  endWith: () => {},
};

function programs(): Command[] {
  const renet = new Command('renet');
  addRenetCommands(renet, SILENT);
  addRouterCommands(renet, SILENT);
  const rdc = new Command('rdc');
  addRdcCommands(rdc, SILENT);
  return [renet, rdc];
}

export function renderCommandDocs(): string {
  return `# Commands

\`renet\` runs on the machine that has the repositories, \`rdc\` on your workstation. Both print what is wrong in one sentence, and
what to do about it, and exit with 0 (done), 1 (something failed), 2 (a mistake that you can mend) or 3 (a dry run found something
to do). \`--verbose\`, before the command, shows where a failure came from.

<!-- Made from the commands by scripts/command-docs.ts. -->
${programs()
  .map((program) => renderProgram(program))
  .join('')}`;
}

function renderProgram(program: Command): string {
  const commands = leaves(program, program.name());
  return `\n## ${program.name()}\n\n${program.description()}\n${renderOptions(program)}${commands.map(renderCommand).join('')}`;
}

type Leaf = { readonly name: string; readonly command: Command };

function leaves(command: Command, name: string): Leaf[] {
  return command.commands.flatMap((child) =>
    child.commands.length > 0
      ? leaves(child, `${name} ${child.name()}`)
      : [{ name: `${name} ${child.name()}`, command: child }],
  );
}

function renderCommand({ name, command }: Leaf): string {
  const words = command.registeredArguments.map((argument) => {
    const word = argument.name() + (argument.variadic ? '…' : '');
    return argument.required ? ` <${word}>` : ` [${word}]`;
  });
  const operands = command.usage().includes('--') ? ` ${command.usage()}` : words.join('');
  const explained = command.registeredArguments
    .filter(({ description }) => description !== '')
    .map((argument) => `- \`${argument.name()}\`: ${argument.description}\n`);
  return `\n### \`${name}${operands}\`\n\n${capital(command.description())}.\n${explained.length > 0 ? `\n${explained.join('')}` : ''}${renderOptions(command)}${renderExample(command)}`;
}

function renderOptions(command: Command): string {
  if (command.options.length === 0) return '';
  const rows = command.options.map(({ flags, description, defaultValue }) => {
    const preset = defaultValue === undefined || defaultValue === '' ? '' : `\`${defaultValue}\``;
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${description.replaceAll('<', '\\<')} | ${preset} |\n`;
  });
  return `\n| option | meaning | default |\n| --- | --- | --- |\n${rows.join('')}`;
}

/** Each command's help has an example; commander keeps it for printing alone. */
function renderExample(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  const example = /Example:\n((?: {2}\$ .*\n?)+)/.exec(text)?.[1] ?? '';
  return example === '' ? '' : `\n\`\`\`console\n${example.replaceAll(/^ {2}/gm, '')}\`\`\`\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

if (import.meta.main) writeFileSync(COMMANDS_PAGE, renderCommandDocs());
