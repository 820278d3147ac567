import { JSON_OPTION, type ServerVerb, type VerbOption } from './verb.ts';

/** How long a function of a Rediaccfile, and then what is to answer, may take. */
export const FUNCTION_TIMEOUT = '30m';
export const WAIT_TIMEOUT = '2m';

const KEY_OPTION: VerbOption = [
  '--key-file <file>',
  'key of an encrypted repository; - reads standard input. One line break at its end does not count',
];
const TIMEOUT_OPTION: VerbOption = [
  '--timeout <time>',
  'the longest that a function of a Rediaccfile may take',
  FUNCTION_TIMEOUT,
];

/** What is done with the repositories of a server. */
export const REPOSITORY_VERBS: readonly ServerVerb[] = [
  {
    words: ['repo', 'create'],
    description: 'makes an empty repository, with a network id and a storage of its own',
    operands: ['<name>'],
    options: [
      [
        '--size <size>',
        'of its image, which takes room only as it is filled; it can be made larger later',
        '10G',
      ],
      ['--filesystem <name>', 'ext4 or btrfs', 'ext4'],
      ['--encrypt', 'by LUKS; needs --key-file'],
      ['--folder', 'a plain folder instead of an image: no limit of its own, and not encrypted'],
      KEY_OPTION,
    ],
    example: 'my-app --size 20G',
  },
  {
    words: ['repo', 'up'],
    description:
      'starts the daemon, calls prep() and up() of each Rediaccfile, and shows that every route answers',
    operands: ['<name>'],
    options: [
      ['--mount', 'mounts the repository first, if it is not'],
      KEY_OPTION,
      TIMEOUT_OPTION,
      ['--wait-timeout <time>', 'how long what is to answer may take', WAIT_TIMEOUT],
      ['--no-wait', 'only looks once, and does not mind what does not answer yet'],
      JSON_OPTION,
    ],
    example: 'my-app --mount',
  },
  {
    words: ['repo', 'mount'],
    description: 'mounts a repository and starts its daemon, without bringing anything up',
    operands: ['<name>'],
    options: [KEY_OPTION],
    example: 'my-app',
  },
  {
    words: ['repo', 'down'],
    description: 'calls down() of each Rediaccfile, and stops what is left; the data stays',
    operands: ['<name>'],
    options: [['--unmount', 'also ends the daemon, and unmounts the repository'], TIMEOUT_OPTION],
    example: 'my-app --unmount',
  },
  {
    words: ['repo', 'list'],
    description: 'shows all repositories of a server',
    options: [JSON_OPTION],
  },
  {
    words: ['repo', 'status'],
    description:
      'shows services, routes and problems of a repository; exit code 1 when it is not as it should be',
    operands: ['<name>'],
    options: [JSON_OPTION],
    example: 'my-app',
  },
  {
    words: ['repo', 'logs'],
    description: 'shows what its containers have printed',
    operands: ['<name>', '[service]'],
    options: [
      ['-f, --follow', 'and what they will, until Ctrl-C'],
      ['-n, --lines <count>', 'how many lines of each', '50'],
    ],
    example: 'my-app web --follow',
    onTerminal: true,
  },
  {
    words: ['repo', 'exec'],
    description: 'runs a command in a container of a service (default: sh)',
    operands: ['<name>', '<service>', '[command...]'],
    options: [],
    example: 'my-app postgres -- psql -U app',
    onTerminal: true,
  },
  {
    words: ['repo', 'resize'],
    description: 'makes the image larger, also while the repository is up',
    operands: ['<name>', '<size>'],
    options: [KEY_OPTION],
    example: 'my-app 20G',
  },
  {
    words: ['repo', 'release'],
    description: 'gives the address of a service that is gone for good to the next new one',
    operands: ['<name>', '<service>'],
    options: [],
    example: 'my-app old-service',
  },
  {
    words: ['repo', 'autostart'],
    description: 'whether a repository that is up comes up with the machine',
    operands: ['<name>', '<on|off>'],
    options: [],
    example: 'my-app off',
  },
  {
    words: ['repo', 'allow'],
    description: 'lets its compose files ask for what leads out of it; without permissions: shows them',
    operands: ['<name>', '[permission...]'],
    options: [],
    example: 'my-app devices path:/srv/media',
  },
  {
    words: ['repo', 'forbid'],
    description: 'takes permissions away; containers that run keep what they have',
    operands: ['<name>', '<permission...>'],
    options: [],
    example: 'my-app devices',
  },
  {
    words: ['repo', 'delete'],
    description: 'takes a repository down, and all that it has away: files, data, images, hosts, ports',
    operands: ['<name>'],
    options: [['--yes', 'without asking for the name again'], TIMEOUT_OPTION],
    example: 'my-app',
    loses: 'All data of NAME goes for good',
  },
];
