/** A program's commands as data: help, documentation, manual pages and completion are made of it. */
export type CommandTree = {
  /** The whole: `rdc repo up`. */
  readonly name: string;
  readonly description: string;
  /** As in `[options] -- <docker compose arguments>`, where operands do not say it. */
  readonly usage?: string;
  readonly operands: readonly Operand[];
  readonly options: readonly OptionOf[];
  /** Lines that can be typed, each after `$ `. */
  readonly examples: readonly string[];
  /** None: it is a command, not a group. */
  readonly commands: readonly CommandTree[];
};

export type Operand = {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
};

export type OptionOf = {
  /** `-m, --machine <context>` */
  readonly flags: string;
  readonly names: readonly string[];
  /** Of its value; undefined: it has none. */
  readonly operand?: string;
  readonly description: string;
  readonly preset?: string;
  readonly choices?: readonly string[];
};

/** Commands that do something, with groups taken apart. */
export function leavesOf(tree: CommandTree): CommandTree[] {
  return tree.commands.flatMap((child) => (child.commands.length > 0 ? leavesOf(child) : [child]));
}

/** `<name> [service]` */
export function describeOperands({ usage, operands }: CommandTree): string {
  if (usage !== undefined) return usage;
  return operands
    .map(({ name, isRequired, isVariadic }) => {
      const word = name + (isVariadic ? '…' : '');
      return isRequired ? `<${word}>` : `[${word}]`;
    })
    .join(' ');
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
