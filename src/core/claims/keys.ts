const ENTRY_POINT = 'entrypoint ';

/** The key of an entrypoint; that of a host is the host. */
export function entryPointKey(name: string): string {
  return `${ENTRY_POINT}${name}`;
}

/** The host or entrypoint of a key, as operators name it. */
export function nameOfKey(key: string): string {
  return key.startsWith(ENTRY_POINT) ? key.slice(ENTRY_POINT.length) : key;
}

/** A key as it is told: `'app.example.com'`, `the entrypoint 'tcp-25'`. */
export function tellKey(key: string): string {
  return key.startsWith(ENTRY_POINT) ? `the entrypoint '${nameOfKey(key)}'` : `'${key}'`;
}
