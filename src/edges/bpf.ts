import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import * as z from 'zod/mini';
import type { Bytes } from '../core/isolation/maps.ts';
import { Failure } from '../core/refusal.ts';
import { isFolder, listNames } from './files.ts';
import { mountedDevice } from './mounts.ts';
import { run, runToEnd } from './process.ts';

/** The compiled programs: a file of this checkout, or a part of the executable. */
export const OBJECT = 'isolation.bpf.o';

/** bpf/isolation.bpf.c, compiled. */
export async function readObject(): Promise<Uint8Array> {
  if (isSea()) return new Uint8Array(getRawAsset(OBJECT));
  return readFile(new URL(`../../bpf/${OBJECT}`, import.meta.url));
}

/**
 * Runs bpftool(8).
 *
 * @throws Failure with what it said
 */
async function bpftool(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['bpftool', '--json', ...args]);
  if (code === 0) return stdout;
  const [first = '', second = ''] = args;
  throw new Failure('command-failed', `bpftool ${first} ${second} failed`, `${stderr}\n${stdout}`.trim());
}

/** Mounts the BPF file system where a folder of it is to be, as systemd does. */
async function mountFilesystem(folder: string): Promise<void> {
  if ((await mountedDevice(folder)) === undefined) await runToEnd('mount', '-t', 'bpf', 'bpf', folder);
}

/** A program that is in the kernel. Its name is that of the hook which it is for. */
export type Program = { readonly name: string; readonly id: number };

/**
 * Loads all programs of an object, and pins them in a folder. Maps that are pinned already are used again, so that programs of two
 * versions know the same.
 *
 * @param maps the folder of the maps
 */
export async function loadPrograms(object: Uint8Array, folder: string, maps: string): Promise<void> {
  const pins = dirname(folder);
  await mountFilesystem(dirname(pins));
  await mkdir(pins, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'rediacc-bpf-'));
  const [newPrograms, newMaps] = [`${folder}-new`, `${maps}-new`];
  try {
    for (const left of [newPrograms, newMaps]) await rm(left, { recursive: true, force: true });
    const file = join(work, OBJECT);
    await writeFile(file, object);
    const known = (await listNames(maps)).flatMap((name) => [
      'map',
      'name',
      name,
      'pinned',
      `${maps}/${name}`,
    ]);
    const which = known.length > 0 ? known : ['pinmaps', newMaps];
    await bpftool('prog', 'loadall', file, newPrograms, ...which);
    if (known.length === 0) await rename(newMaps, maps);
    await rename(newPrograms, folder);
  } finally {
    await rm(work, { recursive: true });
  }
}

const batch = z.array(z.looseObject({ output: z.looseObject({ id: z.number() }) }));

/** The programs that are pinned in a folder; none where there is no such folder. */
export async function pinnedPrograms(folder: string): Promise<Program[]> {
  const names = (await listNames(folder)).sort();
  if (names.length === 0) return [];
  const input = names.map((name) => `prog show pinned ${folder}/${name}\n`).join('');
  const { stdout } = await run(['bpftool', '--json', 'batch', 'file', '-'], { input });
  const shown = z.parse(batch, JSON.parse(stdout));
  return names.map((name, i) => ({ name, id: shown[i]?.output.id ?? 0 }));
}

const attached = z.array(z.looseObject({ id: z.number(), name: z.string() }));

/** The programs that are attached to a cgroup, by the names that they were compiled with; none where there is no such cgroup. */
export async function attachedPrograms(cgroup: string): Promise<Program[]> {
  if (!(await isFolder(cgroup))) return [];
  const text = await bpftool('cgroup', 'show', cgroup);
  // It prints nothing at all where there are none.
  return z.parse(attached, JSON.parse(text.trim() || '[]')).map(({ id, name }) => ({ id, name }));
}

/** Attaches a program beside others; its name is that of the hook (bpftool-cgroup(8), ATTACH_TYPE). */
export async function attachProgram(cgroup: string, folder: string, name: string): Promise<void> {
  await bpftool('cgroup', 'attach', cgroup, name, 'pinned', `${folder}/${name}`, 'multi');
}

export async function detachProgram(cgroup: string, { name, id }: Program): Promise<void> {
  await bpftool('cgroup', 'detach', cgroup, name, 'id', String(id));
}

/** @param map path of its pin */
export async function setEntry(map: string, key: Bytes, value: Bytes): Promise<void> {
  await bpftool('map', 'update', 'pinned', map, 'key', ...key, 'value', ...value);
}

export async function removeEntry(map: string, key: Bytes): Promise<void> {
  await bpftool('map', 'delete', 'pinned', map, 'key', ...key);
}

/** All entries, as JSON. */
export async function dumpMap(map: string): Promise<string> {
  return bpftool('map', 'dump', 'pinned', map);
}
