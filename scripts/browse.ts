import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

/** A page as a browser on this machine would get it. */
export type Page = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
};

const TIMEOUT = 10_000;

/** What a request sends beside its address. */
export type Sent = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The machine's address; this one's if none is given. */
  readonly at?: string;
};

/** What a browser sends for a form. */
export function form(body: string): Sent {
  return { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}

/**
 * Asks for a page of this machine, or another: every host is at its address whatever the resolver says, and the certificate is not
 * checked, since it is Traefik's own. With a body, posts that.
 */
export function browse(url: string, { headers = {}, body, at = '127.0.0.1' }: Sent = {}): Promise<Page> {
  const { protocol, hostname, port, pathname, host } = new URL(url);
  const secure = protocol === 'https:';
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const sent = (secure ? secureRequest : plainRequest)(
      {
        host: at,
        port: port || (secure ? 443 : 80),
        path: pathname,
        method: body === undefined ? 'GET' : 'POST',
        headers: { host, ...headers },
        servername: hostname,
        rejectUnauthorized: false,
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: String(Buffer.concat(chunks)),
            milliseconds: performance.now() - begin,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
