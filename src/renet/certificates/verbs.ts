import type { Entry } from '../../core/entry.ts';
import type { Call, Verb } from '../verb.ts';
import { listHosts } from './list.ts';
import { renderHosts } from './report.ts';
import { retryCertificates } from './retry.ts';

/** What is asked and done about certificates. */
export const CERTIFICATE_VERBS: Readonly<Record<string, Verb>> = {
  'cert list': showCertificates,
  'proxy certificates': showCertificates,
  'cert retry': retry,
};

async function showCertificates({ options: { json } }: Call, { print, endWith }: Entry): Promise<void> {
  const hosts = await listHosts();
  if (json) print(JSON.stringify(hosts, null, 2));
  else for (const line of renderHosts(hosts)) print(line);
  endWith(hosts.every(({ state }) => state === 'served' || state === 'ordered') ? 0 : 1);
}

async function retry({ operands, options }: Call, { print, endWith }: Entry): Promise<void> {
  const hosts = await retryCertificates({
    names: operands,
    isNewAccount: options.newAccount === true,
    print,
  });
  if (hosts.length === 0) return print('no certificate has failed');
  for (const line of renderHosts(hosts)) print(line);
  endWith(hosts.every(({ state }) => state === 'served') ? 0 : 1);
}
