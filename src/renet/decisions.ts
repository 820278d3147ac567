import { mkdir } from 'node:fs/promises';
import type { Ledger } from '../core/claims/ledger.ts';
import {
  CLAIMS_FILE,
  DECISIONS_FILE,
  type Decisions,
  NO_DECISIONS,
  readClaims,
  readDecisions,
  writeDecisions,
} from '../core/claims/state-files.ts';
import { Refusal } from '../core/refusal.ts';
import { readText, writeWhole } from '../edges/files.ts';
import { withFolderLocked } from '../edges/lock.ts';
import { TIMES } from '../edges/times.ts';

/** Who has what, as the route server has saved it last. */
export async function readLedger(stateDir: string): Promise<Ledger> {
  const text = await readText(`${stateDir}/${CLAIMS_FILE}`);
  return text === undefined
    ? new Map()
    : readOrRefuse(`${stateDir}/${CLAIMS_FILE}`, () => readClaims(text, TIMES));
}

/** Changes what the operator has decided; the route server sees it at once. */
export async function changeDecisions(
  stateDir: string,
  change: (decisions: Decisions) => Decisions,
): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o750 });
  await withFolderLocked(stateDir, async () => {
    const path = `${stateDir}/${DECISIONS_FILE}`;
    const text = await readText(path);
    const before = text === undefined ? NO_DECISIONS : readOrRefuse(path, () => readDecisions(text, TIMES));
    await writeWhole(path, writeDecisions(change(before), TIMES));
  });
}

function readOrRefuse<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new Refusal(
      'state-damaged',
      `${path} cannot be read`,
      'Mend it, or remove it: what it says is then lost.',
    );
  }
}
