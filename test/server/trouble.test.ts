import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse } from '../../scripts/browse.ts';
import { type Finished, run } from '../../src/edges/process.ts';
import { askConstantly } from '../live/front.ts';
import { until } from '../live/lab.ts';
import { createWorkstation, type TestServer, type Workstation } from './server.ts';

const HOST = 'web-2816.one.test';
let workstation: Workstation;
let server: TestServer;

beforeAll(async () => {
  workstation = createWorkstation();
  server = await workstation.boot('server-1', 4);
  await set('--public-ipv4', server.ipv4, '--base-domain', 'one.test', '--without-ports', '3306');
});
afterAll(() => workstation[Symbol.asyncDispose]());

const set = (...options: string[]): Promise<string> =>
  workstation.rdcOk('context', 'set-infra', 'server-1', ...options);
const push = (): Promise<Finished> => workstation.rdc('context', 'push-infra', 'server-1');
const pushOk = (): Promise<string> => workstation.rdcOk('context', 'push-infra', 'server-1');
const page = () => browse(`https://${HOST}/`, { at: server.ipv4 });

/** Somebody who listens on a port of the server, on all addresses. */
async function listen(port: number): Promise<Disposable> {
  const script = `import socket,time; s=socket.socket(); s.bind(("0.0.0.0",${port})); s.listen(); time.sleep(600)`;
  server.start(`exec python3 -c '${script}'`);
  await until('it listens', async () => (await server.sh('ss -H -l -n -t')).includes(`0.0.0.0:${port} `));
  return { [Symbol.dispose]: () => void server.try(`pkill -f ${port}`) };
}

test('a port that somebody else has is found before anything is changed', async () => {
  using _ = await listen(443);
  const { code, stderr } = await push();
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /TCP port 443 of the server is taken by python3\S* \(process \d+\), which listens on all addresses.*\[port-taken\]/s,
  );
  expect((await server.try('command -v dockerd || ls /usr/local/lib/rediacc')).stdout).toBe('');
});

test('a host key that nobody has seen is not accepted, and who may not become root is told so', async () => {
  const known = readFileSync(`${workstation.folder}/known`, 'utf8');
  writeFileSync(`${workstation.folder}/known`, '');
  const stranger = await push();
  expect(stranger.code).toBe(2);
  expect(stranger.stderr).toMatch(/you have not accepted its host key yet.*\[ssh-failed\]/s);
  expect(readFileSync(`${workstation.folder}/known`, 'utf8')).toBe('');
  writeFileSync(`${workstation.folder}/known`, known);

  await server.sh('useradd --create-home ada && cp -r /root/.ssh /home/ada/ && chown -R ada /home/ada/.ssh');
  await workstation.rdcOk('context', 'add', 'server-1', 'ada@server-1');
  expect((await push()).stderr).toContain('[server-not-root]');
  await server.sh('echo "ada ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/ada');
  expect((await workstation.rdc('context', 'push-infra', 'server-1', '--dry-run')).code).toBe(3);
});

test('a server with a newer renet is left alone', async () => {
  server.write('/usr/local/bin/renet', '#!/bin/sh\necho 99.0.0\n');
  await server.sh('chmod 755 /usr/local/bin/renet');
  expect((await push()).stderr).toMatch(
    /the server has renet 99\.0\.0, which is newer than this rdc .*\[renet-newer\]/s,
  );
  await server.sh('rm /usr/local/bin/renet');
});

/** Lets a push run until something can be seen on the server, and then ends its connection. */
async function cutWhen(seen: string, cut: () => Promise<unknown>): Promise<Finished> {
  const pushing = push();
  await until(`on the server: ${seen}`, async () => (await server.try(seen)).code === 0, pushing);
  await cut();
  return pushing;
}

/** As when the server's sshd is gone all of a sudden. */
const killSshd = (): Promise<unknown> => server.try('pkill -KILL sshd-session');

/** As when somebody pulls the plug: nobody says a word. */
async function pullPlug(): Promise<void> {
  execFileSync('ip', ['link', 'set', 've-server-1', 'down']);
  setTimeout(() => execFileSync('ip', ['link', 'set', 've-server-1', 'up']), 20_000);
}

test('a push whose connection is lost, wherever, is completed by the next one', async () => {
  const programs = '/usr/local/lib/rediacc';
  const cuts: [string, () => Promise<unknown>][] = [
    ['pgrep -x dpkg', killSshd],
    [`find ${programs} -name ".upload.*" -size +20M | grep upload`, pullPlug],
    [`find ${programs} -name ".upload.*" -newer ${programs}/renet-* -size +20M | grep upload`, killSshd],
    ['pgrep -f "[p]roxy apply"', killSshd],
  ];
  for (const [seen, cut] of cuts) {
    const { code, stdout, stderr } = await cutWhen(seen, cut);
    expect(stderr, `cut when ${seen}: ${stdout}`).toMatch(
      /the connection was lost.*takes up where this one/s,
    );
    expect(code).toBe(1);
    await until('the server is to be reached again', async () => {
      const { code: reached } = await run([`${workstation.folder}/bin/ssh`, 'server-1', 'true']);
      return reached === 0;
    });
  }
  expect(await pushOk()).toMatch(/2[0-9] entrypoints listen/);
  expect(await server.sh(`ls ${programs}`)).toMatch(/^renet-[0-9a-f]{16}\ntraefik-[0-9a-f]{16}$/);
  const daemon = await server.daemon(2816);
  await daemon.web('web', 0);
  await until('the page is there', async () => (await page()).status === 200);
});

test('a renet that is killed at its work leaves nothing that the next push does not mend', async () => {
  await set('--tcp-ports', '1001');
  const { code } = await cutWhen('test -e /etc/systemd/system/rediacc-proxy-tcp-1001.socket', () =>
    server.try('pkill -KILL -f "[p]roxy apply"'),
  );
  expect(code).not.toBe(0);
  await pushOk();
  expect((await page()).status).toBe(200);
  expect(await server.sh('ss -H -l -n -t')).toContain(`${server.ipv4}:1001 `);
});

test('behind NAT Traefik listens on the address inside, and a preconfigured port of another is left alone', async () => {
  await set('--public-ipv4', '203.0.113.9');
  {
    using _ = await listen(3306);
    await workstation.rdcOk('context', 'unset', 'server-1', 'without-ports');
    const output = await pushOk();
    expect(output).toContain(`203.0.113.9 is on no interface: Traefik listens on ${server.ipv4}`);
    expect(output).toMatch(/TCP port 3306 is left out: python3\S* \(process \d+\) listens on all addresses/);
  }
  await until('the port is free', async () => !(await server.sh('ss -H -l -n -t')).includes(':3306 '));
  expect(await pushOk()).toContain(`open on ${server.ipv4}: TCP 3306`);
  expect((await page()).status).toBe(200);
});

test('behind NAT a new address inside is noticed', async () => {
  const service = 'rediacc-address.service';
  expect(await server.sh('systemctl is-active rediacc-address.timer')).toBe('active');
  const before = await server.sh('systemctl show --property=ActiveEnterTimestamp rediacc-proxy');
  await server.sh(`systemctl start ${service}`);
  expect(await server.sh('systemctl show --property=ActiveEnterTimestamp rediacc-proxy')).toBe(before);

  const other = server.ipv4.replace(/50$/, '60');
  const gateway = server.ipv4.replace(/50$/, '1');
  const move = (from: string, to: string): Promise<string> =>
    server.sh(
      `ip address del ${from}/24 dev eth0; ip address add ${to}/24 dev eth0; ip route replace default via ${gateway} src ${to}; systemctl start ${service}`,
    );
  await move(server.ipv4, other);
  expect((await browse(`https://${HOST}/`, { at: other })).status).toBe(200);
  await move(other, server.ipv4);
  expect((await page()).status).toBe(200);
  expect(await pushOk()).toContain('nothing to do');
});

test.each([
  [
    'a port is taken just after it was found free',
    ['--tcp-ports', '+7777'],
    ':7777: bind: address already in use',
  ],
  ['Traefik does not know an option', ['--traefik-options', 'accessLog.nonsense=1'], 'nonsense'],
])('when %s the old settings come back, and the page stays', async (_, options, reason) => {
  // Takes the port as soon as its socket's unit is there.
  const thief =
    'import os,socket,time\nwhile not os.path.exists("/etc/systemd/system/rediacc-proxy-tcp-7777.socket"): time.sleep(0.001)\ns=socket.socket(); s.bind(("0.0.0.0",7777)); s.listen(); time.sleep(600)';
  server.start(`exec python3 -c '${thief}'`);
  const before = await server.sh('sha256sum /etc/rediacc/*.* /etc/systemd/system/rediacc* | sort');
  const stop = askConstantly([HOST], server.ipv4);
  await set(...options);
  const { code, stdout, stderr } = await push();
  const { failures } = await stop();
  expect(code).toBe(1);
  expect(stdout).toContain('everything is put back as it was');
  expect(stderr).toContain(reason);
  expect(await server.sh('sha256sum /etc/rediacc/*.* /etc/systemd/system/rediacc* | sort')).toBe(before);
  expect(failures.filter((failure) => /ECONNREFUSED/.test(failure))).toEqual([]);
  expect((await page()).status).toBe(200);
  expect(await workstation.rdcOk('proxy', 'status', '-m', 'server-1')).not.toContain('wrong');
  await server.try('pkill -f 7777');
  await workstation.rdcOk('context', 'unset', 'server-1', 'traefik-options', 'tcp-ports');
  await pushOk();
});

test('of two pushes at once one waits for the other, and the server is what one of them wanted', async () => {
  const holding = server.start('flock /run/rediacc-push sleep 4');
  const pushes = [2001, 2002].map(async (port) => {
    const rdc = workstation.colleague(String(port));
    await rdc('context', 'set-infra', 'server-1', '--public-ipv4', server.ipv4, '--tcp-ports', String(port));
    return rdc('context', 'push-infra', 'server-1');
  });
  const finished = await Promise.all(pushes);
  expect(holding.exitCode ?? 0).toBe(0);
  for (const { code, stdout, stderr } of finished) {
    expect(stdout).toContain('another push is at work on this server: waiting for its end');
    expect(code, stderr).toBe(0);
  }
  const infra = JSON.parse(await server.sh('cat /etc/rediacc/infra.json'));
  const wanted = infra.settings.tcpPorts;
  const other = wanted === '2001' ? '2002' : '2001';
  const listeners = await server.sh('ss -H -l -n -t');
  expect(listeners).toContain(`${server.ipv4}:${wanted} `);
  expect(listeners).not.toContain(`:${other} `);
  expect(await server.sh('cat /etc/rediacc/traefik.yml')).not.toContain(other);
});
