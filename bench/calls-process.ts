// The calls of a cold start and nothing else, in a process that is as new as the route server: prints how long they took, in milliseconds.
import { connectDocker } from '../src/edges/docker.ts';
import { timed } from './measure.ts';

const took = await timed(() =>
  Promise.all(
    process.argv.slice(2).map(async (socket) => {
      const client = connectDocker(socket, 60_000);
      for (const { id } of await client.list()) await client.inspect(id);
    }),
  ),
);
process.stdout.write(String(took));
