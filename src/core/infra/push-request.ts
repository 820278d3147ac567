import * as z from 'zod/mini';
import { Secret } from '../secret.ts';
import { readSettings } from './infra-file.ts';
import type { InfraSettings } from './settings.ts';

/** What `rdc` asks of `renet proxy apply`, on its standard input: secrets are in no command line. */
export type PushRequest = {
  readonly settings: InfraSettings;
  /** None: the server is to have none either. */
  readonly cfDnsToken?: Secret;
  /** Path of the Traefik that is to run. */
  readonly traefik: string;
};

const shape = z.object({
  settings: z.unknown(),
  cfDnsToken: z.optional(z.string()),
  traefik: z.string(),
});

export function writePushRequest({ cfDnsToken, ...request }: PushRequest): string {
  return JSON.stringify({ ...request, ...(cfDnsToken && { cfDnsToken: cfDnsToken.reveal() }) });
}

/** @throws Error when it is none, without a word of what stands in it */
export function readPushRequest(text: string): PushRequest {
  const { settings, cfDnsToken, traefik } = z.parse(shape, parseJson(text));
  return {
    settings: readSettings(settings),
    traefik,
    ...(cfDnsToken === undefined ? {} : { cfDnsToken: new Secret(cfDnsToken) }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the request is not JSON');
  }
}
