import * as z from 'zod/mini';
import { readSettings } from './infra-file.ts';
import { hideSecrets, revealSecrets, type Secrets, secretsShape } from './secrets.ts';
import type { InfraSettings } from './setting.ts';

/** What `rdc` asks of `renet proxy apply`, on its standard input: secrets are in no command line. */
export type PushRequest = {
  readonly settings: InfraSettings;
  /** What is not there is not to be on the server either. */
  readonly secrets: Secrets;
  /** Path of the Traefik that is to run. */
  readonly traefik: string;
};

const shape = z.object({
  settings: z.unknown(),
  secrets: secretsShape,
  traefik: z.string(),
});

export function writePushRequest({ secrets, ...request }: PushRequest): string {
  return JSON.stringify({ ...request, secrets: revealSecrets(secrets) });
}

/** @throws Error when it is none, without a word of what stands in it */
export function readPushRequest(text: string): PushRequest {
  const { settings, secrets, traefik } = z.parse(shape, parseJson(text));
  return { settings: readSettings(settings), secrets: hideSecrets(secrets), traefik };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the request is not JSON');
  }
}
