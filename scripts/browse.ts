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

/**
 * Asks for a page of this machine: `*.localhost` is 127.0.0.1 whatever the resolver says, and the certificate is not
 * checked, since it is Traefik's own. With a form, posts that.
 */
export function browse(url: string, form?: string): Promise<Page> {
  const { protocol, hostname, port, pathname, host } = new URL(url);
  const secure = protocol === 'https:';
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const sent = (secure ? secureRequest : plainRequest)(
      {
        host: '127.0.0.1',
        port: port || (secure ? 443 : 80),
        path: pathname,
        method: form === undefined ? 'GET' : 'POST',
        headers: {
          host,
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
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
    sent.end(form);
  });
}
