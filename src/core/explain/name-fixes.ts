import type { Fix } from './cause.ts';
import { labelsFix, settingFix } from './fixes.ts';
import { type Given, likelyPort, listed } from './given.ts';

/** The value with what was meant in the place of what is wrong. */
export function replacePart(given: Given, text: string): Fix {
  const { label = '', value = '', part } = given.problem;
  const changed = part === undefined ? value : value.replace(part.wrong, part.meant ?? '');
  return labelsFix(given.place, { [label]: changed }, text);
}

/** The same in the label's name. */
export function replaceName(given: Given, wrong: string, meant: string): Fix {
  const { label = '' } = given.problem;
  const { labels } = given.place.container;
  const parts = label.split('.');
  const at = parts.lastIndexOf(wrong);
  const renamed = at < 0 ? label.replace(wrong, meant) : parts.with(at, meant.toLowerCase()).join('.');
  return labelsFix(
    given.place,
    { [label]: undefined, [renamed]: labels[label] ?? '' },
    `It is called ${meant}.`,
  );
}

/** What is there, or a port that is to be opened. */
export function entryPointFix(given: Given): Fix {
  const { label = '', value = '', part } = given.problem;
  const { door } = given.place;
  const [, protocol = 'tcp', , name = ''] = label.split('.');
  const asLabel = /\.entrypoints$/i.test(label) ? label : `traefik.${protocol}.routers.${name}.entrypoints`;
  const known = door.entryPoints.filter((one) => (protocol === 'udp') === (one.protocol === 'udp'));
  const [, stream, port] = /^(tcp|udp)-(\d+)$/.exec(part?.wrong ?? '') ?? [];
  if (part?.meant === undefined && port !== undefined)
    return settingFix(door, `--${stream}-ports`, door.isServer ? `+${port}` : port);
  if (part?.meant !== undefined) return replacePart(given, 'Name one that is there.');
  const rest = listed(value).filter(
    (one) => one !== part?.wrong && known.some((other) => other.name === one),
  );
  const streams = known.filter((one) => one.name === `${protocol}-${likelyPort(given, protocol)}`);
  const best =
    protocol === 'http' ? 'websecure' : (streams[0] ?? known.find((one) => one.name.includes('-')))?.name;
  if (rest.length === 0 && best === undefined)
    return settingFix(door, `--${protocol}-ports`, String(likelyPort(given, protocol)));
  return labelsFix(given.place, { [asLabel]: rest.join(',') || (best ?? '') }, 'Name one that is there.');
}

export function referenceFix(given: Given): Fix {
  const { label = '', value = '', part } = given.problem;
  if (part?.meant !== undefined) return replacePart(given, 'Name one that is there.');
  const left = listed(value).filter((one) => one.replace(/@.*$/, '') !== part?.wrong);
  return labelsFix(
    given.place,
    { [label]: left.length === 0 ? undefined : left.join(',') },
    'Nobody has defined it: define it, or leave it out, and with it what it is for, as a login.',
  );
}
