/**
 * What a daemon has answered. `docker-29.json` is of dockerd 29.0.0 with runc 1.4.0, both built from their Go modules
 * (github.com/moby/moby/v2 2.0.0-beta.1); `record.ts` makes it.
 */
export type Recording = { readonly exchanges: readonly Exchange[] };

export type Exchange = { readonly path: string; readonly status: number; readonly body: string };
