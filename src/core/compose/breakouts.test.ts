import { expect, test } from 'vitest';
import { findBreakouts, isHook } from './breakouts.ts';
import { readConfig } from './model.ts';
import { pathsOf } from './paths.ts';

const FOLDER = '/var/lib/rediacc/repositories/2816/files/shop';

const AROUND = {
  resolve: (path: string) => path,
  folder: FOLDER,
  scripts: [`${FOLDER}/jobs/Rediaccfile`],
};

type Parts = {
  readonly service?: object;
  readonly links?: Readonly<Record<string, string>>;
  readonly rest?: object;
};

/** What is found in a compose file with one service: key, value, permission. */
function found({ service = {}, links = {}, rest = {} }: Parts): string[] {
  const config = { services: { web: { image: 'nginx', ...service } }, ...rest };
  return findBreakouts(config, { ...AROUND, resolve: (path) => links[path] ?? path }).map(
    ({ at, value, permission }) => [at.slice(2).join('.'), value, permission ?? '-'].join(' '),
  );
}

test.each([
  [{ privileged: true }, ['privileged true privileged']],
  [{ privileged: false }, []],
  [{ pid: 'host' }, ['pid host pid']],
  [{ pid: 'service:db' }, []],
  [{ ipc: 'host' }, ['ipc host ipc']],
  [{ ipc: 'shareable' }, []],
  [{ uts: 'host' }, ['uts host uts']],
  [{ cgroup: 'host' }, ['cgroup host cgroup']],
  [{ cgroup: 'private' }, []],
  [{ cgroup_parent: 'rediacc-2880.slice' }, ['cgroup_parent rediacc-2880.slice -']],
  [{ annotations: { 'org.systemd.property.Slice': 'x' } }, ['annotations org.systemd.property.Slice -']],
  [{ annotations: { 'com.example': 'x' } }, []],
  [{ runtime: 'kata' }, ['runtime kata runtime']],
  [{ runtime: 'runc' }, []],
  [
    { cap_add: ['NET_ADMIN', 'cap_sys_admin'] },
    ['cap_add NET_ADMIN cap:NET_ADMIN', 'cap_add cap_sys_admin cap:SYS_ADMIN'],
  ],
  [{ cap_add: ['ALL'] }, ['cap_add ALL cap:ALL']],
  [{ cap_add: ['NET_RAW'] }, ['cap_add NET_RAW -']],
  [{ cap_add: ['NET_BIND_SERVICE', 'ipc_lock', 'CAP_SYS_NICE'] }, []],
  [{ cap_drop: ['ALL'] }, []],
  [{ security_opt: ['seccomp=unconfined'] }, ['security_opt seccomp=unconfined security-opt']],
  [{ security_opt: ['seccomp:./profile.json'] }, ['security_opt seccomp:./profile.json security-opt']],
  [{ security_opt: ['no-new-privileges:true', 'no-new-privileges'] }, []],
  [{ security_opt: ['no-new-privileges:false'] }, ['security_opt no-new-privileges:false security-opt']],
  [
    { devices: [{ source: '/dev/sda', target: '/dev/sda', permissions: 'rwm' }] },
    ['devices /dev/sda devices'],
  ],
  [{ device_cgroup_rules: ['c 1:3 mr'] }, ['device_cgroup_rules c 1:3 mr devices']],
  [{ gpus: [{ count: -1 }] }, ['gpus all devices']],
  [
    { deploy: { resources: { reservations: { devices: [{ driver: 'nvidia' }] } } } },
    ['deploy reservations of devices devices'],
  ],
  [{ deploy: { resources: { limits: { cpus: '1' } } } }, []],
  [{ build: { context: FOLDER, privileged: true } }, ['build privileged: true privileged']],
  [
    { build: { context: FOLDER, entitlements: ['security.insecure'] } },
    ['build security.insecure privileged'],
  ],
  [{ post_start: [{ command: ['x'], privileged: true }] }, ['post_start privileged: true privileged']],
  [{ pre_stop: [{ command: ['x'] }] }, []],
  [
    { post_start: [{ command: ['x'] }], pre_stop: [{ command: ['x'], privileged: true }] },
    ['pre_stop privileged: true privileged'],
  ],
  [
    {
      develop: { watch: [{ path: FOLDER, action: 'sync+exec', exec: { command: ['x'], privileged: true } }] },
    },
    ['develop privileged: true privileged'],
  ],
  [{ develop: { watch: [{ path: '/etc', action: 'sync' }] } }, ['develop /etc path:/etc']],
  [{ userns_mode: 'host' }, []],
  [{ pid: 'container:other', network_mode: 'none', volumes_from: ['container:other'] }, []],
  [{ build: { context: FOLDER, entitlements: ['network.host'] } }, []],
  [{ build: { context: FOLDER, ssh: ['default'] } }, ['build ssh: default ssh']],
  [{ build: { context: FOLDER, ssh: ['key=/root/.ssh/id'] } }, ['build /root/.ssh/id path:/root/.ssh/id']],
  [
    { build: { context: FOLDER, ssh: { default: null, key: '/k' } } },
    ['build ssh: default ssh', 'build /k path:/k'],
  ],
  [{ build: { context: FOLDER, cache_to: ['type=local,dest=/etc/x'] } }, ['build /etc/x path:/etc/x']],
  [{ build: { context: FOLDER, cache_from: ['"TYPE=local", src=../x'] } }, ['build ../x path:../x']],
  [{ build: { context: FOLDER, cache_from: ['example/app:cache', 'type=gha'] } }, []],
  [
    { build: { context: FOLDER, additional_contexts: { a: 'oci-layout:///a', b: 'docker-image://b' } } },
    ['build /a path:/a'],
  ],
  [
    { logging: { driver: 'syslog', options: { 'syslog-address': 'unix:///run/x.sock' } } },
    ['logging /run/x.sock path:/run/x.sock'],
  ],
  [{ logging: { driver: 'syslog', options: { 'syslog-address': 'tcp://10.0.0.1:514' } } }, []],
  [{ provider: { type: 'x' } }, ['provider a program of the machine provider']],
  [{ use_api_socket: true }, ['use_api_socket /var/run/docker.sock path:/var/run/docker.sock']],
])('%j', (service, expected) => {
  expect(found({ service })).toEqual(expected);
});

const bind = (source: string, more: object = {}): object => ({
  volumes: [{ type: 'bind', source, target: '/x', ...more }],
});

test.each([
  ['/', false],
  ['/var/run/docker.sock', false],
  ['/run/rediacc/docker-2880.sock', false],
  ['/var/lib/rediacc/repositories/2880/files/other', false],
  ['/proc', false],
  ['/sys', false],
  ['/dev', false],
  ['/srv/media', false],
  [`${FOLDER}-other`, false],
  ['/var/lib/rediacc/repositories/2816/files', false],
  [`${FOLDER}/data`, true],
])('a mount of %s stays inside: %s', (path, isInside) => {
  expect(found({ service: bind(path) })).toEqual(isInside ? [] : [`volumes ${path} path:${path}`]);
});

test('what everybody may read can be mounted read-only', () => {
  const links = { '/etc/localtime': '/usr/share/zoneinfo/Europe/Berlin' };
  expect(found({ service: bind('/etc/localtime', { read_only: true }), links })).toEqual([]);
  expect(found({ service: bind('/etc/localtime'), links })).toHaveLength(1);
  expect(
    found({ service: bind('/etc/timezone', { read_only: true }), links: { '/etc/timezone': '/root' } }),
  ).toEqual(['volumes /etc/timezone path:/root']);
});

test('what counts is where a symbolic link leads', () => {
  const links = { [`${FOLDER}/data`]: '/' };
  expect(found({ service: bind(`${FOLDER}/data`), links })).toEqual([`volumes ${FOLDER}/data path:/`]);
});

test.each([
  [{ volumes: { db: null } }, []],
  [{ volumes: { db: { driver: 'local' } } }, []],
  [{ volumes: { db: { driver: 'rclone' } } }, ['driver rclone volume-driver']],
  [
    { volumes: { db: { driver_opts: { type: 'none', o: 'bind', device: '/etc' } } } },
    ['driver_opts /etc path:/etc'],
  ],
  [
    { volumes: { db: { driver_opts: { type: 'ext4', device: '/dev/sda1' } } } },
    ['driver_opts type: ext4 volume-driver', 'driver_opts /dev/sda1 path:/dev/sda1'],
  ],
  [
    { volumes: { db: { driver_opts: { type: 'proc', device: 'proc' } } } },
    ['driver_opts type: proc volume-driver'],
  ],
  [
    { volumes: { db: { driver_opts: { type: 'overlay', o: 'lowerdir=/etc', device: 'overlay' } } } },
    ['driver_opts type: overlay volume-driver'],
  ],
  [
    { volumes: { db: { driver_opts: { type: 'none', o: 'ro,bind', device: '../../etc' } } } },
    ['driver_opts device: ../../etc -'],
  ],
  [{ volumes: { db: { driver_opts: { type: 'none', o: 'bind', device: `${FOLDER}/db` } } } }, []],
  [{ volumes: { db: { name: '/etc' } } }, ['name /etc path:/etc']],
  [{ models: { llm: { model: 'ai/small' } } }, ['model ai/small provider']],
  [{ volumes: { db: { driver_opts: { type: 'nfs', o: 'addr=10.0.0.2', device: ':/export' } } } }, []],
  [{ volumes: { db: { driver_opts: { type: 'cifs', o: 'username=a,ip=fd00::2', device: '//nas/a' } } } }, []],
  [
    { volumes: { db: { driver_opts: { type: 'cifs', o: 'bind,ip=fd00::2', device: '//etc' } } } },
    ['driver_opts //etc path://etc'],
  ],
  [{ volumes: { db: { driver_opts: { type: 'tmpfs', device: 'tmpfs' } } } }, []],
  [{ secrets: { key: { file: '/etc/shadow' } } }, ['file /etc/shadow path:/etc/shadow']],
  [{ secrets: { key: { file: `${FOLDER}/key` } } }, []],
  [{ configs: { site: { content: 'x' } } }, []],
])('%j', (rest, expected) => {
  expect(found({ rest })).toEqual(expected);
});

test.each([
  ['/root', ['build /root path:/root']],
  [`${FOLDER}/app`, []],
  ['https://github.com/example/app.git', []],
])('a build in %s', (context, expected) => {
  expect(found({ service: { build: { context } } })).toEqual(expected);
});

test('all paths are known beforehand', () => {
  const config = {
    services: { web: { ...bind('/a'), build: { context: '/b', additional_contexts: { more: '/c' } } } },
    volumes: { db: { driver_opts: { device: '/d' } } },
    secrets: { key: { file: '/e' } },
  };
  expect(pathsOf(config)).toEqual(['/a', '/b', '/c', '/d', '/e']);
});

test.each([
  [bind(FOLDER), [`volumes ${FOLDER} path:${FOLDER}`]],
  [bind(`${FOLDER}/jobs`), [`volumes ${FOLDER}/jobs path:${FOLDER}/jobs`]],
  [
    bind(`${FOLDER}/jobs/Rediaccfile`),
    [`volumes ${FOLDER}/jobs/Rediaccfile path:${FOLDER}/jobs/Rediaccfile`],
  ],
  [bind(`${FOLDER}/jobs/html`), []],
  [bind(`${FOLDER}/job`), []],
  [bind(FOLDER, { read_only: true }), []],
])('what root runs is not to be written by containers: %j', (service, expected) => {
  expect(found({ service })).toEqual(expected);
});

test.each([
  '',
  'addr=127.0.11.66',
  'addr=10.0.0.2,mountaddr=127.0.0.1',
  'addr=nas.lan',
  'addr=010.0.0.2',
  'addr=::1',
  'addr=::ffff:127.0.0.1',
  'ADDR=0.0.0.0',
])('a share may be of this machine: %s', (o) => {
  const db = { driver_opts: { type: 'nfs4', o, device: ':/export' } };
  expect(found({ rest: { volumes: { db } } })).toEqual(['driver_opts type: nfs4 volume-driver']);
});

test('what Compose does itself with the containers that there are', () => {
  const hook = [{ command: ['x'], privileged: true }];
  const web = {
    privileged: true,
    post_start: hook,
    pre_stop: hook,
    provider: { type: 'x' },
    cap_add: ['BPF'],
  };
  const all = findBreakouts({ services: { web }, volumes: { provider: { driver: 'x' } } }, AROUND);
  expect(all.filter(isHook).map(({ at }) => at.at(-1))).toEqual(['post_start', 'pre_stop', 'provider']);
});

test('Compose prints each $ twice', () => {
  expect(readConfig('{ "a": "x$$y", "b": "$$$$" }')).toEqual({ a: 'x$y', b: '$$' });
});
