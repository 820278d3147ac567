import { Refusal } from '../refusal.ts';
import { SECRETS } from './secrets.ts';
import type { InfraSettings, Setting, SettingKey } from './setting.ts';
import { SETTINGS, settingOf } from './settings.ts';

export type Changed = {
  readonly settings: InfraSettings;
  readonly changes: readonly string[];
  readonly warnings: readonly string[];
};

/**
 * Settings with some changed; what is not named stays.
 *
 * @param given texts of the command line
 * @param sshPort where the server's sshd listens, which no entrypoint can have
 * @throws Refusal for the first that cannot be; nothing is changed then
 */
export function changeSettings(
  before: InfraSettings,
  given: { readonly [Key in SettingKey]?: string | undefined },
  sshPort?: number,
): Changed {
  const warnings: string[] = [];
  const settings: { [Key in SettingKey]?: string } = { ...before };
  for (const { key, option, read } of SETTINGS) {
    const text = given[key];
    if (text === undefined) continue;
    const value = read(text.trim(), option, { before, ...(sshPort === undefined ? {} : { sshPort }) });
    if (value.warning !== undefined) warnings.push(value.warning);
    settings[key] = value.text;
  }
  return { settings, changes: describeChanges(before, settings), warnings };
}

/** Settings without some, which are then as if nothing had ever been said of them. */
export function unsetSettings(before: InfraSettings, options: readonly string[]): Changed {
  const keys = options.map(keyOfOption);
  const kept = Object.entries(before).filter(([key]) => !keys.includes(key as SettingKey));
  const settings: InfraSettings = Object.fromEntries(kept);
  return { settings, changes: describeChanges(before, settings), warnings: [] };
}

function keyOfOption(option: string): SettingKey {
  const name = option.replace(/^--/, '');
  const setting = SETTINGS.find((one) => one.option === `--${name}`);
  if (setting !== undefined) return setting.key;
  throw new Refusal(
    'setting-unknown',
    `there is no setting '${name}'`,
    `There is ${[...SETTINGS.map((one) => one.option.slice(2)), ...Object.values(SECRETS).map(({ option }) => option)].join(', ')}.`,
  );
}

/** Each setting that is another now, as `tcp-ports: 25 -> 25,143`. */
export function describeChanges(before: InfraSettings, after: InfraSettings): string[] {
  return SETTINGS.filter(({ key }) => settingOf(before, key) !== settingOf(after, key)).map(
    (setting) => `${setting.option.slice(2)}: ${shown(setting, before)} -> ${shown(setting, after)}`,
  );
}

function shown({ key, isFile }: Setting, settings: InfraSettings): string {
  const text = settingOf(settings, key);
  return text === '' ? '-' : isFile ? '[set]' : text;
}
