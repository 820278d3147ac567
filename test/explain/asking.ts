import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Explanation } from '../../src/core/explain/explanation.ts';
import { type Finished, run } from '../../src/edges/process.ts';
import { type Lab, RENET, until } from '../live/lab.ts';

/** Somebody on a laptop who asks why something is not reachable, and does what is said. */
export type Asking = {
  readonly explain: (what: string) => Promise<Explanation>;
  /** Docker takes a moment to restart, to check health, and to have a program listen. */
  readonly settles: (what: string, code: string | undefined) => Promise<Explanation>;
  /** As somebody types it who reads it. */
  readonly type: (command: string) => Promise<Finished>;
};

export function createAsking(lab: Lab): Asking {
  const { folder, runDir, stateDir } = lab;
  mkdirSync(join(folder, 'bin'));
  symlinkSync(RENET, join(folder, 'bin/renet'));
  const explain = async (what: string): Promise<Explanation> => {
    const { code, stdout, stderr } = await lab.renet(['explain', what, '--json']);
    if (stdout === '') throw new Error(`renet explain ${what} ended with ${code}: ${stderr}`);
    const explanation = JSON.parse(stdout) as Explanation;
    expect(code).toBe(explanation.cause === undefined ? 0 : 1);
    return explanation;
  };
  return {
    explain,
    settles: async (what, code) => {
      let last: Explanation | undefined;
      await until(
        () => `${what} is ${code}; it is ${JSON.stringify(last?.cause)}`,
        async () => {
          last = await explain(what);
          return last.cause?.code === code;
        },
      );
      return last as Explanation;
    },
    type: (command) => {
      const environment = {
        ...process.env,
        PATH: `${folder}/bin:${process.env['PATH']}`,
        REDIACC_RUN_DIR: runDir,
        REDIACC_STATE_DIR: stateDir,
      };
      return run(['sh', '-c', command.replaceAll('sudo ', '')], { environment });
    },
  };
}
