import { Refusal } from '../refusal.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** A time as `90s`, `10m` or `1h`, in seconds. */
export function readSeconds(option: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= 0) return seconds;
  throw new Refusal('option-invalid', `${option} '${text}' is no time`, 'Write it as in 90s, 10m or 1h.');
}
