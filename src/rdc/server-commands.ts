import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { GROUPS, SERVER_VERBS } from '../core/server-verbs.ts';
import type { ServerVerb } from '../core/verb.ts';

/** What `renet` answers and does on a server, asked from here. */
export function addServerCommands(program: Command, entry: Entry): void {
  const groups = new Map(
    Object.entries(GROUPS).map(([name, about]) => [name, program.command(name).description(about)]),
  );
  for (const verb of SERVER_VERBS) addVerb(groups.get(verb.words[0]) ?? program, verb, entry);
  addOpen(program, entry);
  const cert = groups.get('cert');
  if (cert !== undefined) addMoveCommands(cert, entry);
  const repo = groups.get('repo');
  if (repo !== undefined) addPush(repo, entry);
}

function addVerb(parent: Command, verb: ServerVerb, entry: Entry): void {
  const { words, description, operands = [], operandTexts = {}, options, example = '' } = verb;
  const command = parent
    .command(words.at(-1) ?? '')
    .description(description)
    .requiredOption('-m, --machine <context>', 'the server');
  for (const operand of operands)
    command.argument(operand, operandTexts[operand.replaceAll(/[^\w-]/g, '')] ?? '');
  for (const [flags, meaning, preset] of options) command.option(flags, meaning, preset);
  const shown = `${words.join(' ')} ${example}`.trim();
  const [before, after] = shown.split(' -- ');
  command
    .addHelpText(
      'after',
      `\nExample:\n  $ rdc ${before} -m server-1${after === undefined ? '' : ` -- ${after}`}`,
    )
    .action(async () => {
      await (OWN[words.join(' ')] ?? passOn)(verb, command, entry);
    });
}

type Asking = (verb: ServerVerb, command: Command, entry: Entry) => Promise<void>;

const passOn: Asking = async (verb, command, entry) =>
  (await import('./pass-on.ts')).passOn(verb, command, entry);

/** Questions that are asked from both ends. */
const OWN: Readonly<Record<string, Asking>> = {
  explain: async (_, command, entry) => {
    const { explainFromHere } = await import('./explain.ts');
    await explainFromHere(command.args[0] ?? '', command.opts(), entry);
  },
  doctor: async (_, command, entry) => (await import('./doctor.ts')).examineFromHere(command.opts(), entry),
};

function addOpen(program: Command, entry: Entry): void {
  program
    .command('open')
    .description("shows a server's status page in a browser here, by a tunnel of SSH, until Ctrl-C")
    .requiredOption('-m, --machine <context>', 'the server')
    .option('--port <port>', 'of this machine; 0: any that is free', '7111')
    .option('--no-browser', 'only tells where it is')
    .addHelpText('after', '\nExample:\n  $ rdc open -m server-1')
    .action(async (options: { machine: string; port: string; browser: boolean }) => {
      const { openStatusPage } = await import('./open.ts');
      await openStatusPage(options, entry);
    });
}

function addMoveCommands(cert: Command, entry: Entry): void {
  cert
    .command('export')
    .description('saves all certificates with their keys in a file that nobody else can read')
    .argument('<file>')
    .requiredOption('-m, --machine <context>', 'the server')
    .addHelpText('after', '\nExample:\n  $ rdc cert export certificates.json -m server-1')
    .action(async (file: string, { machine }: { machine: string }) => {
      const { exportCertificates } = await import('./move-certificates.ts');
      await exportCertificates(file, machine, entry);
    });
  cert
    .command('import')
    .description(
      "brings certificates to a server, of this project's or of another Traefik's (acme.json); of each the one that is good for longest stays",
    )
    .argument('<file>')
    .requiredOption('-m, --machine <context>', 'the server')
    .addHelpText('after', '\nExample:\n  $ rdc cert import certificates.json -m server-2')
    .action(async (file: string, { machine }: { machine: string }) => {
      const { importCertificates } = await import('./move-certificates.ts');
      await importCertificates(file, machine, entry);
    });
}

function addPush(repo: Command, entry: Entry): void {
  repo
    .command('push')
    .description(
      'brings the files of a folder into a repository: only what has changed, and never over its data',
    )
    .argument('<folder>')
    .argument('<name>')
    .requiredOption('-m, --machine <context>', 'the server')
    .option('--exclude <pattern...>', 'as in a .gitignore; .rediaccignore in the folder says the same')
    .option('--force', 'overwrites what was changed on the server, and what no push made')
    .option('--dry-run', 'only says what there is to do; exit code 0: nothing, 3: something')
    .addHelpText('after', '\nExample:\n  $ rdc repo push ./my-app my-app -m server-1')
    .action(async (folder: string, name: string, options: PushArguments) => {
      const { pushFolder } = await import('./push-folder.ts');
      await pushFolder(folder, name, { ...options, entry });
    });
}

type PushArguments = {
  readonly machine: string;
  readonly exclude?: string[];
  readonly force?: true;
  readonly dryRun?: true;
};
