import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Machine } from './bare-machine.ts';

/** The README's first command on a machine that has nothing but npm: twice, the second time faster, and nothing is left. */
export async function expectDemoToRun(machine: Machine, command: string): Promise<void> {
  const before = machine.files();
  const begin = performance.now();
  const first = await machine.sh(command);
  const firstTook = performance.now() - begin;
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(first.stdout).toContain('setup: installing Node packages');
  expect(first.stdout).toContain('setup: installing docker.io');
  expect(first.stdout).toMatch(/setup: installing Traefik 3\.\d+\.\d+ as \/usr\/local\/bin\/traefik/);
  expectTable(first.stdout);

  const second = await machine.sh(command);
  expect(second.code, second.stdout + second.stderr).toBe(0);
  expect(second.stdout).not.toContain('setup:');
  expectTable(second.stdout);
  expect(performance.now() - begin - firstTook).toBeLessThan(firstTook);

  expect(machine.files()).toEqual(before);
  expect(readdirSync(join(machine.tree, 'tmp')).filter((name) => name.startsWith('rediacc-'))).toEqual([]);
}

function expectTable(output: string): void {
  expect(output).toMatch(
    /https:\/\/my-app\.localhost(:\d+)?\/ +200 +\d+ ms {2}Strict-Transport-Security: max-age=31536000/,
  );
  expect(output).toMatch(/https:\/\/my-app\.localhost(:\d+)?\/ +303 +\d+ ms {2}a note written to PostgreSQL/);
  expect(output).toMatch(/https:\/\/hello-2880\.localhost(:\d+)?\/ +200 +\d+ ms/);
  expect(output).toMatch(
    /hello asks for http:\/\/127\.0\.11\.\d+:8080, which is my-app's: Connection refused/,
  );
  expect(output).toMatch(/health: ok, 2 daemons, 2 routers, 0 problems/);
}
