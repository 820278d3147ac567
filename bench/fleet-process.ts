// Fake daemons in a process of their own, whose garbage collection is then not that of the bench which measures.
import { type Change, createFleet, type Order } from './fleet.ts';

export type Ready = { readonly sockets: readonly string[] };

const [order] = process.argv.slice(2);
const fleet = await createFleet(JSON.parse(order ?? '{}') as Order);
process.on('message', (daemon: number) => process.send?.(fleet.change(daemon) satisfies Change));
process.on('disconnect', () => void fleet[Symbol.asyncDispose]());
process.send?.({ sockets: fleet.sockets } satisfies Ready);
