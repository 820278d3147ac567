import { serviceName } from '../labels/container.ts';
import { addressVariable } from '../network/names.ts';
import type { Change, Fix } from './cause.ts';
import { editFix, logsFix, type Place, settingFix } from './fixes.ts';

/** Where a program is to listen. */
type Wanted = { readonly place: Place; readonly address: string; readonly port: number };

/** Words of the program, or of its environment, that say the wrong address; the kernel would put it right without them. */
export function addressFix({ place, address, port }: Wanted, wrong: string): Fix {
  const text = `Let it listen on its own address, ${address}, which its environment has as SERVICE_IP.`;
  const said: Said = { pattern: patternOf(wrong), port };
  const change = commandChange(place, said) ?? environmentChange(place, said);
  if (change !== undefined) return editFix(place, [change], text);
  if (!place.door.isolation && isLocal(wrong)) return settingFix(place.door, '--isolation', 'on');
  return logsFix(place, text);
}

/** What to look for: an address may also be one that is connected to, and that stays. */
type Said = { readonly pattern: RegExp; readonly port: number };

const isLocal = (address: string): boolean => /^127\.0\.0\.1$|^::1$/.test(address);

function patternOf(wrong: string): RegExp {
  if (isLocal(wrong)) return /127\.0\.0\.1|\blocalhost\b|\[::1\]/;
  return new RegExp(wrong.replaceAll('.', '\\.'));
}

/** As a list of words, in which Compose puts the address in. */
function commandChange({ container }: Place, { pattern, port }: Said): Change | undefined {
  const saying = container.command.filter((word) => pattern.test(word));
  const word =
    saying.find((one) => one.includes(`:${port}`)) ??
    saying.find((one) => /listen|bind|addr|host/i.test(one)) ??
    (saying.length === 1 ? saying[0] : undefined);
  if (word === undefined) return undefined;
  const words = container.command.map((one) => {
    const escaped = one.replaceAll('$', '$$$$');
    return one === word ? escaped.replace(pattern, variableOf(container)) : escaped;
  });
  return { at: ['command'], value: JSON.stringify(words) };
}

/** `LISTEN=127.0.0.1:80`, `HOST=localhost`: nothing but an address, and one to listen on by its name or port. */
function environmentChange({ container }: Place, { pattern, port }: Said): Change | undefined {
  const pairs = container.environment.flatMap((one) => {
    const [, key, value] = /^([^=]+)=(\w*:?(?:\/\/)?[^/@]*\/?)$/.exec(one) ?? [];
    return key === undefined || value === undefined || !pattern.test(value) ? [] : [{ key, value }];
  });
  const found = pairs.find(
    ({ key, value }) =>
      /LISTEN|BIND/i.test(key) ||
      /^(HOST|HOSTNAME|ADDR|ADDRESS|IP)$/i.test(key) ||
      value.endsWith(`:${port}`),
  );
  if (found === undefined) return undefined;
  const value = found.value.replaceAll('$', '$$$$').replace(pattern, variableOf(container));
  return { at: ['environment', found.key], value };
}

/** As a compose file reads it. */
function variableOf(container: Place['container']): string {
  return `\${${addressVariable(serviceName(container))}}`;
}
