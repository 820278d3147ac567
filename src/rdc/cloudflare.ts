import type { Context } from '../core/infra/contexts.ts';
import { settingOf } from '../core/infra/settings.ts';
import type { CloudflareOptions } from '../edges/cloudflare.ts';

/** How to reach Cloudflare for a server: as its Traefik does. Undefined: it has no token, or its records are elsewhere. */
export function cloudflareOf({ infra, secrets }: Context): CloudflareOptions | undefined {
  const { cfDnsToken: token, dnsVariables } = secrets;
  if (token === undefined || settingOf(infra, 'dnsProvider') !== 'cloudflare') return undefined;
  const baseUrl = /^CLOUDFLARE_BASE_URL=(.*)$/m.exec(dnsVariables?.reveal() ?? '')?.[1];
  return { token, baseUrl: baseUrl?.replace(/^(["'])(.*)\1$/, '$2') };
}
