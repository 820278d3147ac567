import { request } from 'node:http';

export type Answer = { readonly status: number; readonly body: string };

/** Where to ask: a port of this machine or a Unix socket. */
export type Destination = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/**
 * One GET request.
 *
 * @param timeout in milliseconds, for the whole of it
 * @throws Error when nothing answers in time
 */
export function get(destination: Destination, path: string, timeout: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...destination, path, agent: false, signal: AbortSignal.timeout(timeout) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: String(Buffer.concat(chunks)) }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
