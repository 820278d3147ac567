import { Refusal } from '../../core/refusal.ts';
import { repositoryUnits } from '../../core/repository/places.ts';
import { systemctl } from '../../edges/systemd.ts';
import { saveDefinition, takeRepository } from './definitions.ts';

/** `renet repo autostart`: whether a repository that is up comes up with the machine. */
export async function setAutostart(name: string, text: string, print: (line: string) => void): Promise<void> {
  if (text !== 'on' && text !== 'off')
    throw new Refusal('option-invalid', `'${text}' is neither on nor off`, 'Write on or off.');
  await using taken = await takeRepository(name, print);
  const { one } = taken;
  const autostart = text === 'on';
  await saveDefinition({ ...one, autostart });
  const { boot } = repositoryUnits(one.networkId);
  await systemctl(autostart && one.wanted === 'up' ? 'enable' : 'disable', '--quiet', boot);
  print(
    autostart ? `${one.name} comes up with the machine when it was up` : `${one.name} stays down at boot`,
  );
}
