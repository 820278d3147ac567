/** A folder with the names in it, nearest first: the project's folder, its parent, … */
export type Folder = { readonly path: string; readonly names: ReadonlySet<string> };

/** In the order in which Compose prefers them (compose-spec, 03-compose-file; compose-go cli/options.go). */
export const COMPOSE_FILE_NAMES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
] as const;

const OVERRIDE_FILE_NAMES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

/**
 * The compose files that Compose finds by itself: the first folder, going up, that has one, and its override file.
 * Compose must be told of them once a further file is given with `-f`.
 */
export function findComposeFiles(
  folders: readonly Folder[],
): { folder: string; files: string[] } | undefined {
  for (const { path, names } of folders) {
    const file = COMPOSE_FILE_NAMES.find((name) => names.has(name));
    if (file === undefined) continue;
    const override = OVERRIDE_FILE_NAMES.find((name) => names.has(name));
    return {
      folder: path,
      files: [file, ...(override === undefined ? [] : [override])].map((name) => `${path}/${name}`),
    };
  }
  return undefined;
}

/** The files that `COMPOSE_FILE` names, relative to the working folder; undefined when it names none. */
export function readComposeFileVariable(
  environment: Readonly<Record<string, string | undefined>>,
): string[] | undefined {
  const value = environment['COMPOSE_FILE'];
  if (value === undefined || value === '') return undefined;
  return value.split(environment['COMPOSE_PATH_SEPARATOR'] || ':');
}
