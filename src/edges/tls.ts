import { once } from 'node:events';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';

export type Certificate = {
  /** Who has signed it, in one word or two. */
  readonly issuer: string;
  /** In hexadecimal. */
  readonly serial: string;
  readonly until: Date;
  /** Whether it is one for the name that was asked for. */
  readonly isForName: boolean;
  /** Whether this machine's authorities vouch for it. */
  readonly isTrusted: boolean;
};

/** RFC 6066: an address is no server name. */
export function servername(name: string): { servername: string } {
  return { servername: /^[\d.]+$|:/.test(name) ? '' : name };
}

export function certificateOf(socket: TLSSocket, name: string): Certificate {
  const found = socket.getPeerCertificate();
  const { O: organization, CN: common } = found.issuer ?? {};
  return {
    issuer: String(organization ?? common ?? 'nobody'),
    serial: String(found.serialNumber ?? ''),
    until: new Date(found.valid_to),
    isForName: checkServerIdentity(name, found) === undefined,
    isTrusted: socket.authorized,
  };
}

type Place = { readonly host: string; readonly port: number };

/**
 * The certificate that is shown to who asks for a name.
 *
 * @param timeout in milliseconds
 * @throws Error when there is no TLS handshake in time
 */
export async function presentedCertificate(
  { host, port }: Place,
  name: string,
  timeout: number,
): Promise<Certificate> {
  const socket = connect({ host, port, ...servername(name), rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeout) });
    return certificateOf(socket, name);
  } finally {
    socket.destroy();
  }
}

/** Whether somebody completes a TLS handshake there, with whatever certificate. */
export async function shakesHands({ host, port }: Place, timeout: number): Promise<boolean> {
  return presentedCertificate({ host, port }, host, timeout).then(
    () => true,
    () => false,
  );
}
