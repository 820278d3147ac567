import { expect, test } from 'vitest';
import { filesNamedIn, findLine } from './find-line.ts';

const FIRST = `# A shop
services:
  web:
    image: nginx
    privileged: true
    cap_add:
      - NET_ADMIN
      - SYS_ADMIN
    volumes: ["./data:/data", "../other:/other"]
  db: &db
    image: postgres
    cap_add: [BPF]
  replica:
    <<: *db
  twin: *db
`;
const SECOND = `services:
  web:
    pid: host
    privileged: true
`;
const sources = [
  { path: 'compose.yml', text: FIRST },
  { path: 'more.yml', text: SECOND },
];

test.each([
  ['privileged', 'true', 'more.yml:4'],
  ['pid', 'host', 'more.yml:3'],
  ['cap_add', 'SYS_ADMIN', 'compose.yml:8'],
  ['cap_add', 'BPF', 'compose.yml:6'],
  ['volumes', '/srv/other', 'compose.yml:9'],
  ['devices', '/dev/sda', undefined],
])('%s: %s is in %s', (key, value, line) => {
  expect(findLine(sources, ['services', 'web', key], value)).toBe(line);
});

test.each(['replica', 'twin'])('what %s has from elsewhere is where that is', (service) => {
  expect(findLine(sources, ['services', service, 'cap_add'], 'BPF')).toBe('compose.yml:12');
});

test('a file that is no YAML has no lines', () => {
  expect(findLine([{ path: 'x.yml', text: '{{{' }], ['services', 'web', 'pid'], 'host')).toBeUndefined();
});

test('what a service has of one that it extends is where that says it', () => {
  const base = 'services:\n  base:\n    pid: host\n  middle: { extends: base }\n';
  const web = 'services:\n  web:\n    extends: { file: base.yml, service: middle }\n';
  const files = [
    { path: 'base.yml', text: base },
    { path: 'compose.yml', text: web },
  ];
  expect(findLine(files, ['services', 'web', 'pid'], 'host')).toBe('base.yml:3');
});

test('services that extend each other in different files end the search', () => {
  const files = ['a', 'b'].map((name) => ({
    path: `${name}.yml`,
    text: `services: { a: { extends: b }, b: { extends: a } }`,
  }));
  expect(findLine(files, ['services', 'a', 'pid'], 'host')).toBeUndefined();
});

test.each([
  [
    'include: [a.yml, { path: [b.yml, ../c.yml] }, "${X}/d.yml", "https://x/e.git"]',
    ['a.yml', 'b.yml', '../c.yml'],
  ],
  ['services: { a: { extends: { file: f.yml, service: b } }, c: { extends: a }, d: }', ['f.yml']],
  ['{{{', []],
  ['include: 5', []],
  ['a: *nowhere', []],
])('files named in %s', (text, files) => {
  expect(filesNamedIn(text)).toEqual(files);
});
