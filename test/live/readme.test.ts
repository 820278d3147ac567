import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { createLab, ROOT } from './lab.ts';

test("the README's compose file becomes what the README says", async () => {
  await using lab = createLab();
  const yaml = /```yaml\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';
  const path = lab.write('my-app', { 'compose.yaml': yaml });
  mkdirSync(`${lab.runDir}/repositories`, { recursive: true });
  const record = { networkId: 2816, name: 'my-app', path, socket: '/nowhere', stateDir: lab.stateDir };
  writeFileSync(recordPath(lab.runDir, 2816), writeRecord(record));
  const { stdout, stderr } = await lab.renet(['compose', '--', 'config', '--format', 'json'], { cwd: path });
  const { services } = JSON.parse(stdout || `"${stderr}"`);
  expect(services).toMatchObject({
    web: {
      environment: { DATABASE_URL: 'postgresql://app@postgres/app', SERVICE_IP: '127.0.11.3' },
      labels: { 'rediacc.service_ip': '127.0.11.3', 'traefik.enable': 'true' },
    },
    postgres: { environment: { SERVICE_IP: '127.0.11.2' } },
    wiki: { command: ['httpd', '-f', '-h', '/www'], environment: { SERVICE_IP: '127.0.11.4' } },
  });
  expect(services.web).not.toHaveProperty('ports');
});
