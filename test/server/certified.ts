import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/edges/process.ts';
import { type Internet, type InternetOptions, startInternet, TOKEN } from '../certificates/internet.ts';
import { addRecord } from '../certificates/zones.ts';
import { createDeployment, type Deployment } from './deployment.ts';

/** A server with an internet around it that has name servers, Cloudflare and a certificate authority. */
export type Certified = Deployment & {
  readonly internet: Internet;
  /** `rdc context set-infra server-1 …`, and push-infra. */
  readonly push: (...settings: string[]) => Promise<string>;
  /** What Traefik must know of the stand-in for Cloudflare. */
  readonly variables: string;
  /** A file on the workstation. */
  readonly file: (name: string, text: string) => string;
  /** Records for a host in a zone, of both families, that lead to the server. */
  readonly point: (zone: string, name: string) => void;
  /** Brings up a repository with a page for these hosts: a service for each, with the certificate resolver that it names. */
  readonly serve: (
    name: string,
    hosts: Readonly<Record<string, string>>,
  ) => Promise<{ code: number; said: string }>;
  /** What openssl says of the chain that a host shows, with the authority's root as all that it trusts. */
  readonly verify: (host: string) => Promise<string>;
  readonly serial: (host: string) => Promise<string>;
};

export type CertifiedOptions = Pick<InternetOptions, 'zones' | 'lifetime'>;

/** @param number of the server's network, another for each test file */
export async function createCertified(number: number, options: CertifiedOptions): Promise<Certified> {
  const at = await createDeployment(number);
  const { server, workstation } = at;
  const { folder } = workstation;
  const host = `198.18.${number}.1`;
  const internet = await startInternet({ ...options, folder, host });
  server.write('/etc/resolv.conf', `nameserver ${host}\n`);
  const file: Certified['file'] = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const push: Certified['push'] = async (...settings) => {
    await workstation.rdcOk('context', 'set-infra', 'server-1', ...settings);
    return workstation.rdcOk('context', 'push-infra', 'server-1');
  };
  const { directory, caFile } = internet.authority;
  const variables = `CLOUDFLARE_BASE_URL=${internet.apiUrl}\nCLOUDFLARE_POLLING_INTERVAL=0\n`;
  await push(
    ...['--cert-email', 'ops@example.com', '--acme-server', directory, '--acme-ca', caFile],
    ...['--cf-dns-token-file', file('token', TOKEN), '--dns-variables-file', file('variables', variables)],
  );
  const client = async (host: string): Promise<string> => {
    const trust = ['-CAfile', internet.authority.rootFile, '-no-CApath', '-no-CAstore'];
    const asked = ['-connect', `${server.ipv4}:443`, '-servername', host, '-verify_hostname', host];
    return (await run(['openssl', 's_client', ...asked, ...trust])).stdout;
  };
  return {
    ...at,
    ...{ internet, push, file, variables },
    point: (zone, name) => {
      for (const [type, content] of [
        ['A', server.ipv4],
        ['AAAA', server.ipv6],
      ] as const)
        addRecord(internet.zone(zone), { type, name, content });
    },
    serve: async (name, hosts) => {
      const services = Object.entries(hosts).map(([rule, resolver], i) => service(`web${i}`, rule, resolver));
      const source = at.write(name, { 'docker-compose.yml': `services:\n${services.join('')}` });
      if (!(await at.repo('list')).includes(`${name} `)) await at.repo('create', name, '--folder');
      await at.repo('push', source, name);
      const id = Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(await at.repo('list'))?.[1]);
      await server.load(id, 'hello');
      const { code, stdout, stderr } = await at.tryRepo('up', name, '--mount');
      return { code, said: stdout + stderr };
    },
    verify: async (host) => {
      const said = await client(host);
      // Without any certificate openssl says that it is well, too.
      if (!said.includes('BEGIN CERTIFICATE')) return 'no certificate';
      return /^ *Verify return code: (.*)$/m.exec(said)?.[1] ?? 'no answer';
    },
    serial: async (host) => {
      const certificate = /-----BEGIN[\s\S]*END CERTIFICATE-----/.exec(await client(host))?.[0] ?? '';
      return (await run(['openssl', 'x509', '-noout', '-serial'], { input: certificate })).stdout.trim();
    },
    [Symbol.asyncDispose]: async () => {
      await at[Symbol.asyncDispose]();
      await internet[Symbol.asyncDispose]();
    },
  };
}

function service(name: string, hosts: string, resolver: string): string {
  const rule = hosts
    .split(' ')
    .map((host) => `Host(\`${host}\`)`)
    .join(' || ');
  return `  ${name}:
    image: busybox
    command: sh -c "mkdir -p /page && echo ${hosts} >/page/index.html && exec httpd -f -h /page"
    init: true
    labels:
      traefik.enable: "true"
      traefik.http.routers.${name}.rule: "${rule}"
      traefik.http.routers.${name}.tls.certresolver: ${resolver}
      traefik.http.services.${name}.loadbalancer.server.port: "80"
`;
}
