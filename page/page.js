// @ts-check
/** @import { Status, RepositoryStatus, ServiceStatus, RouteStatus, ProblemStatus } from '../src/core/status/status.ts' */

/**
 * An element with what is in it. Text is never read as HTML: names and labels are written by whoever has a repository.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} content
 */
function element(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** @param {string} selector */
function find(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`there is no ${selector}`);
  return found;
}

/**
 * @param {readonly string[]} titles
 * @param {readonly (readonly (Node | string)[])[]} rows the first cell of each names it
 */
function table(titles, rows) {
  const head = element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)));
  const body = rows.map(([first = '', ...cells]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      ...cells.map((cell) => element('td', {}, cell)),
    ),
  );
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
}

/** @param {RouteStatus} route */
function route({ text, href, latency }) {
  const name =
    href === undefined ? element('code', {}, text) : element('a', { href, rel: 'noreferrer' }, text);
  if (latency === undefined) return element('li', {}, name);
  const took = `${latency.milliseconds} ms`;
  const title = `mean of the last ${latency.requests} requests`;
  return element('li', {}, name, ' ', element('span', { class: 'soft number', title }, took));
}

/** @param {ServiceStatus} service */
function service({ name, address, routes, note }) {
  const where =
    routes.length > 0
      ? element('ul', {}, ...routes.map(route))
      : element('span', { class: 'soft' }, note ?? 'no route');
  return [name, element('code', {}, address), where];
}

/** @param {RepositoryStatus} repository */
function repository({ name, networkId, state, services }) {
  const said = state === 'up' ? String(networkId) : `${networkId}, daemon ${state}`;
  const head = element(
    'div',
    { class: 'head' },
    element('h3', {}, name),
    element('span', { class: 'soft' }, said),
  );
  const content =
    services.length > 0
      ? table(['Service', 'Address', 'Reachable at'], services.map(service))
      : element('p', { class: 'soft' }, 'no container runs');
  return element('article', { class: 'card' }, head, content);
}

/** @param {ProblemStatus} problem */
function problem({ code, repository: name, container, label, value, reason, fix }) {
  return element(
    'li',
    {},
    element('p', {}, element('strong', {}, `${name}/${container}`), `: ${reason}`),
    ...(label === undefined ? [] : [element('p', {}, element('code', {}, `${label}=${value ?? ''}`))]),
    element('p', {}, fix, ' ', element('span', { class: 'soft' }, `[${code}]`)),
  );
}

/**
 * @param {string} id
 * @param {readonly Node[]} content nothing: the section is not there
 */
function fill(id, content) {
  find(`#${id}`).hidden = content.length === 0;
  find(`#${id} > :last-child`).replaceChildren(...content);
}

/**
 * @param {number} number
 * @param {string} one
 */
function count(number, one, several = `${one}s`) {
  return `${number} ${number === 1 ? one : several}`;
}

/** @param {Status} status */
function show({ state, reasons, baseDomain, repositories, ports, certificates, problems, version }) {
  const services = repositories.reduce((sum, one) => sum + one.services.length, 0);
  const counted = [
    count(repositories.length, 'repository', 'repositories'),
    count(services, 'service'),
    count(problems.length, 'problem'),
  ].join(', ');
  say(state, reasons.length === 0 ? state : `${state}: ${reasons.join('; ')}`);
  find('#summary').textContent =
    `${counted} · ${baseDomain === null ? 'no auto-routes' : `*.${baseDomain}`} · ${version}`;
  fill('problems', problems.map(problem));
  find('#repositories > :last-child').replaceChildren(
    ...(repositories.length > 0
      ? repositories.map(repository)
      : [element('p', { class: 'soft' }, 'None is up. Bring one up, and it shows here by itself.')]),
  );
  const portRows = ports.map(({ port, repository: name, service: one, target }) => [
    port,
    `${name}/${one}`,
    element('code', {}, target),
  ]);
  fill('ports', ports.length === 0 ? [] : [table(['Entrypoint', 'Container', 'Leads to'], portRows)]);
  const rows = certificates.map(({ names, state: is, said }) => [
    names,
    element('span', { class: is }, is),
    said,
  ]);
  fill('certificates', certificates.length === 0 ? [] : [table(['Hosts', 'State', 'Certificate'], rows)]);
}

/**
 * @param {string} state
 * @param {string} text
 */
function say(state, text) {
  const place = find('#state');
  place.dataset['state'] = state;
  if (place.textContent !== text) place.textContent = text;
}

const events = new EventSource('/events');
events.addEventListener('message', ({ data }) => keepFocus(() => show(JSON.parse(data))));
events.addEventListener('error', () => say('lost', 'the connection is lost; trying again'));

/**
 * Whoever goes through the links by keyboard stays where they are.
 *
 * @param {() => void} change
 */
function keepFocus(change) {
  const href = document.activeElement?.getAttribute('href');
  change();
  const link = [...document.querySelectorAll('main a')].find((one) => one.getAttribute('href') === href);
  if (href !== undefined && href !== null && link instanceof HTMLElement) link.focus();
}
