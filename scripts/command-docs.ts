// Writes docs/commands.md out of the commands themselves. A test holds it equal: node scripts/command-docs.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { commandTree } from '../bin/command-tree.ts';
import { addRdcProgram } from '../bin/rdc-program.ts';
import { addRenetProgram } from '../bin/renet-program.ts';
import { renderMarkdown } from '../src/core/commands/markdown.ts';
import type { CommandTree } from '../src/core/commands/tree.ts';
import type { Entry } from '../src/core/entry.ts';

export const COMMANDS_PAGE = join(import.meta.dirname, '../docs/commands.md');

const SILENT: Entry = {
  version: '',
  environment: {},
  print: () => {},
  warn: () => {},
  progress: undefined,
  endWith: () => {},
};

export function programs(): CommandTree[] {
  const renet = new Command('renet');
  addRenetProgram(renet, SILENT);
  const rdc = new Command('rdc');
  addRdcProgram(rdc, SILENT);
  return [renet, rdc].map((program) => commandTree(program));
}

export function renderCommandDocs(): string {
  return `# Commands

\`renet\` runs on the machine that has the repositories, \`rdc\` on your workstation. Both print what is wrong in one sentence, and
what to do about it, and exit with 0 (done), 1 (something failed), 2 (a mistake that you can mend) or 3 (a dry run found something
to do). \`--verbose\`, before the command, shows where a failure came from.

<!-- Made from the commands by scripts/command-docs.ts. -->
${programs().map(renderMarkdown).join('')}`;
}

if (import.meta.main) writeFileSync(COMMANDS_PAGE, renderCommandDocs());
