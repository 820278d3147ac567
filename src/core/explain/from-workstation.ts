import { strangersAmong } from '../dns/check.ts';
import { SERVER_VERBS } from '../server-verbs.ts';
import { shellWord } from '../shell-word.ts';
import { type Cause, cause } from './cause.ts';
import type { Explanation, Followed } from './explanation.ts';

/** A server by its name here, and what OpenSSH connects to. */
export type Machine = { readonly name: string; readonly destination: string };

/** An explanation as it must be told on the workstation: commands are those that can be typed there. */
export function fromWorkstation(explanation: Explanation, machine: Machine): Explanation {
  const { cause: found, ways, ...rest } = explanation;
  const adapt = (one: Cause): Cause => adaptCause(one, machine);
  return {
    ...rest,
    ways: ways.map(({ cause: own, ...way }) => ({
      ...way,
      ...(own === undefined ? {} : { cause: adapt(own) }),
    })),
    ...(found === undefined ? {} : { cause: adapt(found) }),
  };
}

function adaptCause({ fix, ...rest }: Cause, machine: Machine): Cause {
  const named = (text: string): string => text.replaceAll(/\bSERVER\b/g, machine.name);
  const { command } = fix;
  return {
    ...rest,
    fix: {
      ...fix,
      text: named(fix.text),
      ...(command === undefined ? {} : { command: adaptCommand(named(command), machine) }),
    },
  };
}

/** What renet does there rdc can pass on, for the most part; the rest is typed there. */
export function adaptCommand(command: string, { name, destination }: Machine): string {
  if (/^rdc /.test(command)) return command;
  const [, asked] = /^(?:sudo )?renet (.*)$/.exec(command) ?? [];
  const isPassedOn = SERVER_VERBS.some(
    ({ words }) => asked === words.join(' ') || asked?.startsWith(`${words.join(' ')} `),
  );
  if (asked !== undefined && isPassedOn) return `rdc ${asked} -m ${name}`;
  // Root may have no sudo.
  const isOther = /^(?!root@)[^@]+@/.test(destination);
  return `ssh ${shellWord(destination)} ${shellWord(isOther ? command : command.replaceAll('sudo ', ''))}`;
}

/** What was seen from the workstation of a target that answers on the server itself. */
export type OutsideLook = {
  /** By the name servers that the workstation asks; undefined: nobody answers, or it is no name. */
  readonly addresses: readonly string[] | undefined;
  /** Where the server is to be found. */
  readonly wanted: readonly string[];
  /** Why no connection comes about from here; undefined: one does. */
  readonly failure: string | undefined;
};

/** What keeps others out although everything is right on the server. */
export function outsideCause(
  { target }: Followed,
  { addresses, wanted, failure }: OutsideLook,
): Cause | undefined {
  const host = URL.parse(target)?.hostname ?? target;
  const records = wanted.map((one) => `${one.includes(':') ? 'AAAA' : 'A'} ${one}`).join(' and ');
  const fix = { text: `${host} is to have ${records}.`, command: 'rdc dns apply -m SERVER' };
  if (addresses?.length === 0) return cause('dns-missing', `name servers know no address of ${host}`, fix);
  const wrong = strangersAmong(addresses ?? [], wanted);
  if (wrong.length > 0)
    return cause('dns-elsewhere', `${host} leads to ${wrong.join(', ')}, not to ${wanted.join(', ')}`, fix);
  if (failure === undefined) return undefined;
  return cause('outside-closed', `${target} answers on the server itself, but not from here: ${failure}`, {
    text: 'A firewall stands between: that of the server, which the doctor names, or of whoever hosts it.',
    command: 'sudo renet doctor',
  });
}
