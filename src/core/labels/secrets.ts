import { secretOptions } from './schema.ts';

/** Options and headers whose names say that nobody else should see what is in them. */
const TELLING = /auth|cookie|token|secret|passw|credential|api-?key/i;

export const REDACTED = '[redacted]';

/** The value of a label as it may be shown: not of options that Traefik keeps out of its own log, nor of headers like them. */
export function shownValue(label: string, value: string): string {
  const parts = label.toLowerCase().split(/[.[]/);
  const last = parts.at(-1)?.endsWith(']') ? parts.at(-2) : parts.at(-1);
  const isHeader = parts.some((part) => part.startsWith('custom') && part.endsWith('headers'));
  const isSecret = secretOptions.has(last ?? '') || (isHeader && TELLING.test(last ?? ''));
  return isSecret ? REDACTED : value;
}
