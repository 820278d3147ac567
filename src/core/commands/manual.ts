import { type CommandTree, capital, describeOperands, leavesOf, type OptionOf } from './tree.ts';

/** What stands in a manual page beside the commands. */
export type Manual = {
  readonly version: string;
  readonly files: readonly (readonly [path: string, what: string])[];
  readonly seeAlso: readonly string[];
};

const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'something failed, or is not as it should be'],
  ['2', 'a mistake that you can mend; nothing was changed'],
  ['3', 'a dry run found something to do'],
] as const;

/** A manual page of section 1, for man(1) (man(7)). */
export function renderManual(program: CommandTree, { version, files, seeAlso }: Manual): string {
  const { name, description } = program;
  return [
    `.TH ${name.toUpperCase()} 1 "" "rediacc ${version}" "User Commands"`,
    '.SH NAME',
    `${name} \\- ${plain(description.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${name}`,
    '.RI [ options ]\n.I command\n.RI [ arguments ]',
    '.SH DESCRIPTION',
    text(description),
    '.SH OPTIONS',
    ...program.options.flatMap(renderOption),
    '.SH COMMANDS',
    ...leavesOf(program).flatMap(renderCommand),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, what]) => ['.TP', `.B ${code}`, text(what)]),
    '.SH FILES',
    ...files.flatMap(([path, what]) => ['.TP', `.I ${plain(path)}`, text(what)]),
    '.SH SEE ALSO',
    seeAlso.map((one) => `.BR ${one.replace('(', ' (')}`).join(' ,\n'),
    '',
  ].join('\n');
}

function renderCommand(command: CommandTree): string[] {
  const words = describeOperands(command);
  return [
    `.SS "${plain(`${command.name}${words === '' ? '' : ` ${words}`}`)}"`,
    text(`${capital(command.description)}.`),
    ...command.operands
      .filter(({ description }) => description !== '')
      .flatMap(({ name, description }) => ['.TP', `.I ${plain(name)}`, text(description)]),
    ...command.options.flatMap(renderOption),
    ...(command.examples.length === 0
      ? []
      : ['.PP', '.EX', ...command.examples.map((one) => text(`$ ${one}`)), '.EE']),
  ];
}

function renderOption({ flags, description, preset = '' }: OptionOf): string[] {
  const shown = preset === '' ? '' : ` (default: ${preset})`;
  return ['.TP', `.B "${plain(flags)}"`, text(`${description}${shown}`)];
}

/** No line may begin with what is a request to groff. */
function text(words: string): string {
  return plain(words).replaceAll(/^([.'])/gm, '\\&$1');
}

function plain(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('-', '\\-')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('…', '...');
}
