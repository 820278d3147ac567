import { serviceName } from '../../core/labels/container.ts';
import { withoutSlot } from '../../core/network/slots-text.ts';
import { Refusal } from '../../core/refusal.ts';
import { recordOf } from '../../core/repository/places.ts';
import { changeSlots, knownSlots } from '../service-addresses.ts';
import { dockerOf, startDaemon } from './daemon.ts';
import { takeRepository } from './definitions.ts';
import { mountRepository } from './storage.ts';

/** `renet repo release`: a slot stays taken when its service leaves the compose file, until somebody says that it is gone. */
export async function releaseAddress(
  name: string,
  service: string,
  print: (line: string) => void,
): Promise<void> {
  await using taken = await takeRepository(name, print);
  const { one } = taken;
  // Only its daemon knows whether a container has the address.
  await mountRepository(one, undefined);
  await startDaemon(one);
  const record = recordOf(one);
  const slots = await knownSlots(record);
  const place = slots.get(service);
  if (place === undefined)
    throw new Refusal(
      'service-unknown',
      `no service '${service}' has an address in '${one.name}'`,
      `There is ${[...slots.keys()].join(', ') || 'none'}.`,
    );
  const holder = (await dockerOf(one).states()).find((container) => serviceName(container) === service);
  if (holder !== undefined)
    throw new Refusal(
      'address-in-use',
      `'${service}' has a container, ${holder.name}, with ${place.address}`,
      'Take it out of the compose file, and remove its container: renet compose -- up -d --remove-orphans.',
    );
  await changeSlots(record, (text = '') => withoutSlot(text, service));
  print(`${place.address} (slot ${place.slot}) is free; it was that of ${service}`);
}
