import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Entry } from '../core/entry.ts';
import { type Changed, changeSettings, unsetSettings } from '../core/infra/change-settings.ts';
import { type Context, type Contexts, contextOf } from '../core/infra/contexts.ts';
import type { SettingKey } from '../core/infra/settings.ts';
import { readSshPort, sshSettingsCommand } from '../core/infra/ssh.ts';
import { Refusal } from '../core/refusal.ts';
import { Secret } from '../core/secret.ts';
import { run } from '../edges/process.ts';
import { changeContexts } from './context.ts';

export type InfraArguments = { readonly [Key in SettingKey]?: string } & {
  readonly cfDnsToken?: string;
  readonly cfDnsTokenFile?: string;
};

const TOKEN = 'cf-dns-token';

/** `rdc context set-infra`: what is not named stays as it is. */
export async function setInfra(name: string, given: InfraArguments, entry: Entry): Promise<void> {
  const token = await readToken(given, entry);
  const { cfDnsToken: _, cfDnsTokenFile: __, ...settings } = given;
  await changeContext(name, entry, async (context) => {
    const changed = changeSettings(context.infra, settings, await sshPortOf(context.destination));
    if (token === undefined) return { changed, context: { ...context, infra: changed.settings } };
    const isOther = context.cfDnsToken?.reveal() !== token.reveal();
    const changes = isOther ? [...changed.changes, `${TOKEN}: [set]`] : changed.changes;
    return {
      changed: { ...changed, changes },
      context: { ...context, infra: changed.settings, cfDnsToken: token },
    };
  });
}

/** `rdc context unset`. */
export async function unsetInfra(name: string, options: readonly string[], entry: Entry): Promise<void> {
  await changeContext(name, entry, async (context) => {
    const isToken = (option: string): boolean => option.replace(/^--/, '') === TOKEN;
    const changed = unsetSettings(
      context.infra,
      options.filter((option) => !isToken(option)),
    );
    if (!options.some(isToken) || context.cfDnsToken === undefined)
      return { changed, context: { ...context, infra: changed.settings } };
    const { cfDnsToken: _, ...rest } = context;
    const changes = [...changed.changes, `${TOKEN}: [set] -> -`];
    return { changed: { ...changed, changes }, context: { ...rest, infra: changed.settings } };
  });
}

type ContextChange = { readonly changed: Changed; readonly context: Context };

async function changeContext(
  name: string,
  { environment, print, warn }: Entry,
  change: (context: Context) => Promise<ContextChange>,
): Promise<void> {
  await changeContexts(environment, async (contexts: Contexts) => {
    const { changed, context } = await change(contextOf(contexts, name));
    for (const warning of changed.warnings) warn(`warning: ${warning}`);
    for (const line of changed.changes) print(line);
    print(
      changed.changes.length === 0
        ? 'nothing has changed'
        : `Bring it to the server: rdc context push-infra ${name}`,
    );
    return new Map(contexts).set(name, context);
  });
}

/** Where OpenSSH would connect to; unknown where there is none. */
async function sshPortOf(destination: string): Promise<number | undefined> {
  const { stdout } = await run(sshSettingsCommand(destination)).catch(() => ({ stdout: '' }));
  return readSshPort(stdout);
}

async function readToken(
  { cfDnsToken, cfDnsTokenFile }: InfraArguments,
  { warn }: Entry,
): Promise<Secret | undefined> {
  if (cfDnsToken !== undefined && cfDnsTokenFile !== undefined)
    throw new Refusal(
      'token-invalid',
      'there are --cf-dns-token and --cf-dns-token-file',
      'Use one of the two.',
    );
  if (cfDnsToken !== undefined && cfDnsToken !== '-') {
    warn(
      "warning: the token is in your shell's history now. Next time: --cf-dns-token-file FILE, or - to type it in",
    );
    return checkToken(cfDnsToken);
  }
  const file = cfDnsToken === '-' ? '-' : cfDnsTokenFile;
  if (file === undefined) return undefined;
  return checkToken(file === '-' ? await readAll(process.stdin) : await readTokenFile(file));
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new Refusal(
      'token-invalid',
      `--cf-dns-token-file '${file}' cannot be read: ${message}`,
      'Name another.',
    );
  }
}

/** Cloudflare's tokens are letters, digits, '_' and '-'. What is none is not repeated: it may be another secret. */
function checkToken(text: string): Secret {
  const token = text.trim();
  if (/^[A-Za-z0-9_-]{20,200}$/.test(token)) return new Secret(token);
  throw new Refusal(
    'token-invalid',
    `that is no API token of Cloudflare (${token.length} characters; 40 letters, digits, '_' and '-' are expected)`,
    'Make one with the permission Zone / DNS / Edit: dash.cloudflare.com/profile/api-tokens.',
  );
}
