// Fake daemons in a process of their own, whose garbage collection is then not that of the bench which measures.
import { type Change, createFleet } from './fleet.ts';

export type Order = { readonly folder: string; readonly daemons: number; readonly containers: number };
export type Ready = { readonly sockets: readonly string[] };

const [order] = process.argv.slice(2);
const { folder, daemons, containers } = JSON.parse(order ?? '{}') as Order;
const fleet = await createFleet(folder, daemons, containers);
process.on('message', (daemon: number) => process.send?.(fleet.change(daemon) satisfies Change));
process.on('disconnect', () => process.exit());
process.send?.({ sockets: fleet.sockets } satisfies Ready);
