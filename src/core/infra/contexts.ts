import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';
import { readSettings } from './infra-file.ts';
import { hideSecrets, revealSecrets, type Secrets, secretsShape } from './secrets.ts';
import type { InfraSettings } from './setting.ts';

/** One server as `rdc` knows it. */
export type Context = {
  /** What OpenSSH is asked to connect to: a host, `user@host`, or an alias of `~/.ssh/config`. */
  readonly destination: string;
  readonly infra: InfraSettings;
  readonly secrets: Secrets;
};

export type Contexts = ReadonlyMap<string, Context>;

const NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
const contextsFile = z.object({
  contexts: z.record(
    z.string().check(z.regex(NAME)),
    z.object({
      destination: z.string().check(z.minLength(1)),
      infra: z.optional(z.record(z.string(), z.string())),
      secrets: z.optional(secretsShape),
    }),
  ),
});

/**
 * Reads rdc's configuration file: `{"contexts": {"server-1": {"destination": "root@203.0.113.50"}}}`.
 *
 * @param path only for the sentence of a refusal
 */
export function readContexts(text: string, path: string): Contexts {
  const parsed = contextsFile.safeParse(parseJson(text));
  if (parsed.success) {
    return new Map(
      Object.entries(parsed.data.contexts).map(([name, { destination, infra = {}, secrets = {} }]) => [
        name,
        { destination, infra: readSettings(infra), secrets: hideSecrets(secrets) },
      ]),
    );
  }
  const where = parsed.error.issues[0]?.path.join('.') || 'all of it';
  throw new Refusal(
    'contexts-damaged',
    `${path} is damaged: ${where} is not as rdc writes it`,
    'Mend it, or remove it and add the contexts again. It was left as it is.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The file, secrets included: it is for its owner's eyes. */
export function writeContexts(contexts: Contexts): string {
  const sorted = [...contexts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { destination, infra, secrets }]) => [
      name,
      {
        destination,
        ...(Object.keys(infra).length === 0 ? {} : { infra }),
        ...(Object.keys(secrets).length === 0 ? {} : { secrets: revealSecrets(secrets) }),
      },
    ]);
  return `${JSON.stringify({ contexts: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** The contexts with one more, or with another destination of one. */
export function addContext(contexts: Contexts, name: string, destination: string): Contexts {
  requireName(name);
  // A word that begins with a dash would be taken for an option by ssh.
  if (destination === '' || destination.startsWith('-') || /\s/.test(destination)) {
    throw new Refusal(
      'context-invalid',
      `'${destination}' is no SSH destination`,
      'Name a host, user@host, or an alias of ~/.ssh/config.',
    );
  }
  return new Map(contexts).set(name, { ...contextOf(contexts, name), destination });
}

function requireName(name: string): void {
  if (NAME.test(name)) return;
  throw new Refusal(
    'context-invalid',
    `'${name}' cannot be the name of a context: those are letters, digits, '.', '_' and '-'`,
    'Choose another name.',
  );
}

/** A context, or what one is that was never added: an alias of `~/.ssh/config` needs no more. */
export function contextOf(contexts: Contexts, name: string): Context {
  requireName(name);
  return contexts.get(name) ?? { destination: name, infra: {}, secrets: {} };
}

export function removeContext(contexts: Contexts, name: string): Contexts {
  requireContext(contexts, name);
  return new Map([...contexts].filter(([one]) => one !== name));
}

export function requireContext(contexts: Contexts, name: string): Context {
  const context = contexts.get(name);
  if (context !== undefined) return context;
  const known = [...contexts.keys()].join(', ') || 'none';
  throw new Refusal(
    'context-unknown',
    `there is no context '${name}'; there is ${known}`,
    `Add it: rdc context add ${name} user@host.`,
  );
}
