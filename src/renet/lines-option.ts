import { Refusal } from '../core/refusal.ts';

export function requireLines(lines: string): void {
  if (!/^\d+$/.test(lines))
    throw new Refusal('option-invalid', `--lines '${lines}' is no number`, 'Write it as in --lines 50.');
}
