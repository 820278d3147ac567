import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listListeners } from './listeners.ts';

test.each(['127.0.0.1', '127.0.11.2', '::1', '0.0.0.0', '::'])(
  'who listens on %s is found there',
  async (host) => {
    const server = createServer().listen({ host, port: 0 });
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      expect((await listListeners()).filter((one) => one.port === port)).toMatchObject([
        { protocol: 'tcp', address: host },
      ]);
    } finally {
      server.close();
    }
  },
);

test('and who waits for datagrams', async () => {
  const socket = createSocket('udp6').bind({ address: '::ffff:127.0.0.1', port: 0 });
  try {
    await once(socket, 'listening');
    const { port } = socket.address();
    const found = (await listListeners('tcp', 'udp')).filter((one) => one.port === port);
    expect(found).toMatchObject([{ protocol: 'udp', address: '127.0.0.1' }]);
  } finally {
    socket.close();
  }
});
