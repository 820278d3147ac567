import type { CertificateReport } from '../../core/certificates/report.ts';
import { serverDoor } from '../../core/infra/front-door.ts';
import type { EntryPoint } from '../../core/traefik/static-config.ts';
import { type Certificate, presentedCertificate } from '../../edges/tls.ts';
import { askRouteServer } from '../front-door.ts';
import { ownInfra } from '../own-infra.ts';

/** A host that is to have a certificate, and what is shown to who asks for it. */
export type Host = Omit<CertificateReport, 'names'> & {
  readonly name: string;
  /** Undefined: no TLS handshake is completed. */
  readonly presented: Certificate | undefined;
};

const TIMEOUT = 5_000;

export async function askCertificates(): Promise<CertificateReport[]> {
  return JSON.parse(
    await askRouteServer(serverDoor(await ownInfra()), '/certificates.json'),
  ) as CertificateReport[];
}

export async function listHosts(): Promise<Host[]> {
  const { entryPoints } = await ownInfra();
  const secure = entryPoints.find(({ name }) => name === 'websecure');
  const reports = await askCertificates();
  return Promise.all(
    reports.flatMap(({ names, ...report }) =>
      names.map(async (name) => ({ name, ...report, presented: await lookAt(secure, name) })),
    ),
  );
}

/** For a wildcard any name below it is asked for. */
async function lookAt(entryPoint: EntryPoint | undefined, name: string): Promise<Certificate | undefined> {
  if (entryPoint === undefined) return undefined;
  return presentedCertificate(entryPoint, name.replace(/^\*\./, 'any.'), TIMEOUT).catch(() => undefined);
}
