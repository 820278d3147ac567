import * as z from 'zod/mini';
import type { DnsRecord, RecordChanges, Zone } from '../core/dns/records.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import type { Secret } from '../core/secret.ts';

/** Cloudflare's API, with the rights of a token (developers.cloudflare.com/api). */
export type Cloudflare = {
  /** A zone by its name; undefined: the token sees none. */
  readonly findZone: (name: string) => Promise<Zone | undefined>;
  /** All zones that the token sees; none where it may not see that, as those for some zones alone. */
  readonly zones: () => Promise<Zone[]>;
  readonly records: (zone: Zone) => Promise<DnsRecord[]>;
  /** All or nothing, for as many as go into one request. */
  readonly change: (zone: Zone, changes: RecordChanges) => Promise<void>;
};

export type CloudflareOptions = {
  readonly token: Secret;
  /** Another than Cloudflare's own, as `https://api.cloudflare.com/client/v4`. */
  readonly baseUrl?: string | undefined;
};

const BASE_URL = 'https://api.cloudflare.com/client/v4';
/** In milliseconds. */
const TIMEOUT = 20_000;
const PAGE = 500;
/** What a zone of the free plan takes in one request. */
const BATCH = 200;

const answerShape = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })),
  result: z.unknown(),
  result_info: z.optional(z.nullable(z.object({ total_pages: z.optional(z.number()) }))),
});
const zonesShape = z.array(z.object({ id: z.string(), name: z.string() }));
const recordsShape = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    content: z.optional(z.string()),
    ttl: z.number(),
    proxied: z.optional(z.boolean()),
    comment: z.optional(z.nullable(z.string())),
  }),
);

type Answer = { readonly result: unknown; readonly pages: number };

/** Refusals and failures say what Cloudflare has said, and never the token. */
export function connectCloudflare({ token, baseUrl = BASE_URL }: CloudflareOptions): Cloudflare {
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/json' };
    const options = { method, headers, signal: AbortSignal.timeout(TIMEOUT) };
    const sent = body === undefined ? options : { ...options, body: JSON.stringify(body) };
    const response = await fetch(`${baseUrl}${path}`, sent).catch((error: Error) => {
      throw new Failure('cloudflare-unreachable', 'Cloudflare cannot be reached', describeError(error));
    });
    return readAnswer(response.status, await response.text(), path);
  };
  /** Page by page. */
  const askAll = async (path: string): Promise<unknown[]> => {
    const all: unknown[] = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const answer = await ask('GET', `${path}&page=${page}`);
      all.push(...z.parse(z.array(z.unknown()), answer.result));
      pages = answer.pages;
    }
    return all;
  };
  return {
    findZone: async (name) => {
      // Without a name a token for some zones alone is refused.
      const { result } = await ask('GET', `/zones?name=${encodeURIComponent(name)}&per_page=5`);
      return z.parse(zonesShape, result).find((zone) => zone.name === name);
    },
    zones: async () => {
      try {
        return z.parse(zonesShape, await askAll('/zones?per_page=50'));
      } catch (error) {
        if (error instanceof Refusal) return [];
        throw error;
      }
    },
    records: async ({ id }) => {
      const found = z.parse(recordsShape, await askAll(`/zones/${id}/dns_records?per_page=${PAGE}`));
      return found.map(({ content = '', proxied = false, comment, ...rest }) => ({
        ...{ ...rest, content, proxied, comment: comment ?? '' },
      }));
    },
    change: async ({ id }, changes) => {
      for (const part of inBatches(changes)) await ask('POST', `/zones/${id}/dns_records/batch`, part);
    },
  };
}

function describeError(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return [error.message, cause].filter(Boolean).join(': ');
}

function readAnswer(status: number, text: string, path: string): Answer {
  const read = answerShape.safeParse(parseJson(text));
  if (!read.success)
    throw new Failure('cloudflare-refuses', `Cloudflare answers ${status}`, text.slice(0, 500));
  const { success, errors, result, result_info } = read.data;
  if (success) return { result, pages: result_info?.total_pages ?? 1 };
  const said = errors.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const fix =
    'Make one with Zone / Zone / Read and Zone / DNS / Edit: dash.cloudflare.com/profile/api-tokens.';
  // 9109 and 6003 come with whatever is asked first, 10000 with what the token is not for.
  if (status === 401 || /\b(9109|6003|1000)\b/.test(said))
    throw new Refusal('token-refused', `Cloudflare does not accept the token (${said})`, fix);
  if (status === 403)
    throw new Refusal('token-refused', `the token may not do what it is needed for (${said})`, fix);
  if (status === 429)
    throw new Failure(
      'cloudflare-throttled',
      'Cloudflare wants fewer requests: try again in five minutes',
      said,
    );
  throw new Failure(
    'cloudflare-refuses',
    `Cloudflare answers ${status} to ${path.replace(/\?.*/, '')}`,
    said,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Deletions come first, so that what is made can take their names. */
function* inBatches({ deletes, patches, posts }: RecordChanges): Generator<RecordChanges> {
  const all = [
    ...deletes.map((one) => ({ deletes: [one], patches: [], posts: [] })),
    ...patches.map((one) => ({ deletes: [], patches: [one], posts: [] })),
    ...posts.map((one) => ({ deletes: [], patches: [], posts: [one] })),
  ] satisfies RecordChanges[];
  for (let from = 0; from < all.length; from += BATCH) {
    const part = all.slice(from, from + BATCH);
    yield {
      deletes: part.flatMap((one) => one.deletes),
      patches: part.flatMap((one) => one.patches),
      posts: part.flatMap((one) => one.posts),
    };
  }
}
