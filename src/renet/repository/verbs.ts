import { readKey } from '../../edges/key.ts';
import type { Verb } from '../verb.ts';

/** What is done with repositories; each loads its own file only when it runs. */
export const REPOSITORY_VERBS: Readonly<Record<string, Verb>> = {
  'repo create': async ({ operands: [name = ''], options }, { print }) => {
    const { createRepository } = await import('./create.ts');
    const { size = '', filesystem = '', encrypt = false, folder = false, keyFile } = options;
    const key = await readKey(keyFile);
    await createRepository(name, { size, filesystem, encrypt, folder, key, print });
  },
  'repo up': async ({ operands: [name = ''], options }, { print, warn, endWith }) => {
    const { upRepository } = await import('./up.ts');
    const { keyFile, timeout = '', waitTimeout = '', wait = true, ...rest } = options;
    const key = await readKey(keyFile);
    const isWhole = await upRepository(name, { ...rest, key, timeout, waitTimeout, wait, print, warn });
    endWith(isWhole ? 0 : 1);
  },
  'repo mount': async ({ operands: [name = ''], options }, { print }) => {
    const { mountAndStart } = await import('./mount.ts');
    await mountAndStart(name, { key: await readKey(options.keyFile), print });
  },
  'repo down': async ({ operands: [name = ''], options }, { print, endWith }) => {
    const { downRepository } = await import('./down.ts');
    const { timeout = '', ...rest } = options;
    endWith((await downRepository(name, { ...rest, timeout, print })) ? 0 : 1);
  },
  'repo list': async ({ options }, { print }) => {
    const { listRepositories } = await import('./status.ts');
    await listRepositories({ ...options, print });
  },
  'repo status': async ({ operands: [name = ''], options }, { print, endWith }) => {
    const { showStatus } = await import('./status.ts');
    endWith((await showStatus(name, { ...options, print })) ? 0 : 1);
  },
  'repo logs': async ({ operands: [name = '', service], options }, { environment }) => {
    const { showLogs } = await import('./containers.ts');
    const { lines = '', ...rest } = options;
    await showLogs(name, service, { ...rest, lines, environment });
  },
  'repo exec': async ({ operands: [name = '', ...rest] }, { environment }) => {
    const { execInService } = await import('./containers.ts');
    await execInService(name, rest, environment);
  },
  'repo resize': async ({ operands: [name = '', size = ''], options }, { print }) => {
    const { resizeRepository } = await import('./resize.ts');
    await resizeRepository(name, size, { key: await readKey(options.keyFile), print });
  },
  'repo release': async ({ operands: [name = '', service = ''] }, { print }) => {
    const { releaseAddress } = await import('./release.ts');
    await releaseAddress(name, service, print);
  },
  'repo autostart': async ({ operands: [name = '', text = ''] }, { print }) => {
    const { setAutostart } = await import('./autostart.ts');
    await setAutostart(name, text, print);
  },
  'repo allow': async ({ operands: [name = '', ...words] }, { print }) => {
    const { allow } = await import('./allow.ts');
    await allow(name, words, print);
  },
  'repo forbid': async ({ operands: [name = '', ...words] }, { print }) => {
    const { forbid } = await import('./allow.ts');
    await forbid(name, words, print);
  },
  'repo delete': async ({ operands: [name = ''], options }, { print }) => {
    const { deleteRepository } = await import('./delete.ts');
    await deleteRepository(name, { timeout: options.timeout ?? '', print });
  },
};
