import { readFile, readlink } from 'node:fs/promises';
import { describeProcess, listProcesses, openFiles } from './proc.ts';

/** The device that is mounted on a folder, if any (proc_pid_mountinfo(5)). */
export async function mountedDevice(folder: string): Promise<string | undefined> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const line = lines.findLast((one) => one.split(' ')[4] === folder);
  const [, device] = line?.split(' - ')[1]?.split(' ') ?? [];
  return device;
}

/** Processes that have something below a folder open, or run there: `postgres (process 812)`. */
export async function findUsers(folder: string): Promise<string[]> {
  const pids = await listProcesses();
  const isUser = await Promise.all(pids.map((pid) => uses(pid, folder)));
  return Promise.all(pids.filter((_, i) => isUser[i]).map(describeProcess));
}

async function uses(pid: number, folder: string): Promise<boolean> {
  const places = ['cwd', 'root', 'exe'].map((name) => readlink(`/proc/${pid}/${name}`).catch(() => ''));
  const links = [...(await Promise.all(places)), ...(await openFiles(pid))];
  return links.some((link) => link === folder || link.startsWith(`${folder}/`));
}
