import { createSocket } from 'node:dgram';
import { appendFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse } from '../../scripts/browse.ts';
import { get } from '../../src/edges/http.ts';
import { run } from '../../src/edges/process.ts';
import { type Answers, askConstantly } from '../live/front.ts';
import { until } from '../live/lab.ts';
import { createWorkstation, type TestServer, type Workstation } from './server.ts';

const HOST = 'web-2816.one.test';
const TOKEN = 'first-token-0123456789abcdefghijklmnopqr';
const OTHER_TOKEN = 'other-token-0123456789abcdefghijklmnopqr';

let workstation: Workstation;
let server: TestServer;

beforeAll(async () => {
  workstation = createWorkstation();
  server = await workstation.boot('server-1', 3);
  await set('--public-ipv4', server.ipv4, '--base-domain', 'one.test', '--tcp-ports', '25,143');
  await push();
  await (await server.daemon(2816)).web('web', 0);
  await until('the page is there', async () => (await page()).status === 200);
});
afterAll(() => workstation[Symbol.asyncDispose]());

const set = (...options: string[]): Promise<string> =>
  workstation.rdcOk('context', 'set-infra', 'server-1', ...options);
const push = (): Promise<string> => workstation.rdcOk('context', 'push-infra', 'server-1');
const page = () => browse(`https://${HOST}/`, { at: server.ipv4 });
const started = (unit: string): Promise<string> =>
  server.sh(`systemctl show --property=ActiveEnterTimestamp ${unit}`);

/** A command of this machine, in the server's network. */
function inNetwork(...argv: string[]): [string, ...string[]] {
  return ['nsenter', '-t', String(server.pid()), '--net', ...argv];
}

async function underLoad(work: () => Promise<unknown>): Promise<Answers> {
  const stop = askConstantly([HOST], server.ipv4);
  await work();
  return stop();
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.ipv4, port });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy());
  });
}

test('a push that changes nothing about ports interrupts nothing', async () => {
  const before = await started('rediacc-proxy');
  const answers = await underLoad(async () => {
    await set('--auto-routes', 'on', '--trust-labels', 'on');
    expect(await push()).toContain('restart rediacc-router.service: nothing is interrupted');
    await set('--trust-labels', 'off');
    await push();
    await push();
  });
  expect(answers.failures).toEqual([]);
  expect(answers.requests).toBeGreaterThan(100);
  expect(await started('rediacc-proxy')).toBe(before);
});

test('another renet is uploaded and used, and the route server restarts, with no request failing', async () => {
  appendFileSync(`${workstation.folder}/renet`, 'another one');
  const before = await server.sh('readlink /usr/local/bin/renet');
  const answers = await underLoad(async () => {
    const output = await workstation.onTerminal('context push-infra server-1');
    expect(output).toMatch(/\r.*uploading renet \[#+-+\] \d+ %, \d+ of \d+ MB/);
    expect(output).toContain('renet uploaded');
    expect(output).not.toContain('upload traefik');
  });
  expect(answers.failures).toEqual([]);
  const after = await server.sh('readlink /usr/local/bin/renet');
  expect(after).not.toBe(before);
  // The old one is gone, and nothing else lies there.
  expect(await server.sh('ls -A /usr/local/lib/rediacc')).toMatch(
    /^renet-[0-9a-f]{16}\ntraefik-[0-9a-f]{16}$/,
  );
});

test('a port is opened and one is closed: nobody is refused meanwhile', async () => {
  expect(await connects(587)).toBe(false);
  const answers = await underLoad(async () => {
    expect(await set('--tcp-ports', '+587,-143')).toContain('tcp-ports: 25,143 -> 25,587');
    const output = await push();
    expect(output).toContain(`open on ${server.ipv4}: TCP 587`);
    expect(output).toContain(`close on ${server.ipv4}: TCP 143`);
  });
  expect(await connects(587)).toBe(true);
  expect(await connects(143)).toBe(false);
  expect(await server.sh('ls /etc/systemd/system')).not.toContain('tcp-143');
  const kinds = Map.groupBy(answers.failures, (failure) => failure.replace(/^.*: /, ''));
  const counts = [...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(', ');
  process.stdout.write(
    `while ports changed: ${answers.requests} requests, not answered by the page: ${counts || 'none'}\n`,
  );
  expect(answers.failures.filter((failure) => /ECONNREFUSED|ETIMEDOUT/.test(failure))).toEqual([]);
});

test('IPv6 is added, with a twin for each entrypoint', async () => {
  await set('--public-ipv6', server.ipv6);
  expect(await push()).toMatch(new RegExp(`open on ${server.ipv6}: TCP 25, 80, 443, 587, `));
  await until('the page is there', async () => {
    const { body } = await browse(`https://${HOST}/`, { at: server.ipv6 });
    return body === 'web\n';
  });
  const listeners = await server.sh('ss -H -l -n -t -u');
  const ports = (address: string): string[] =>
    [...listeners.matchAll(new RegExp(`^(tcp|udp) .* ${address}:(\\d+) `, 'gm'))]
      .map(([, protocol, port]) => `${protocol} ${port}`)
      .sort();
  expect(ports(`\\[${server.ipv6}\\]`)).toEqual(ports(server.ipv4.replaceAll('.', '\\.')));
  await workstation.rdcOk('context', 'unset', 'server-1', 'public-ipv6');
  expect(await push()).toContain(`close on ${server.ipv6}`);
});

test('TCP and UDP come through the sockets that systemd has opened', async () => {
  const docker = (args: string): Promise<string> =>
    server.sh(`docker -H unix:///run/rediacc/docker-2816.sock ${args}`);
  const start = (address: string, command: string, ...labels: string[]): Promise<string> => {
    const name = command.includes('httpd') ? 'mail' : 'dns';
    const own = [`service_name=${name}`, `service_ip=${address}`, 'network_id=2816'].map(
      (one) => `rediacc.${one}`,
    );
    const all = [...own, 'traefik.enable=true', ...labels].map((one) => `--label '${one}'`).join(' ');
    return docker(`run -d --init --network=host --name=${name} ${all} busybox sh -c '${command}'`);
  };
  await start(
    '127.0.11.3',
    'mkdir /page && echo mail >/page/index.html && exec httpd -f -h /page -p 127.0.11.3:2525',
    'traefik.tcp.routers.mail.rule=HostSNI(`*`)',
    'traefik.tcp.routers.mail.entrypoints=tcp-25',
    'traefik.tcp.services.mail.loadbalancer.server.port=2525',
  );
  await until('TCP is passed on', async () => {
    const { body } = await get({ host: server.ipv4, port: 25 }, '/', 2_000).catch(() => ({ body: '' }));
    return body === 'mail\n';
  });
  await start(
    '127.0.11.4',
    'exec sleep 600',
    'traefik.udp.routers.dns.entrypoints=udp-53',
    'traefik.udp.services.dns.loadbalancer.server.port=53',
  );
  // The image has nothing that listens on UDP, so somebody else does at its address.
  const listener = server.start(
    'exec python3 -u -c \'import socket; s=socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.11.4",53)); print(s.recv(99))\'',
  );
  let heard = '';
  listener.stdout?.on('data', (chunk) => (heard += chunk));
  const socket = createSocket('udp4');
  await until('UDP is passed on', async () => {
    socket.send('a question', 53, server.ipv4);
    return heard.includes('a question');
  });
  socket.close();
  await docker('rm -f mail dns');
});

test('an access log is written and rotated, and an operator has middlewares of his own', async () => {
  await set('--access-log', 'on');
  await push();
  server.write(
    '/etc/rediacc/traefik.d/mine.yml',
    'http:\n  middlewares:\n    mine:\n      headers:\n        frameDeny: true\n',
  );
  await until('Traefik has the middleware', async () => {
    const { stdout } = await run(inNetwork('curl', '-s', 'http://127.0.0.1:7112/api/http/middlewares'));
    return stdout.includes('mine@file');
  });
  const entries = (): Promise<string> => server.sh('cat /var/log/rediacc/access.log');
  await page();
  await until('the request is written down', async () =>
    (await entries()).includes(`"RequestHost":"${HOST}"`),
  );
  await server.sh('logrotate --force /etc/logrotate.d/rediacc');
  await until('the new file is used', async () => {
    await page();
    return (await entries()).includes(HOST);
  });
  expect(await server.sh('ls /var/log/rediacc')).toBe('access.log\naccess.log.1');
  await workstation.rdcOk('context', 'unset', 'server-1', 'access-log');
  expect(await push()).toContain('remove in /etc/logrotate.d/: rediacc');
});

test('a token is nowhere but where it must be', async () => {
  const file = `${workstation.folder}/token`;
  for (const token of [TOKEN, OTHER_TOKEN]) {
    writeFileSync(file, `${token}\n`);
    // What runs is looked at all the time meanwhile.
    const watching = server.start(
      'while sleep 0.01; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -q -e "[t]oken-0123456789" && echo seen; done',
    );
    let seen = '';
    watching.stdout?.on('data', (chunk) => (seen += chunk));
    const said = await set('--cert-email', 'admin@one.test', '--cf-dns-token-file', file);
    const output = await push();
    watching.kill();
    expect(seen).toBe('');
    expect(said + output).not.toContain(token);
    expect(output).toContain('rediacc-proxy.service');
    expect(output).toContain('cf-dns-token');
    expect(await server.sh('cat /run/credentials/rediacc-proxy.service/cf-dns-token')).toBe(token);
  }
  expect(await push()).toContain('nothing to do');
  // By hand on the server the token stays, too.
  expect(await server.sh('renet proxy apply')).toContain('nothing to do');

  const shown = await workstation.rdcOk('context', 'show', 'server-1');
  expect(shown).toContain('"cfDnsToken": "[set]"');
  // Outside of what is root's alone, and in no environment, unit or log.
  for (const token of [TOKEN, OTHER_TOKEN]) {
    const files = await server.sh(
      `grep -r -l -s -F ${token} /etc /run /var/lib/rediacc /var/log /usr/local /tmp /root || true`,
    );
    const allowed =
      token === TOKEN
        ? []
        : ['/etc/rediacc/secrets/cf-dns-token', '/run/credentials/rediacc-proxy.service/cf-dns-token'];
    expect(files.split('\n').filter(Boolean).sort()).toEqual(allowed);
    expect(await server.sh(`journalctl --output=verbose | grep -c -F ${token} || true`)).toBe('0');
    expect(await server.sh(`systemctl show rediacc-proxy | grep -c -F ${token} || true`)).toBe('0');
    expect(await server.sh(`cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c -F ${token} || true`)).toBe(
      '0',
    );
  }
  const modes = await server.sh(
    'stat --format="%a %U" /etc/rediacc/secrets /etc/rediacc/secrets/cf-dns-token',
  );
  expect(modes).toBe('700 root\n600 root');

  await workstation.rdcOk('context', 'unset', 'server-1', 'cf-dns-token');
  expect(await push()).toContain('remove in /etc/rediacc/secrets/: cf-dns-token');
  expect(await server.sh('ls /etc/rediacc/secrets')).toBe('default-certificate.pem');
});
