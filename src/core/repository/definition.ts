import * as z from 'zod/mini';
import { readNetworkId } from '../network/subnet.ts';
import { Refusal } from '../refusal.ts';
import type { Filesystem } from './image.ts';
import type { Permissions } from './permissions.ts';

/** A repository that exists on a server, up or not, as `<repositories>/<network id>.json` says it. */
export type Definition = {
  readonly networkId: number;
  readonly name: string;
  readonly storage: Storage;
  /** `creating` and `deleting`: that was begun, and has not come to its end. */
  readonly state: 'creating' | 'ready' | 'deleting';
  /** What the operator has asked for last. */
  readonly wanted: 'up' | 'down';
  /** What was begun last, and has not come to its end. */
  readonly unfinished?: 'up' | 'down' | undefined;
  /** Whether it comes up with the machine, when it is wanted. */
  readonly autostart: boolean;
  /** What its compose files may ask for that leads out of it. */
  readonly permissions?: Permissions | undefined;
};

/** Where its files and those of its daemon lie: in a plain folder, or in a file system of its own in an image file. */
export type Storage =
  | { readonly kind: 'folder' }
  | { readonly kind: 'image'; readonly filesystem: Filesystem; readonly encrypted: boolean };

const definition = z.object({
  networkId: z.number(),
  name: z.string(),
  storage: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('folder') }),
    z.object({ kind: z.literal('image'), filesystem: z.enum(['ext4', 'btrfs']), encrypted: z.boolean() }),
  ]),
  state: z.enum(['creating', 'ready', 'deleting']),
  wanted: z.enum(['up', 'down']),
  unfinished: z.optional(z.enum(['up', 'down'])),
  autostart: z.boolean(),
  permissions: z.optional(z.array(z.string())),
});

/** @param path only for the sentence of a refusal */
export function readDefinition(text: string, path: string): Definition {
  try {
    return z.parse(definition, JSON.parse(text));
  } catch {
    throw new Refusal(
      'repository-damaged',
      `${path} is damaged: it is not as renet writes it`,
      'Mend it: the repository is the image or the folder beside it. Nothing was changed.',
    );
  }
}

export function writeDefinition(one: Definition): string {
  return `${JSON.stringify(one, null, 2)}\n`;
}

/** The network ids that files in the folder of repositories speak of: a definition, an image, or a folder that is left. */
export function idsOfFiles(names: readonly string[]): number[] {
  return names.flatMap((name) => {
    const digits = /^(\d+)(\.json|\.img)?$/.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A repository's name is also Compose's project name, and may not look like a network id. */
export function requireRepositoryName(name: string): void {
  if (NAME.test(name) && !/^\d+$/.test(name)) return;
  throw new Refusal(
    'repository-name-invalid',
    `'${name}' cannot be the name of a repository: those are small letters, digits and '-', at most 63, and not digits alone`,
    'Choose another name, as in my-app.',
  );
}

/** The repository that a name or a network id stands for. */
export function findDefinition(all: readonly Definition[], name: string): Definition {
  const found = all.find((one) => one.name === name || String(one.networkId) === name);
  if (found !== undefined) return found;
  if (/^\d+$/.test(name)) readNetworkId(name);
  const names = all.map((one) => one.name).join(', ') || 'none';
  throw new Refusal(
    'repository-unknown',
    `there is no repository '${name}' on this server; there is ${names}`,
    `Make it: rdc repo create ${name} -m CONTEXT.`,
  );
}

/** A repository that can be worked with. */
export function requireReady(one: Definition): Definition {
  if (one.state === 'ready') return one;
  const [what, verb] = one.state === 'creating' ? ['creation', 'create'] : ['deletion', 'delete'];
  throw new Refusal(
    'repository-unfinished',
    `the ${what} of '${one.name}' was cut off`,
    `Complete it: repo ${verb} ${one.name}.`,
  );
}
