import { traefikName } from './container.ts';
import type { Options } from './decode.ts';
import { chooseEntryPoints } from './entry-points.ts';
import { labelOf } from './label-of.ts';
import { type Completed, type Problem, problem } from './problem.ts';
import type { NamedRouter } from './sections.ts';
import type { LabelContext } from './settings.ts';

/** A router with the parts that its labels leave out; none when it would lead nowhere. */
export function completeRouter(given: NamedRouter, context: LabelContext): Completed<Options | undefined> {
  const linked = linkRouter(given, context);
  if ('code' in linked) return { value: undefined, problems: [linked] };
  const completed = { ...given, router: linked.router };
  const entryPoints = chooseEntryPoints(completed, context);
  const tls = keepKnownResolver(completed, context);
  const problems = [...entryPoints.problems, ...tls.problems];
  if (entryPoints.value === undefined) return { value: undefined, problems };
  return { value: { ...linked.router, ...entryPoints.value, ...tls.value }, problems };
}

/** With its rule, which UDP has none of, and the service that it leads to. */
function linkRouter(given: NamedRouter, context: LabelContext): { router: Options } | Problem {
  const { protocol, name, router, services } = given;
  const { container } = context;
  const label = () => labelOf(container, `${protocol}.routers.${name}`).label;
  const rule = router['rule'] || (protocol === 'http' ? `Host(\`${traefikName(container)}\`)` : undefined);
  if (protocol === 'tcp' && rule === undefined) {
    const reason = `the TCP router '${name}' has no rule, and there is no default one`;
    const fix = `Write traefik.tcp.routers.${name}.rule=HostSNI(\`*\`), or the name that its clients send by TLS.`;
    return problem(container, 'rule-missing', { label: label(), reason, fix });
  }
  const service = router['service'] || (services.length === 1 ? services[0] : undefined);
  if (service === undefined) {
    const reason = `the router '${name}' could mean any of the services ${services.join(', ')}`;
    const fix = `Say which: traefik.${protocol}.routers.${name}.service=NAME.`;
    return problem(container, 'service-ambiguous', { label: label(), reason, fix });
  }
  return { router: { ...router, service, ...(rule === undefined ? {} : { rule }) } };
}

/** A resolver that is not there would leave the router with Traefik's own certificate, and an error at every change. */
function keepKnownResolver(
  { protocol, name, router }: NamedRouter,
  { container, settings }: LabelContext,
): Completed<{ tls?: Options }> {
  const tls = router['tls'] as Options | undefined;
  const resolver = tls?.['certResolver'];
  if (tls === undefined || resolver === undefined) return { value: {}, problems: [] };
  const { certResolver: _, domains: __, ...rest } = tls;
  if (settings.certResolvers === 'ignored') return { value: { tls: rest }, problems: [] };
  if (settings.certResolvers.includes(String(resolver))) return { value: {}, problems: [] };
  const known = settings.certResolvers.join(' or ');
  const reason = `this machine has no certificate resolver '${resolver}'`;
  const { label } = labelOf(container, `${protocol}.routers.${name}.tls.certresolver`);
  return {
    value: settings.trusted ? {} : { tls: rest },
    problems: [
      problem(container, 'resolver-unknown', {
        label,
        reason,
        part: {
          wrong: String(resolver),
          ...(known === '' ? {} : { meant: settings.certResolvers[0] ?? '' }),
        },
        fix: known === '' ? 'Set one up, or use tls=true.' : `Use ${known}.`,
      }),
    ],
  };
}
