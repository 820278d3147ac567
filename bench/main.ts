// npm run bench [-- NAME] [--json]: figures beside those of a peer, or a limit, from the same run.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRootOrRunAgain } from '../scripts/become-root.ts';
import { prepareImages } from '../scripts/images.ts';
import { LAB_VARIABLE, runInNamespaces } from '../scripts/namespaces.ts';
import { prepareServers } from '../scripts/servers.ts';
import { type Row, renderTable } from './measure.ts';

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  compose: async () => (await import('./compose.ts')).benchCompose(),
  router: async () => (await import('./router.ts')).benchRouter(),
  routing: async () => (await import('./routing.ts')).benchRouting(),
  isolation: async () => (await import('./isolation.ts')).benchIsolation(),
  deploy: async () => (await import('./deploy.ts')).benchDeploy(),
  doctor: async () => (await import('./doctor.ts')).benchDoctor(),
};

const RENET = join(import.meta.dirname, '../dist/renet');
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));

if (unknown !== undefined) {
  process.stderr.write(`bench: there is no '${unknown}'; there is ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
} else if (process.env[LAB_VARIABLE] !== '1') {
  if (isRootOrRunAgain()) process.exitCode = await start();
} else {
  process.exitCode = await runBenches(names.length > 0 ? names : Object.keys(BENCHES));
}

/** Benches measure the program as it is shipped. */
async function start(): Promise<number> {
  if (!existsSync(RENET)) {
    process.stderr.write(
      'bench: build first, since the program is measured as it is shipped: npm run build\n',
    );
    return 2;
  }
  await prepareImages((text) => process.stdout.write(`${text}\n`));
  if (names.length === 0 || names.includes('deploy') || names.includes('doctor')) prepareServers();
  if (names.length === 0 || names.includes('isolation')) prepareCompiler();
  return runInNamespaces([process.execPath, ...process.argv.slice(1)], { REDIACC_RENET: RENET });
}

/** What the bench of isolation is measured with. */
function prepareCompiler(): void {
  const packages = ['gcc', 'libc6-dev', 'wrk'];
  execFileSync('sh', [join(import.meta.dirname, '../scripts/packages'), ...packages], { stdio: 'inherit' });
}

async function runBenches(chosen: readonly string[]): Promise<number> {
  const rows: Row[] = [];
  for (const name of chosen) rows.push(...((await BENCHES[name]?.()) ?? []));
  const json = rows.map((row) => ({ ...row, ratio: row.ours / row.against.value }));
  process.stdout.write(
    process.argv.includes('--json') ? `${JSON.stringify(json, null, 2)}\n` : `${renderTable(rows)}\n`,
  );
  return rows.every(({ ok }) => ok) ? 0 : 1;
}
