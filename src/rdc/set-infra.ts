import type { Entry } from '../core/entry.ts';
import { type Changed, changeSettings, unsetSettings } from '../core/infra/change-settings.ts';
import { type Context, type Contexts, contextOf } from '../core/infra/contexts.ts';
import { SECRET_NAMES, SECRETS, type SecretName } from '../core/infra/secrets.ts';
import type { SettingKey } from '../core/infra/setting.ts';
import { readSshPort, sshSettingsCommand } from '../core/infra/ssh.ts';
import { run } from '../edges/process.ts';
import { changeContexts } from './context.ts';
import { readFiles, readSecrets, type SecretArguments } from './given-files.ts';

export type InfraArguments = { readonly [Key in SettingKey]?: string } & SecretArguments;

/** `rdc context set-infra`: what is not named stays as it is. */
export async function setInfra(name: string, given: InfraArguments, entry: Entry): Promise<void> {
  const secrets = await readSecrets(given, entry);
  const settings = await readFiles(given);
  await changeContext(name, entry, async (context) => {
    const changed = changeSettings(context.infra, settings, await sshPortOf(context.destination));
    const isOther = (one: SecretName): boolean =>
      secrets[one] !== undefined && context.secrets[one]?.reveal() !== secrets[one].reveal();
    const others = SECRET_NAMES.filter(isOther).map((one) => `${SECRETS[one].option}: [set]`);
    return {
      changed: { ...changed, changes: [...changed.changes, ...others] },
      context: { ...context, infra: changed.settings, secrets: { ...context.secrets, ...secrets } },
    };
  });
}

/** `rdc context unset`. */
export async function unsetInfra(name: string, options: readonly string[], entry: Entry): Promise<void> {
  const words = options.map((option) => option.replace(/^--/, ''));
  const isNamed = (one: SecretName): boolean => words.includes(SECRETS[one].option);
  const gone = SECRET_NAMES.filter(isNamed);
  const settings = words.filter((word) => !gone.some((one) => SECRETS[one].option === word));
  await changeContext(name, entry, async (context) => {
    const changed = unsetSettings(context.infra, settings);
    const had = gone.filter((one) => context.secrets[one] !== undefined);
    const kept = Object.entries(context.secrets).filter(([one]) => !had.includes(one as SecretName));
    return {
      changed: {
        ...changed,
        changes: [...changed.changes, ...had.map((one) => `${SECRETS[one].option}: [set] -> -`)],
      },
      context: { ...context, infra: changed.settings, secrets: Object.fromEntries(kept) },
    };
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
