import { expect, test } from 'vitest';
import {
  checkCommand,
  describeSize,
  growCommand,
  isSound,
  luksCloseCommand,
  luksFormatCommand,
  luksGrowCommand,
  luksOpenCommand,
  mapperDevice,
  mkfsCommand,
  mountCommand,
  readSize,
} from './image.ts';

test('sizes are read and written as people write them', () => {
  expect(['256M', '10G', '2T'].map(readSize)).toEqual([2 ** 28, 10 * 2 ** 30, 2 * 2 ** 40]);
  for (const text of ['10', '10GB', '-1G', '1.5G', '', '10g'])
    expect(() => readSize(text)).toThrow(`--size '${text}' is no size`);
  expect(() => readSize('1M')).toThrow('is too small: 256M is the least');
  expect([10 * 2 ** 30, 1.5 * 2 ** 30, 700 * 2 ** 20, 5000].map(describeSize)).toEqual([
    '10G',
    '1.5G',
    '700M',
    '4.9K',
  ]);
});

test('a file system is made, mounted, checked and grown', () => {
  const [image, folder] = ['/r/2816.img', '/r/2816'];
  expect(mkfsCommand('ext4', image, 'my-application-of-old')).toEqual([
    ...['mkfs.ext4', '-q', '-F', '-m', '0', '-L', 'my-application-o', image],
  ]);
  expect(mkfsCommand('btrfs', image, 'my-app').at(0)).toBe('mkfs.btrfs');
  expect(mountCommand('ext4', image, folder)).toEqual([
    ...['mount', '-t', 'ext4', '-o', 'loop,discard', image, folder],
  ]);
  expect(mountCommand('btrfs', '/dev/mapper/rediacc-2816', folder)).toContain('discard');
  expect(checkCommand('ext4', image)).toEqual(['e2fsck', '-p', image]);
  expect(checkCommand('btrfs', image)).toBeUndefined();
  expect([0, 1, 2, 4, 5, 8].map(isSound)).toEqual([true, true, false, false, false, false]);
  expect(growCommand('ext4', '/dev/loop3', folder)).toEqual(['resize2fs', '/dev/loop3']);
  expect(growCommand('btrfs', '/dev/loop3', folder)).toEqual([
    ...['btrfs', 'filesystem', 'resize', 'max', folder],
  ]);
});

test('the key of an encrypted image is in no command', () => {
  expect(luksFormatCommand('/r/2816.img').join(' ')).toBe(
    'cryptsetup luksFormat --batch-mode --type luks2 --key-file - /r/2816.img',
  );
  expect(luksOpenCommand('/r/2816.img', 2816).join(' ')).toBe(
    'cryptsetup open --key-file - --allow-discards /r/2816.img rediacc-2816',
  );
  expect(luksGrowCommand(2816).join(' ')).toBe('cryptsetup resize --key-file - rediacc-2816');
  expect(luksCloseCommand(2816).join(' ')).toBe('cryptsetup close rediacc-2816');
  expect(mapperDevice(2816)).toBe('/dev/mapper/rediacc-2816');
});
