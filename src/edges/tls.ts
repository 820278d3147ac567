import { once } from 'node:events';
import { connect } from 'node:tls';

/**
 * Whether somebody completes a TLS handshake there, with whatever certificate.
 *
 * @param timeout in milliseconds
 */
export async function shakesHands(host: string, port: number, timeout: number): Promise<boolean> {
  const socket = connect({ host, port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeout) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
