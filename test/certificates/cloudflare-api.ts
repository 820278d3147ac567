import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  ApiError,
  addRecord,
  changeRecord,
  type Draft,
  findRecord,
  newId,
  removeRecord,
  type Zone,
} from './zones.ts';

/** What Cloudflare does with requests: `hang` never answers. */
export type ApiMode = 'well' | 'error' | 'throttled' | 'hang';

export type CloudflareState = {
  readonly zones: readonly Zone[];
  /** Tokens, with the names of the zones that each may see, and whether it may edit them. */
  readonly tokens: Map<string, { readonly zones: readonly string[]; readonly mayEdit: boolean }>;
  api: ApiMode;
  /** What was asked, as `POST /zones/…/dns_records`. */
  readonly calls: string[];
};

type Query = URLSearchParams;
type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly token: string;
  readonly body: unknown;
};

const BASE = '/client/v4';
const MADE = '2026-01-01T00:00:00.000000Z';

/** Cloudflare's API, as far as lego and rdc use it (developers.cloudflare.com/api). */
export function createApi(state: CloudflareState): Server {
  return createServer(async (incoming, response) => {
    const request = await readRequest(incoming);
    state.calls.push(`${request.method} ${request.path.replaceAll(/[0-9a-f]{32}/g, 'ID')}`);
    if (state.api === 'hang') return;
    const [status, answer] = answerSafely(state, request);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 429 ? { 'retry-after': '1' } : {}),
    });
    response.end(JSON.stringify(answer));
  });
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
  const body = await text(incoming);
  return {
    method: incoming.method ?? '',
    path: pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname,
    query: searchParams,
    token: /^Bearer (\S+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '',
    body: body === '' ? undefined : JSON.parse(body),
  };
}

function answerSafely(state: CloudflareState, request: Request): [status: number, answer: unknown] {
  try {
    if (state.api === 'error') throw new ApiError(500, 10000, 'internal');
    if (state.api === 'throttled')
      throw new ApiError(429, 971, 'Please wait and consider throttling your request speed');
    return [200, { success: true, errors: [], messages: [], ...answer(state, request) }];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, code, message } = error;
    const chain = [{ code: 6111, message: 'Invalid format for Authorization header' }];
    const errors = [{ code, message, ...(code === 6003 ? { error_chain: chain } : {}) }];
    return [status, { success: false, errors, messages: [], result: null }];
  }
}

function answer(state: CloudflareState, request: Request): object {
  const { method, path, query, token } = request;
  if (!/^[\w-]{8,}$/.test(token)) throw new ApiError(400, 6003, 'Invalid request headers');
  const rights = state.tokens.get(token);
  if (path === '/user/tokens/verify') {
    if (rights === undefined) throw new ApiError(401, 1000, 'Invalid API Token');
    return { result: { id: newId(), status: 'active' } };
  }
  if (rights === undefined) throw new ApiError(403, 9109, 'Invalid access token');
  const zones = state.zones.filter(({ name }) => rights.zones.includes(name));
  if (path === '/zones' && method === 'GET') {
    const name = query.get('name');
    const found = zones.filter((zone) => name === null || zone.name === name);
    return page(
      found.map((zone) => showZone(zone, rights.mayEdit)),
      query,
    );
  }
  const [, id, rest = ''] = /^\/zones\/([0-9a-f]{32})(\/.*)?$/.exec(path) ?? [];
  const zone = zones.find((one) => one.id === id);
  if (zone === undefined)
    throw new ApiError(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
  if (rest === '') return { result: showZone(zone, rights.mayEdit) };
  if (method !== 'GET' && !rights.mayEdit) throw new ApiError(403, 10000, 'Authentication error');
  return answerRecords(zone, rest, request);
}

function showZone({ id, name }: Zone, mayEdit: boolean): object {
  const permissions = ['#dns_records:read', ...(mayEdit ? ['#dns_records:edit'] : []), '#zone:read'];
  return {
    ...{ id, name, permissions, status: 'active', type: 'full', paused: false },
    ...{
      name_servers: ['ns1.test'],
      account: { id, name: 'test' },
      development_mode: 0,
      meta: {},
      owner: {},
    },
    ...{ plan: {}, activated_on: MADE, created_on: MADE, modified_on: MADE },
    ...{ original_dnshost: null, original_name_servers: null, original_registrar: null },
  };
}

type Batch = { deletes?: { id: string }[]; patches?: (Draft & { id: string })[]; posts?: Draft[] };

function answerRecords(zone: Zone, path: string, { method, query, body }: Request): object {
  const id = /^\/dns_records\/([0-9a-f]{32})$/.exec(path)?.[1];
  if (path === '/dns_records' && method === 'GET') return page(findRecords(zone, query), query);
  if (path === '/dns_records' && method === 'POST') return { result: addRecord(zone, body as Draft) };
  if (path === '/dns_records/batch' && method === 'POST') return { result: changeMany(zone, body as Batch) };
  if (id === undefined) throw new ApiError(405, 10405, 'Method not allowed');
  if (method === 'GET') return { result: findRecord(zone, id) };
  if (method === 'PATCH') return { result: changeRecord(zone, id, body as Draft) };
  if (method === 'DELETE') return { result: { id: removeRecord(zone, id).id } };
  throw new ApiError(405, 10405, 'Method not allowed');
}

/** All or nothing, deletions first. */
function changeMany(zone: Zone, { deletes = [], patches = [], posts = [] }: Batch): object {
  const before = zone.records.map((record) => ({ ...record }));
  try {
    return {
      deletes: deletes.map(({ id }) => removeRecord(zone, id)),
      patches: patches.map(({ id, ...draft }) => changeRecord(zone, id, draft)),
      posts: posts.map((draft) => addRecord(zone, draft)),
    };
  } catch (error) {
    zone.records = before;
    throw error;
  }
}

function findRecords({ records }: Zone, query: Query): object[] {
  const [type, name] = [query.get('type'), query.get('name') ?? query.get('name.exact')];
  return records.filter(
    (record) => (type === null || record.type === type) && (name === null || record.name === name),
  );
}

function page(all: readonly object[], query: Query): object {
  const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
  const result = all.slice((number - 1) * size, number * size);
  const total_pages = Math.ceil(all.length / size);
  return {
    result,
    result_info: { page: number, per_page: size, count: result.length, total_count: all.length, total_pages },
  };
}
