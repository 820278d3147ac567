import { readdir, readFile, readlink } from 'node:fs/promises';

export type Mount = { readonly folder: string; readonly device: string };

/** What is mounted on a folder, if anything (proc_pid_mountinfo(5)). */
export async function mountOf(folder: string): Promise<Mount | undefined> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const line = lines.findLast((one) => one.split(' ')[4] === folder);
  const [, source] = line?.split(' - ')[1]?.split(' ') ?? [];
  return source === undefined ? undefined : { folder, device: source };
}

/** Processes that have something below a folder open, or run there: `postgres (process 812)`. */
export async function findUsers(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const users = await Promise.all(
    pids.map(async (pid) => {
      if (!(await isUser(pid, folder))) return [];
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return [`${name.trim()} (process ${pid})`];
    }),
  );
  return users.flat();
}

async function isUser(pid: string, folder: string): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const names = ['cwd', 'root', 'exe', ...descriptors.map((fd) => `fd/${fd}`)];
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/${name}`).catch(() => '')));
  return links.some((link) => link === folder || link.startsWith(`${folder}/`));
}
