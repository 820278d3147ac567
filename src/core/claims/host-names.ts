import type { Problem } from '../labels/problem.ts';
import type { LabelSettings } from '../labels/settings.ts';
import { isNetworkId, type NetworkId } from '../network/subnet.ts';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

type Wrong = Pick<Problem, 'code' | 'reason' | 'fix' | 'part'>;

/** Why a repository cannot claim a host of its rule; undefined when it can. */
export function checkHost(
  host: string,
  id: NetworkId,
  { baseDomain, autoRoutes }: Pick<LabelSettings, 'baseDomain' | 'autoRoutes'>,
): Wrong | undefined {
  const [first = '', ...rest] = host.split('.');
  const isWildcard = first === '*';
  // A wildcard right below a top-level domain would be half of the internet.
  const isName =
    (isWildcard ? rest.length > 1 : LABEL.test(first)) && rest.every((label) => LABEL.test(label));
  if (!isName) return invalid(host);
  if (!autoRoutes || baseDomain === undefined || rest.join('.') !== baseDomain) return undefined;
  const number = Number(/-(\d+)$/.exec(first)?.[1]);
  if (!isWildcard && (!isNetworkId(number) || number === id)) return undefined;
  return {
    code: 'host-reserved',
    part: { wrong: host },
    reason: `'${host}' ${isWildcard ? 'covers' : 'is'} a name of the auto-routes, which are {service}-{network id}.${baseDomain}`,
    fix: 'Choose another name.',
  };
}

function invalid(host: string): Wrong {
  // Browsers send names in ASCII, and so must a rule have them.
  const ascii = URL.parse(`http://${host}`)?.hostname;
  const isOtherwise = ascii !== undefined && ascii !== host && /[^\0-\x7f]/.test(host);
  return {
    code: 'host-invalid',
    part: { wrong: host, ...(isOtherwise ? { meant: ascii } : {}) },
    reason: `'${host}' is not the name of a host`,
    fix: isOtherwise
      ? `Write it as browsers send it: ${ascii}.`
      : 'Write a name such as app.example.com, or *.example.com for all right below it.',
  };
}

/** The wildcard that covers a name: `*.example.com` for `app.example.com`; none for a wildcard, or a name without a dot. */
export function parentWildcard(host: string): string | undefined {
  const dot = host.indexOf('.');
  return dot < 0 || host.startsWith('*.') ? undefined : `*${host.slice(dot)}`;
}
