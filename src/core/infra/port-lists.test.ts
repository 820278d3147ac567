import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPorts } from '../network/ports.ts';
import { readDynamicPorts, readRegisteredPorts, readWithoutPorts, renderPorts } from './port-lists.ts';
import type { Value } from './values.ts';

function tcp(text: string, before = '', sshPort = 2222): Value {
  return readRegisteredPorts(text, '--tcp-ports', { protocol: 'tcp', before, sshPort });
}

function udp(text: string, before = ''): Value {
  return readRegisteredPorts(text, '--udp-ports', { protocol: 'udp', before });
}

describe('ports as text', () => {
  test.each([
    [[], ''],
    [[25], '25'],
    [[26, 25], '25,26'],
    [[25, 26, 27], '25-27'],
    [[143, 25, 10002, 10000, 10001], '25,143,10000-10002'],
    [[1, 65535], '1,65535'],
  ])('%j are %j', (ports, text) => expect(renderPorts(ports)).toBe(text));

  test('any ports are read again as they were', () => {
    const port = fc.integer({ min: 1, max: 65535 });
    const run = fc
      .tuple(port, fc.integer({ min: 0, max: 20 }))
      .map(([first, more]) => Array.from({ length: more + 1 }, (_, i) => Math.min(first + i, 65535)));
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        const ports = [...new Set(runs.flat())];
        const text = renderPorts(ports);
        expect(readPorts(text)).toEqual(ports.sort((a, b) => a - b));
        expect(renderPorts(readPorts(text) ?? [])).toBe(text);
      }),
    );
  });
});

describe('registered ports', () => {
  test.each([
    ['25,143', '', '25,143'],
    ['143, 25', '', '25,143'],
    ['10000-10010', '', '10000-10010'],
    ['25', '143,587', '25'],
    ['', '143,587', ''],
    ['+25', '143', '25,143'],
    ['+25,-143', '143,587', '25,587'],
    ['+25, -143', '143', '25'],
    ['+10000-10010', '25', '25,10000-10010'],
    ['-10001-10010', '10000-10010', '10000'],
    ['-143', '143', ''],
    ['+25,-25', '', ''],
    ['1,65535', '', '1,65535'],
  ])('%j makes of %j %j', (text, before, after) => expect(tcp(text, before)).toEqual({ text: after }));

  test.each([
    ['25,+143', "'25,+143' mixes ports that replace the list with some that change it"],
    ['+25,143', "'+25,143' mixes ports"],
    ['-25,143', "'-25,143' mixes ports"],
    ['0', "'0' is neither a port (1 to 65535) nor a range as 10000-10010"],
    ['65536', "'65536' is neither a port"],
    ['10010-10000', "'10010-10000' is neither a port"],
    ['smtp', "'smtp' is neither a port"],
    ['25,', "'' is neither a port"],
    ['+', "'' is neither a port"],
    ['+0', "'0' is neither a port"],
    ['--25', "'-25' is neither a port"],
    ['22', "'22' is for SSH"],
    ['80', "'80' is for HTTP, and open anyway"],
    ['443', "'443' is for HTTPS, and open anyway"],
    ['+443', "'443' is for HTTPS, and open anyway"],
    ['440-450', "'443' is for HTTPS, and open anyway"],
    ['7111', "'7111' is for the route server"],
    ['7112', "'7112' is for Traefik's own API"],
    ['2222', "'2222' is where this server has SSH"],
    ['+2220-2230', "'2222' is where this server has SSH"],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => tcp(text, '25')).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        message: expect.stringContaining(`--tcp-ports ${reason}`),
      }),
    );
  });

  test('a port of SSH, HTTP and the rest may be taken from a list that has it', () => {
    expect(tcp('-443,-2222', '25,443,2222')).toEqual({ text: '25' });
  });

  test.each(['22', '80', '443', '7111', '7112'])('%s is free for UDP', (port) => {
    expect(udp(port)).toEqual({ text: port });
  });

  test('where no port of SSH is known, only 22 is kept for it', () => {
    const read = (text: string) =>
      readRegisteredPorts(text, '--tcp-ports', { protocol: 'tcp', before: '' }).text;
    expect(read('2222')).toBe('2222');
    expect(() => read('22')).toThrow(/is for SSH/);
  });

  test.each([
    ['+25', '25', '25 is there already'],
    ['25,25', '25', '25 is there already'],
    ['-143', '25', '143 was not in the list'],
    ['25,3306', '25,3306', '3306 is preconfigured, and open anyway'],
    [
      '+25,+5432,-143',
      '25,5432',
      '25 is there already; 5432 is preconfigured, and open anyway; 143 was not in the list',
    ],
  ])('%j makes of "25" %j, with the warning that %s', (text, after, warning) => {
    expect(tcp(text, '25')).toEqual({ text: after, warning: `--tcp-ports: ${warning}` });
  });

  test('what is preconfigured for one protocol is not for the other', () => {
    expect(udp('3306')).toEqual({ text: '3306' });
    expect(tcp('53')).toEqual({ text: '53' });
    expect(udp('53')).toEqual({ text: '53', warning: '--udp-ports: 53 is preconfigured, and open anyway' });
  });
});

describe('lists that are replaced as a whole', () => {
  const dynamic = (text: string) => readDynamicPorts(text, '--dynamic-tcp-ports', { protocol: 'tcp' });

  test.each([
    ['', ''],
    ['3306,53', '53,3306'],
    ['5432', '5432'],
  ])('without %j is %j', (text, kept) => {
    expect(readWithoutPorts(text, '--without-ports')).toEqual({ text: kept });
  });

  test.each(['80', '443', '25', '3306-3307'])('without %j is refused: it is not preconfigured', (text) => {
    expect(() => readWithoutPorts(text, '--without-ports')).toThrow(
      'is not preconfigured: those are 3306, 5432, 6379, 27017, 11211, 5672, 9092, 53',
    );
  });

  test('a dynamic range is kept as it is written', () => {
    expect(dynamic('20000-20002')).toEqual({ text: '20000-20002' });
  });

  test.each(['0', '65536', '+25', 'x', '25,'])('%j is refused', (text) => {
    expect(() => dynamic(text)).toThrow(`'${text}' is no list of ports as 25,10000-10010`);
    expect(() => readWithoutPorts(text, '--without-ports')).toThrow('is no list of ports');
  });
});
