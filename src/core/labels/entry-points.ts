import { nearest } from '../nearest.ts';
import { labelOf } from './label-of.ts';
import { type Completed, type Problem, problem } from './problem.ts';
import type { NamedRouter } from './sections.ts';
import type { LabelContext, LabelSettings } from './settings.ts';

/** Entrypoints that end so are the others again, on the machine's IPv6 address. */
export const TWIN = '-v6';

/**
 * Where a router listens. One that names an entrypoint which is not there listens on the others that it names, and one that
 * names an entrypoint which has an IPv6 twin listens there too. Undefined: nowhere.
 *
 * Without a name Traefik takes its default entrypoints for HTTP, and every single one for TCP and UDP.
 */
export function chooseEntryPoints(
  given: NamedRouter,
  context: LabelContext,
): Completed<{ entryPoints?: string[] } | undefined> {
  const { protocol, name, router } = given;
  const { trusted, entryPoints: known } = context.settings;
  const wanted = router['entryPoints'] as string[] | undefined;
  if (wanted === undefined) {
    if (protocol === 'http' || trusted) return { value: {}, problems: [] };
    return { value: undefined, problems: [noEntryPoint(given, context)] };
  }
  if (known === 'any') return { value: {}, problems: [] };
  const missing = wanted.filter((one) => !known.includes(one) && !one.endsWith(TWIN));
  const label = () => labelOf(context.container, `${protocol}.routers.${name}.entrypoints`).label;
  const problems = missing.map((one) => unknownEntryPoint(one, label(), context));
  const kept = trusted ? wanted : wanted.filter((one) => known.includes(one));
  // Without a name left Traefik would put it on its default entrypoints.
  if (kept.length === 0) return { value: undefined, problems };
  return { value: { entryPoints: withTwins(kept, context.settings) }, problems };
}

/** Entrypoints with those of their twins that are there. */
export function withTwins(names: readonly string[], { entryPoints: known }: LabelSettings): string[] {
  const twins = names
    .map((name) => `${name}${TWIN}`)
    .filter((twin) => known !== 'any' && known.includes(twin));
  return [...new Set([...names, ...twins])];
}

function unknownEntryPoint(name: string, label: string, { container, settings }: LabelContext): Problem {
  const known = settings.entryPoints === 'any' ? [] : settings.entryPoints;
  const meant = nearest(name, known);
  return problem(container, 'entrypoint-unknown', {
    label,
    part: { wrong: name, ...(meant === undefined ? {} : { meant }) },
    reason: `this machine has no entrypoint '${name}'`,
    fix: meant === undefined ? `Use one of ${known.join(', ')}.` : `Did you mean '${meant}'?`,
  });
}

function noEntryPoint({ protocol, name }: NamedRouter, { container }: LabelContext): Problem {
  return problem(container, 'entrypoint-missing', {
    label: labelOf(container, `${protocol}.routers.${name}`).label,
    reason: `the ${protocol.toUpperCase()} router '${name}' names no entrypoint, and would listen on every one`,
    fix: `Name one, as in traefik.${protocol}.routers.${name}.entrypoints=${protocol}-8000.`,
  });
}
