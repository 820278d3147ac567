import { shownValue } from '../labels/secrets.ts';
import { nearest } from '../nearest.ts';
import { labelName } from '../routes/private-names.ts';
import type { Answers } from './answers.ts';
import { type Cause, cause, type Fix } from './cause.ts';
import { correctFix, labelsFix, logsFix, type Place } from './fixes.ts';
import { listed } from './given.ts';
import type { Way } from './ways.ts';

const WITHOUT = 'Leave it out, and with it what it is for, as a login; or let the operator define it.';

/** Why Traefik has a router and switches it off, in its own words, and the label that it is about. */
export function refused(
  place: Place,
  way: Way,
  { errors, middlewares }: Extract<Answers['router'], { state: 'refused' }>,
): Cause {
  const said = errors.join('; ') || 'it is switched off';
  const [, missing = ''] = /middleware "([^"]+)" does not exist/.exec(said) ?? [];
  const naming = missing === '' ? undefined : namingLabel(place, missing);
  const { name } = way.check.route;
  if (naming === undefined)
    return cause('proxy-refuses', `Traefik does not route ${name}: ${said}`, refusedFix(place, way, said));
  const meant = nearest(missing, middlewares);
  const left = listed(place.container.labels[naming])
    .map((one) => (one === missing ? (meant ?? '') : one))
    .filter((one) => one !== '')
    .join(',');
  const text = meant === undefined ? WITHOUT : `${meant} is there.`;
  return cause(
    'middleware-unknown',
    `the router ${name} names the middleware ${missing}, which nobody has defined`,
    labelsFix(place, { [naming]: left === '' ? undefined : left }, text),
  );
}

function namingLabel({ container: { labels } }: Place, middleware: string): string | undefined {
  return Object.keys(labels).find(
    (label) => /\.middlewares$/i.test(label) && listed(labels[label]).includes(middleware),
  );
}

/** An option of a middleware, on whichever container of the repository it is written. */
type Option = { readonly place: Place; readonly label: string; readonly value: string };

/** Only its author knows what the label is to say; so it is named, and where it stands. */
function refusedFix(place: Place, way: Way, said: string): Fix {
  const option = optionMeant(optionsOf(place, way), said);
  if (option === undefined) return logsFix(place, 'What Traefik says of it is all that is known.');
  return correctFix(
    option.place,
    option.label,
    `Correct ${option.label}=${shownValue(option.label, option.value)}`,
  );
}

/** The longest that Traefik's words repeat, else the only one. */
function optionMeant(options: readonly Option[], said: string): Option | undefined {
  const repeated = options.flatMap((option) =>
    listed(option.value)
      .filter((part) => part !== '' && said.includes(part))
      .map(({ length }) => ({ option, length })),
  );
  const [best] = repeated.sort((a, b) => b.length - a.length);
  return best?.option ?? (options.length === 1 ? options[0] : undefined);
}

/** Of the middlewares that the router names. */
function optionsOf({ door, repository, container }: Place, { check: { protocol, route } }: Way): Option[] {
  const router = labelName(route.name, route.networkId);
  const named = Object.entries(container.labels).find(
    ([label]) => label.toLowerCase() === `traefik.${protocol}.routers.${router}.middlewares`.toLowerCase(),
  );
  const prefixes = listed(named?.[1]).map((one) =>
    `traefik.${protocol}.middlewares.${one.replace(/@(docker|http)$/, '')}.`.toLowerCase(),
  );
  return repository.containers.flatMap((one) =>
    Object.entries(one.labels)
      .filter(([label]) => prefixes.some((prefix) => label.toLowerCase().startsWith(prefix)))
      .map(([label, value]) => ({ place: { door, repository, container: one }, label, value })),
  );
}
