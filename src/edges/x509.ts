import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CheckedCertificate } from '../core/certificates/storage.ts';

/**
 * What a PEM chain, its own certificate first, says of itself, and whether a key is its own.
 *
 * @throws Error for what is no certificate or no key
 */
export function readCertificate(chain: string, key: string): CheckedCertificate {
  const certificate = new X509Certificate(chain);
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((one) => (one.startsWith('DNS:') ? one.slice('DNS:'.length).toLowerCase() : []));
  return {
    names,
    until: certificate.validToDate.getTime(),
    hasKey: certificate.checkPrivateKey(createPrivateKey(key)),
  };
}
