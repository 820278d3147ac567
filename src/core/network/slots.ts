import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';
import { LAST_SLOT } from './subnet.ts';

/** Each service's place in the subnet. A slot once given never changes. */
export type Slots = ReadonlyMap<string, number>;

const slotsFile = z.looseObject({
  services: z.optional(z.record(z.string(), z.looseObject({ slot: z.number() }))),
});

/**
 * Reads the slots of `.rediacc.json`: `{"services": {"api": {"slot": 0}}}`. Other keys are left to whoever wrote them.
 *
 * @param path only for the sentence of a refusal
 */
export function readSlots(text: string, path: string): Slots {
  const file = slotsFile.safeParse(parseStrictly(text, path));
  if (!file.success) {
    const issue = file.error.issues[0];
    throw damaged(path, `${issue?.path.join('.') || 'the whole'} is not as expected: ${issue?.message}`);
  }
  const slots = new Map<string, number>();
  const holder = new Map<number, string>();
  for (const [service, { slot }] of Object.entries(file.data.services ?? {})) {
    if (!Number.isInteger(slot) || slot < 0 || slot > LAST_SLOT) {
      throw damaged(path, `services.${service}.slot is ${slot}, but slots are 0 to ${LAST_SLOT}`);
    }
    const other = holder.get(slot);
    if (other !== undefined)
      throw damaged(path, `the services '${other}' and '${service}' both have slot ${slot}`);
    holder.set(slot, service);
    slots.set(service, slot);
  }
  return slots;
}

function parseStrictly(text: string, path: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { disallowComments: true });
  const error = errors[0];
  if (error === undefined) return value;
  const line = text.slice(0, error.offset).split('\n').length;
  throw damaged(path, `line ${line} is not JSON (${printParseErrorCode(error.error)})`);
}

function damaged(path: string, reason: string): Refusal {
  return new Refusal(
    'slots-damaged',
    `${path}: ${reason}`,
    'Mend the file, or restore it from your version control: the addresses of running services depend on it. It was left as it is.',
  );
}

/** The services that have no slot yet get the lowest free ones, in the order given. */
export function assignSlots(slots: Slots, services: readonly string[]): Slots {
  const assigned = new Map(slots);
  const taken = new Set(slots.values());
  let free = 0;
  for (const service of services) {
    if (assigned.has(service)) continue;
    while (taken.has(free)) free += 1;
    if (free > LAST_SLOT) throw exhausted(service, slots, services);
    assigned.set(service, free);
    taken.add(free);
  }
  return assigned;
}

function exhausted(service: string, slots: Slots, services: readonly string[]): Refusal {
  const unused = [...slots.keys()].filter((name) => !services.includes(name));
  return new Refusal(
    'slots-exhausted',
    `no address is left for the service '${service}': a repository has ${LAST_SLOT + 1}`,
    unused.length > 0
      ? `Slots are held by services that this compose file does not name: ${unused.join(', ')}. Release those that are gone for good: rdc repo release NAME SERVICE -m CONTEXT, or take them out of .rediacc.json.`
      : 'Move some of the services to a repository of their own.',
  );
}
