import { readdir, readFile, readlink } from 'node:fs/promises';

/** The processes that there are, by their ids (proc(5)). */
export async function listProcesses(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** `postgres (process 812)`. */
export async function describeProcess(pid: number): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process');
  return `${name.trim()} (process ${pid})`;
}

/** What a process has open: paths, and the like of `socket:[4711]`. Nothing of one that is gone or another user's. */
export async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  return Promise.all(descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
}
