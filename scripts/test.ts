// npm test [-- --long] [-- live WORD…]: everything that is promised, on real parts. With 'live' only the live tests whose
// files have one of the words in their names.
import { isRootOrRunAgain } from './become-root.ts';
import { prepareImages } from './images.ts';
import { add, check, report, type Tally, vitest } from './steps.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isLong = process.argv.includes('--long');

async function live(files: readonly string[]): Promise<Tally> {
  // Beforehand: the live tests have no network to get anything from.
  await prepareImages((text) => process.stdout.write(`${text}\n`));
  return vitest({ project: 'live', namespaces: true, files });
}

async function all(): Promise<Tally> {
  const checked = check();
  const machines = { project: 'machine', namespaces: false, files: isLong ? [] : ['debian-13'] };
  return add(checked, await live([]), vitest(machines));
}

if (isRootOrRunAgain()) {
  process.exitCode = report(words[0] === 'live' ? await live(words.slice(1)) : await all());
}
