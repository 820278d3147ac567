/** A question about a server, or a small task on it: `renet` has it there, and `rdc` passes it on with `-m`. */
export type ServerVerb = {
  readonly words: readonly [group: string, verb: string] | readonly [verb: string];
  readonly description: string;
  readonly options: readonly (readonly [flags: string, description: string])[];
  /** Its output goes on, and is to be seen on a terminal as it comes. */
  readonly goesOn?: true;
};

const JSON_OPTION = ['--json', 'as JSON'] as const;

export const SERVER_VERBS: readonly ServerVerb[] = [
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
      ['-n, --lines <count>', 'how many lines (default: 50)'],
    ],
    goesOn: true,
  },
  {
    words: ['ips'],
    description: 'shows the addresses of all services of repositories that are up',
    options: [JSON_OPTION],
  },
];
