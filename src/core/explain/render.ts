import type { Cause, Edit, Fix } from './cause.ts';
import type { Explanation, Followed } from './explanation.ts';

/** For people: the way, up to the first thing that is wrong, and what to do. */
export function renderExplanation({ ways, cause }: Explanation): string[] {
  const shown = cause === undefined ? ways : ways.filter((one) => one.cause !== undefined).slice(0, 1);
  return [
    ...shown.flatMap((one, i) => [...(i === 0 ? [] : ['']), ...renderWay(one)]),
    ...(cause === undefined ? [] : renderCause(cause)),
    ...(cause === undefined ? ['reachable: nothing is wrong on the way'] : []),
  ];
}

function renderWay({ target, stations }: Followed): string[] {
  const width = Math.max(0, ...stations.map(({ name }) => name.length));
  return [target, ...stations.map(({ name, said }) => `  ok     ${name.padEnd(width)}  ${said}`)];
}

function renderCause({ code, why, fix, lines = [] }: Cause): string[] {
  return [`  wrong  ${why} [${code}]`, ...lines.map((line) => `         | ${line}`), '', ...renderFix(fix)];
}

export function renderFix({ text, edit, command }: Fix): string[] {
  return [
    `fix: ${text}`,
    ...(edit === undefined ? [] : renderEdit(edit)),
    ...(command === undefined ? [] : [`  $ ${command}`]),
  ];
}

function renderEdit({ file, line, service, changes }: Edit): string[] {
  const where = line === undefined ? file : `${file}:${line}`;
  return [
    `  in ${where}, service ${service}:`,
    ...changes.map(({ at, value }) => {
      const key = at.join(': ');
      return value === undefined
        ? `    remove  ${key}`
        : `    ${key}: ${/^[[{]/.test(value) && at[0] === 'command' ? value : JSON.stringify(value)}`;
    }),
  ];
}
