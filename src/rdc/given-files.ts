import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Entry } from '../core/entry.ts';
import { readVariables } from '../core/infra/certificate-values.ts';
import type { Secrets } from '../core/infra/secrets.ts';
import type { SettingKey } from '../core/infra/setting.ts';
import { SETTINGS } from '../core/infra/settings.ts';
import { Refusal } from '../core/refusal.ts';
import { Secret } from '../core/secret.ts';

/** Options of `set-infra` for secrets. */
export type SecretArguments = {
  readonly cfDnsToken?: string;
  readonly cfDnsTokenFile?: string;
  readonly dnsVariablesFile?: string;
};

type GivenSettings = { readonly [Key in SettingKey]?: string };

/** Settings as they were given, those that name files with what stands in them. */
export async function readFiles(given: GivenSettings): Promise<GivenSettings> {
  const named = SETTINGS.filter(({ key, isFile }) => isFile && given[key] !== undefined);
  const read = named.map(async ({ key, option }) => {
    const text = await readGiven(given[key] ?? '', option, 'setting-invalid');
    return [key, text] as const;
  });
  return { ...given, ...Object.fromEntries(await Promise.all(read)) };
}

export async function readSecrets(given: SecretArguments, entry: Entry): Promise<Secrets> {
  const [token, variables] = [await readToken(given, entry), given.dnsVariablesFile];
  const option = '--dns-variables-file';
  const text = variables === undefined ? undefined : await readGiven(variables, option, 'variables-invalid');
  return {
    ...(token === undefined ? {} : { cfDnsToken: token }),
    ...(text === undefined ? {} : { dnsVariables: new Secret(readVariables(text, option)) }),
  };
}

/** @param file of which `-` is standard input */
async function readGiven(
  file: string,
  option: string,
  code: 'setting-invalid' | 'token-invalid' | 'variables-invalid',
): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal(
      code,
      `${option} '${file}' cannot be read: ${(error as Error).message}`,
      'Name another.',
    );
  }
}

async function readToken(
  { cfDnsToken, cfDnsTokenFile }: SecretArguments,
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
  return checkToken(await readGiven(file, '--cf-dns-token-file', 'token-invalid'));
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
