/** A value that is no text, as Traefik reads it from a label. Undefined: Traefik would refuse it. */

/** Go's strconv.ParseBool. */
export function readBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

/** Go's strconv.ParseInt with base 10. What a JavaScript number cannot hold exactly stays text. */
export function readInt(text: string, bits: number): number | string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  const limit = 1n << BigInt(bits - 1);
  return value >= -limit && value < limit ? exact(value) : undefined;
}

/** Go's strconv.ParseUint with base 10: no sign at all. */
export function readUint(text: string, bits: number): number | string | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < 1n << BigInt(bits) ? exact(value) : undefined;
}

function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const LONGEST = 2n ** 63n;

/**
 * A bare integer is seconds, otherwise Go's time.ParseDuration (`1m30s`, `1.5s`, `500us`). Go keeps nanoseconds in 64 bits:
 * seconds that are too many begin anew from below, as they do there, and other durations are refused.
 *
 * @returns in the one spelling that equal durations share: `90s`, `1500ms`
 */
export function readDuration(text: string): string | undefined {
  if (readInt(text, 64) !== undefined) {
    return writeDuration(BigInt.asIntN(64, BigInt(text.replace(/^\+/, '')) * 1_000_000_000n));
  }
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds >= LONGEST || nanoseconds < -LONGEST) return undefined;
  return writeDuration(nanoseconds);
}

function parseDuration(text: string): bigint | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match?.[2] === undefined) return /^[+-]?0$/.test(text) ? 0n : undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of match[2].matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const scale = NANOSECONDS[unit] ?? 0n;
    total +=
      BigInt(whole || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  return match[1] === '-' ? -total : total;
}

function writeDuration(nanoseconds: bigint): string {
  for (const unit of ['s', 'ms', 'us'] as const) {
    const scale = NANOSECONDS[unit] ?? 1n;
    if (nanoseconds % scale === 0n) return `${nanoseconds / scale}${unit}`;
  }
  return `${nanoseconds}ns`;
}
