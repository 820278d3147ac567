import { REPOSITORY_VERBS } from './repository-verbs.ts';
import { JSON_OPTION, type ServerVerb } from './verb.ts';

const listCertificates = (words: ServerVerb['words']): ServerVerb => ({
  words,
  description:
    'shows every certificate that routers want: what is served, until when, and why one is not there; exit code 1 when one is missing or late',
  options: [JSON_OPTION],
});

const CERTIFICATE_VERBS: readonly ServerVerb[] = [
  listCertificates(['cert', 'list']),
  {
    words: ['cert', 'retry'],
    description:
      'has Traefik try again to get certificates (default: all that failed), and shows what comes of it',
    operands: ['[host...]'],
    options: [['--new-account', 'makes another account at the certificate authority first']],
    example: 'app.example.com',
  },
];

const PROXY_VERBS: readonly ServerVerb[] = [
  {
    words: ['proxy', 'status'],
    description:
      'shows whether everything works that the front door is made of; exit code 1 when something does not',
    options: [JSON_OPTION],
  },
  {
    words: ['proxy', 'routes'],
    description: 'shows every route, where it leads, and what is wrong with labels',
    options: [JSON_OPTION],
  },
  listCertificates(['proxy', 'certificates']),
  {
    words: ['proxy', 'refresh'],
    description: 'looks at all daemons again, and waits until Traefik has what came of it',
    options: [],
  },
  {
    words: ['proxy', 'logs'],
    description: 'shows what Traefik and the route server have logged last',
    options: [
      ['-f, --follow', 'and what they will, until Ctrl-C'],
      ['-n, --lines <count>', 'how many lines', '50'],
    ],
    onTerminal: true,
  },
  {
    words: ['ips'],
    description: 'shows the addresses of all services of repositories that are up',
    options: [JSON_OPTION],
  },
];

const QUESTIONS: readonly ServerVerb[] = [
  {
    words: ['explain'],
    description:
      'why something is not reachable: follows the way of a request, and names the first thing that is wrong with one command or edit; exit code 1 when there is one',
    operands: ['<what>'],
    operandTexts: { what: 'a host, URL, service, repository/service, container, or a port as in tcp-5432' },
    options: [JSON_OPTION],
    example: 'app.example.com',
  },
  {
    words: ['ps'],
    description: 'shows the containers of all repositories, and where they are reachable',
    options: [JSON_OPTION],
  },
  {
    words: ['logs'],
    description: 'shows what containers have printed, of a repository or of a service of it',
    operands: ['<repository>', '[service]'],
    options: [
      ['-f, --follow', 'and what they will, until Ctrl-C'],
      ['-n, --lines <count>', 'how many lines of each', '50'],
    ],
    example: 'my-app web',
    onTerminal: true,
  },
];

const DOCTOR: ServerVerb = {
  words: ['doctor'],
  description:
    'examines the machine as a whole: programs, ports, daemons, disk, clock, DNS, certificates, labels, and whether repositories are kept apart; exit code 1 when something is wrong',
  options: [['--strict', 'also when there is a warning'], JSON_OPTION],
};

/** All that `rdc -m` passes on. */
export const SERVER_VERBS: readonly ServerVerb[] = [
  ...PROXY_VERBS,
  ...CERTIFICATE_VERBS,
  DOCTOR,
  ...QUESTIONS,
  ...REPOSITORY_VERBS,
];

/** What the groups of verbs are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  cert: 'certificates: Traefik makes and renews them, by ACME',
  proxy: 'the front door of a server: Traefik and the route server',
  repo: 'the repositories of a server: application stacks, each with a Docker daemon of its own',
};
