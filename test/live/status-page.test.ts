import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse, form } from '../../scripts/browse.ts';
import { createLab, type Lab, ROOT, until } from './lab.ts';

const PAGE = 'http://127.0.0.1:7111/';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let lab: Lab;
let browser: Browser;
let page: Page;
/** Everything that the browser complains about, and every request that leaves the machine's own page. */
const complaints: string[] = [];

async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const opened = await browser.newPage(options);
  opened.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(String(error)));
  opened.on('request', (request) => {
    if (!request.url().startsWith(PAGE) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await opened.goto(PAGE);
  return opened;
}

/** What is wrong by the rules of WCAG, as axe finds it. */
async function violations(on: Page): Promise<unknown> {
  await on.evaluate(AXE);
  return on.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
  );
}

beforeAll(async () => {
  lab = createLab();
  lab.copyExample('hello');
  lab.write('shop', {
    'docker-compose.yml': `
services:
  web:
    image: busybox
    init: true
    command: sh -c 'mkdir /page; echo hi >/page/index.html; exec httpd -f -h /page -p $$SERVICE_IP:80'
    labels:
      traefik.enable: "true"
      traefik.http.routers.web.rule: Host(\`shop.localhost\`)
      traefik.http.routers.web.middlewares: securty
      traefik.http.middlewares.security.headers.framedeny: "true"
      traefik.http.services.web.loadbalancer.server.port: "80"
  queue:
    image: busybox
    init: true
    command: sleep 1000
    expose: ["5672"]
`,
  });
  await lab.local(`${lab.folder}/hello`, `${lab.folder}/shop`);
  await Promise.all([lab.load(2816, 'hello'), lab.load(2880, 'hello')]);
  browser = await chromium.launch({
    executablePath: String(execFileSync('sh', [join(ROOT, 'scripts/chromium')])).trim(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  page = await open();
});

afterAll(async () => {
  await browser?.close();
  await lab[Symbol.asyncDispose]();
});

test('a container that starts shows without a reload, with its link', async () => {
  await page.getByText('no container runs').first().waitFor();
  expect(await page.locator('#state').textContent()).toBe('ok');
  await page.evaluate('window.isTheSame = true');
  await lab.compose('hello', 'up', '-d');
  await page.getByRole('link', { name: 'https://hello-2816.localhost' }).waitFor();
  expect(await page.evaluate('window.isTheSame')).toBe(true);
});

test('a problem shows with its fix, and goes when it is mended', async () => {
  await lab.compose('shop', 'up', '-d');
  const problems = page.getByRole('region', { name: 'Problems' });
  await problems.getByText("names the middleware 'securty'").waitFor();
  expect(await problems.textContent()).toContain("Did you mean 'security'?");
  const file = `${lab.folder}/shop/docker-compose.yml`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('securty', 'security'));
  if (process.env['REDIACC_PICTURES'] === '1') return;
  await lab.compose('shop', 'up', '-d');
  await problems.waitFor({ state: 'hidden' });
  expect(await page.getByRole('row', { name: /^queue/ }).textContent()).toContain('port 5672 is AMQP');
});

test('how long requests take comes with them', async () => {
  const row = page.getByRole('row', { name: /^hello/ });
  await until('a request is counted', async () => {
    await browse('https://hello-2816.localhost/').catch(() => undefined);
    return /\d ms/.test((await row.textContent()) ?? '');
  });
});

test.each([
  ['light', { colorScheme: 'light', viewport: { width: 1100, height: 760 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1100, height: 760 } }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 840 }, isMobile: true }],
] as const)('axe finds nothing on it, and nothing is cut off: %s', async (name, options) => {
  const other = await open(options);
  await other.getByRole('link', { name: 'https://hello-2816.localhost' }).waitFor();
  expect(await violations(other)).toEqual([]);
  expect(await other.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  if (process.env['REDIACC_PICTURES'] === '1')
    await other.screenshot({ path: join(ROOT, `docs/status-${name}.png`), fullPage: true });
  await other.close();
});

test('it can be used by keyboard, and an update moves nobody', async () => {
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the repositories');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.href')).toBe('https://hello-2816.localhost/');
  await lab.compose('shop', 'stop', '-t', '0', 'queue');
  await page.getByRole('row', { name: /^queue/ }).waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.href')).toBe('https://hello-2816.localhost/');
});

test('no page of others can read it, and it changes nothing', async () => {
  for (const path of ['/', '/events', '/routes.json'])
    expect((await browse(`http://elsewhere.example:7111${path}`, { at: '127.0.0.1' })).status).toBe(403);
  const { headers, body } = await browse(PAGE);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(body).not.toMatch(/<form|<button|<input/);
  expect((await browse(PAGE, form('x=1'))).status).toBe(405);
});

test('the browser has nothing to complain about, and asked nobody else', () => {
  expect(complaints).toEqual([]);
});

test('renet status-page says where it is', async () => {
  expect((await lab.renet(['status-page'])).stdout).toBe('http://127.0.0.1:7111/\n');
});
