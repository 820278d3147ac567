import { type CommandTree, capital, describeOperands, leavesOf, type OptionOf } from './tree.ts';

/** A program's section of docs/commands.md. */
export function renderMarkdown(program: CommandTree): string {
  const { name, description, options } = program;
  return `\n## ${name}\n\n${description}\n${renderOptions(options)}${leavesOf(program).map(renderCommand).join('')}`;
}

function renderCommand(command: CommandTree): string {
  const { name, description, operands, options, examples } = command;
  const words = describeOperands(command);
  const explained = operands
    .filter((one) => one.description !== '')
    .map((one) => `- \`${one.name}\`: ${one.description}\n`);
  const example =
    examples.length === 0 ? '' : `\n\`\`\`console\n${examples.map((one) => `$ ${one}\n`).join('')}\`\`\`\n`;
  return `\n### \`${name}${words === '' ? '' : ` ${words}`}\`\n\n${capital(description)}.\n${explained.length > 0 ? `\n${explained.join('')}` : ''}${renderOptions(options)}${example}`;
}

function renderOptions(options: readonly OptionOf[]): string {
  if (options.length === 0) return '';
  const rows = options.map(({ flags, description, preset = '' }) => {
    const shown = preset === '' ? '' : `\`${preset}\``;
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${description.replaceAll('<', '\\<')} | ${shown} |\n`;
  });
  return `\n| option | meaning | default |\n| --- | --- | --- |\n${rows.join('')}`;
}
