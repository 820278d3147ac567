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

const DOCTOR: ServerVerb = {
  words: ['doctor'],
  description:
    'shows whether repositories are kept apart, what they were refused, and which may leave; exit code 1 when something is wrong',
  options: [JSON_OPTION],
};

/** All that `rdc -m` passes on. */
export const SERVER_VERBS: readonly ServerVerb[] = [
  ...PROXY_VERBS,
  ...CERTIFICATE_VERBS,
  DOCTOR,
  ...REPOSITORY_VERBS,
];

/** What the groups of verbs are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  cert: 'certificates: Traefik makes and renews them, by ACME',
  proxy: 'the front door of a server: Traefik and the route server',
  repo: 'the repositories of a server: application stacks, each with a Docker daemon of its own',
};
