import { Refusal } from '../refusal.ts';

/**
 * The variable that holds a service's address in a compose file: upper case, everything but letters and digits becomes
 * `_`, and a leading digit gets a `_` before it. `my-app` is `MY_APP_IP`, `2fa` is `_2FA_IP`.
 */
export function addressVariable(service: string): string {
  const name = service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return `${/^\d/.test(name) ? '_' : ''}${name}_IP`;
}

/**
 * A service's name as a DNS label (RFC 1123, 2.1): lower case, everything but letters and digits becomes `-`, none at the
 * ends. `My_App.` is `my-app`. Empty when nothing is left.
 */
export function dnsLabel(service: string): string {
  return service
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Refuses two services that would share a variable or a host name: neither could be reached for certain. */
export function refuseCollisions(services: readonly string[]): void {
  for (const [kind, nameOf] of [
    ['the variable', addressVariable],
    ['the host name', dnsLabel],
  ] as const) {
    const owner = new Map<string, string>();
    for (const service of services) {
      const name = nameOf(service);
      const other = owner.get(name);
      if (other !== undefined) {
        throw new Refusal(
          'name-collision',
          `the services '${other}' and '${service}' both give ${kind} ${name}`,
          `Rename one of them in the compose file.`,
        );
      }
      owner.set(name, service);
    }
  }
}
