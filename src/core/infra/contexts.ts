import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';

/** One server as `rdc` knows it. */
export type Context = {
  /** What OpenSSH is asked to connect to: a host, `user@host`, or an alias of `~/.ssh/config`. */
  readonly destination: string;
};

export type Contexts = ReadonlyMap<string, Context>;

const NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
const contextsFile = z.object({
  contexts: z.record(
    z.string().check(z.regex(NAME)),
    z.object({ destination: z.string().check(z.minLength(1)) }),
  ),
});

/**
 * Reads rdc's configuration file: `{"contexts": {"server-1": {"destination": "root@203.0.113.50"}}}`.
 *
 * @param path only for the sentence of a refusal
 */
export function readContexts(text: string, path: string): Contexts {
  const parsed = contextsFile.safeParse(parseJson(text));
  if (parsed.success) return new Map(Object.entries(parsed.data.contexts));
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

export function writeContexts(contexts: Contexts): string {
  const sorted = [...contexts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ contexts: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** The contexts with one more, or another one under its name. */
export function addContext(contexts: Contexts, name: string, destination: string): Contexts {
  if (!NAME.test(name)) {
    throw new Refusal(
      'context-invalid',
      `'${name}' cannot be the name of a context: those are letters, digits, '.', '_' and '-'`,
      'Choose another name.',
    );
  }
  // A word that begins with a dash would be taken for an option by ssh.
  if (destination === '' || destination.startsWith('-') || /\s/.test(destination)) {
    throw new Refusal(
      'context-invalid',
      `'${destination}' is no SSH destination`,
      'Name a host, user@host, or an alias of ~/.ssh/config.',
    );
  }
  return new Map(contexts).set(name, { destination });
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
