import { type Container, traefikName } from './container.ts';
import type { Options } from './decode.ts';
import { labelOf } from './label-of.ts';
import { type Problem, problem } from './problem.ts';
import type { LabelSettings } from './settings.ts';

type Context = {
  readonly container: Container;
  readonly settings: LabelSettings;
  /** The names of the services that the router can mean. */
  readonly services: readonly string[];
};

/** A router with the parts that its labels leave out; none when it would lead nowhere. */
export function completeRouter(
  name: string,
  router: Options,
  context: Context,
): { router?: Options; problems: readonly Problem[] } {
  const { container, services } = context;
  const { label } = labelOf(container, `http.routers.${name}`);
  const service = router['service'] || (services.length === 1 ? services[0] : undefined);
  if (service === undefined) {
    const reason = `the router '${name}' could mean any of the services ${services.join(', ')}`;
    const fix = `Say which: traefik.http.routers.${name}.service=NAME.`;
    return { problems: [problem(container, 'service-ambiguous', { label, reason, fix })] };
  }
  const completed: Options = { ...router, service, rule: router['rule'] || defaultRule(container) };
  const entryPoints = keepKnownEntryPoints(name, completed, context);
  const tls = keepKnownResolver(name, completed, context);
  const problems = [...entryPoints.problems, ...tls.problems];
  // Without a name left Traefik would put it on its default entrypoints.
  if (entryPoints.options['entryPoints'] && entryPoints.options['entryPoints'].length === 0)
    return { problems };
  return { router: { ...completed, ...entryPoints.options, ...tls.options }, problems };
}

function defaultRule(container: Container): string {
  return `Host(\`${traefikName(container)}\`)`;
}

type Kept = {
  readonly options: { entryPoints?: string[]; tls?: Options };
  readonly problems: readonly Problem[];
};

/** A router that names an entrypoint which is not there listens on the others that it names. */
function keepKnownEntryPoints(name: string, router: Options, { container, settings }: Context): Kept {
  const { label } = labelOf(container, `http.routers.${name}.entrypoints`);
  const wanted = router['entryPoints'] as string[] | undefined;
  const { entryPoints } = settings;
  if (wanted === undefined || entryPoints === 'any') return { options: {}, problems: [] };
  const missing = wanted.filter((one) => !entryPoints.includes(one));
  const problems = missing
    .filter((one) => !one.endsWith('-v6'))
    .map((one) =>
      problem(container, 'entrypoint-unknown', {
        label,
        reason: `this machine has no entrypoint '${one}'`,
        fix: `Use one of ${entryPoints.join(', ')}.`,
      }),
    );
  return { options: { entryPoints: wanted.filter((one) => entryPoints.includes(one)) }, problems };
}

/** A resolver that is not there would leave the router with Traefik's own certificate, and an error at every change. */
function keepKnownResolver(name: string, router: Options, { container, settings }: Context): Kept {
  const { label } = labelOf(container, `http.routers.${name}.tls.certresolver`);
  const tls = router['tls'] as Options | undefined;
  const resolver = tls?.['certResolver'];
  if (tls === undefined || resolver === undefined) return { options: {}, problems: [] };
  const known = settings.certResolvers === 'ignored' ? [] : settings.certResolvers;
  if (known.includes(String(resolver))) return { options: {}, problems: [] };
  const { certResolver: _, domains: __, ...rest } = tls;
  if (settings.certResolvers === 'ignored') return { options: { tls: rest }, problems: [] };
  return {
    options: { tls: rest },
    problems: [
      problem(container, 'resolver-unknown', {
        label,
        reason: `this machine has no certificate resolver '${resolver}'`,
        fix: known.length > 0 ? `Use ${known.join(' or ')}.` : 'Set one up, or use tls=true.',
      }),
    ],
  };
}
