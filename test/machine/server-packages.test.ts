import { expect, test } from 'vitest';
import { readFacts } from '../../src/core/infra/facts.ts';
import { FACTS_SCRIPT } from '../../src/core/infra/facts-script.ts';
import { INSTALL_SCRIPT } from '../../src/core/infra/install-script.ts';
import { missingPackages } from '../../src/core/infra/packages.ts';
import { createMachine, type Machine } from './bare-machine.ts';

async function missing(machine: Machine): Promise<string[]> {
  return missingPackages(readFacts((await machine.sh(FACTS_SCRIPT)).stdout));
}

test.each(['bookworm', 'noble', 'trixie'] as const)(
  'what a server lacks is installed on a bare %s',
  async (suite) => {
    using machine = createMachine({ suite });
    const packages = await missing(machine);
    expect(packages).toContain('docker.io');
    const words = packages.map((name) => `'${name}'`).join(' ');
    // Given as a file: the machine's shell command is quoted by nobody.
    const script = Buffer.from(INSTALL_SCRIPT).toString('base64');
    const { code, stderr } = await machine.sh(
      `echo ${script} | base64 -d >/tmp/install; sh -c "$(cat /tmp/install)" sh ${words}`,
    );
    expect(code, stderr).toBe(0);
    expect(await missing(machine)).toEqual([]);
  },
);
