import * as z from 'zod/mini';
import { Secret } from '../secret.ts';
import { PLACES } from './places.ts';

export type SecretName = 'cfDnsToken' | 'dnsVariables';

/** Secrets of a server. */
export type Secrets<T = Secret> = { readonly [Name in SecretName]?: T };

/** Those that a server is to have; `kept`: the one that it has. */
export type KeptSecrets = Secrets<Secret | 'kept'>;

/** How the command line calls each, without the dashes, and the name of its file on a server. */
export const SECRETS: Readonly<Record<SecretName, { readonly option: string; readonly file: string }>> = {
  cfDnsToken: { option: 'cf-dns-token', file: 'cf-dns-token' },
  dnsVariables: { option: 'dns-variables', file: 'dns-variables' },
};

export const SECRET_NAMES = Object.keys(SECRETS) as SecretName[];

export function secretPath(name: SecretName): string {
  return `${PLACES.secrets}/${SECRETS[name].file}`;
}

/** As they are written in files and requests. */
export const secretsShape = z.partial(z.object({ cfDnsToken: z.string(), dnsVariables: z.string() }));

export function hideSecrets(revealed: z.infer<typeof secretsShape>): Secrets {
  return mapSecrets(revealed, (text) => new Secret(text));
}

export function revealSecrets(secrets: Secrets): Secrets<string> {
  return mapSecrets(secrets, (secret) => secret.reveal());
}

/** Those that there are, each as something else. */
export function mapSecrets<T, U>(
  secrets: { readonly [Name in SecretName]?: T | undefined },
  change: (secret: T, name: SecretName) => U,
): Secrets<U> {
  return Object.fromEntries(
    SECRET_NAMES.flatMap((name) => {
      const secret = secrets[name];
      return secret === undefined ? [] : [[name, change(secret, name)]];
    }),
  );
}
