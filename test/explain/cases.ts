/** A service with something wrong, as a compose file has it, and what is to be said of it. */
export type ExplainCase = {
  readonly code: string;
  /** Beside image and program; labels as a map. */
  readonly service: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly command?: readonly string[];
    readonly [key: string]: unknown;
  };
  /** What is asked about; its own name if nothing is said. */
  readonly ask?: string;
  /** What is done to it once it is up: words of docker compose, with NAME for the service. */
  readonly harm?: readonly string[];
  /** Nothing that is proposed makes it reachable: its program is at fault, or it takes more than that. */
  readonly stays?: true;
};

const router = (name: string, rule = `Host(\`${name}.test.localhost\`)`): Record<string, string> => ({
  'traefik.enable': 'true',
  [`traefik.http.routers.${name}.rule`]: rule,
  [`traefik.http.services.${name}.loadbalancer.server.port`]: '80',
});

/** A page on a port of the service's own address. */
export const page = (port = 80): string[] => [
  'sh',
  '-c',
  `mkdir /page; echo hello >/page/index.html; exec httpd -f -h /page -p $$SERVICE_IP:${port}`,
];
const python = (script: string) => ({ image: 'my-app-web', command: ['python3', '-u', '-c', script] });
const listener = (then: string): string => `
import os, socket
listener = socket.create_server((os.environ['SERVICE_IP'], 8080))
while True:
    connection = listener.accept()[0]
    try: ${then}
    except OSError: connection.close()`;
/** With the key and the certificate that are in `tls`. */
const SPEAKS_TLS = `
import http.server, os, ssl
server = http.server.HTTPServer((os.environ['SERVICE_IP'], 8080), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/tls/certificate.pem', '/tls/key.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()`;
const kept: string = 'globals().setdefault("kept", []).append(connection)';

/** The other side of a conflict; what ends it ends both. */
export const RIVAL = {
  ...router('rival'),
  'traefik.http.middlewares.shared.headers.customrequestheaders.X-A': '2',
};

/** What is wrong with labels, by the name of a service. */
export const LABEL_CASES: Readonly<Record<string, ExplainCase>> = {
  forbidden: {
    code: 'address-forbidden',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.http.routers.forbidden.rule': 'Host(`forbidden.test.localhost`)',
        'traefik.http.services.forbidden.loadbalancer.server.url': 'http://127.0.0.1:7111',
      },
    },
  },
  conflict: {
    code: 'definition-conflict',
    service: {
      labels: {
        ...router('conflict'),
        'traefik.http.routers.conflict.middlewares': 'shared',
        'traefik.http.middlewares.shared.headers.customrequestheaders.X-A': '1',
      },
    },
  },
  leased: {
    code: 'entrypoint-leased',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.tcp.routers.leased.rule': 'HostSNI(`*`)',
        'traefik.tcp.routers.leased.entrypoints': 'tcp-10000',
        'traefik.tcp.services.leased.loadbalancer.server.port': '80',
      },
    },
  },
  unplaced: {
    code: 'entrypoint-missing',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.tcp.routers.unplaced.rule': 'HostSNI(`*`)',
        'traefik.tcp.services.unplaced.loadbalancer.server.port': '80',
      },
    },
  },
  misplaced: {
    code: 'entrypoint-unknown',
    service: {
      labels: { ...router('misplaced'), 'traefik.http.routers.misplaced.entrypoints': 'websecrue' },
    },
  },
  filed: {
    code: 'file-forbidden',
    service: {
      labels: {
        ...router('filed'),
        'traefik.http.routers.filed.middlewares': 'login',
        'traefik.http.middlewares.login.basicauth.usersfile': '/etc/users',
      },
    },
  },
  schemed: {
    code: 'host-invalid',
    service: { labels: router('schemed', 'Host(`https://schemed.test.localhost/`)') },
  },
  reserved: {
    code: 'host-reserved',
    service: { labels: router('reserved', 'Host(`other-2880.localhost`)') },
  },
  taken: {
    code: 'host-taken',
    service: { labels: router('taken', 'Host(`app.localhost`)') },
  },
  mistyped: {
    code: 'label-invalid',
    service: { labels: { ...router('mistyped'), 'traefik.http.routers.mistyped.priorty': '5' } },
  },
  portless: {
    code: 'port-missing',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.http.routers.portless.rule': 'Host(`portless.test.localhost`)',
      },
    },
  },
  listless: { code: 'ports-invalid', service: { labels: { 'rediacc.tcp_ports': 'http' } } },
  dangling: {
    code: 'reference-unknown',
    service: {
      labels: {
        ...router('dangling'),
        'traefik.http.routers.dangling.middlewares': 'securty',
        'traefik.http.middlewares.security.headers.framedeny': 'true',
      },
    },
  },
  hostless: { code: 'rule-hostless', service: { labels: router('hostless', 'PathPrefix(`/`)') } },
  misruled: {
    code: 'rule-invalid',
    service: { labels: router('misruled', 'Hots(`misruled.test.localhost`)') },
  },
  old: {
    code: 'rule-invalid',
    service: { labels: router('old', 'Host(`old.test.localhost`, `www.old.test.localhost`)') },
  },
  ruleless: {
    code: 'rule-missing',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.tcp.routers.ruleless.entrypoints': 'tcp-5433',
        'traefik.tcp.services.ruleless.loadbalancer.server.port': '80',
      },
    },
  },
  twofold: {
    code: 'service-ambiguous',
    service: {
      labels: { ...router('twofold'), 'traefik.http.services.second.loadbalancer.server.port': '81' },
    },
  },
  internal: {
    code: 'service-forbidden',
    service: { labels: { ...router('internal'), 'traefik.http.routers.internal.service': 'api@internal' } },
  },
  worded: { code: 'service-port-invalid', service: { labels: { 'rediacc.service_port': 'http' } } },
  stored: {
    code: 'store-forbidden',
    service: {
      labels: {
        ...router('stored'),
        'traefik.tls.stores.default.defaultgeneratedcert.resolver': 'letsencrypt',
      },
    },
  },
  plainly: {
    code: 'tls-missing',
    service: {
      labels: {
        'traefik.enable': 'true',
        'traefik.tcp.routers.plainly.rule': 'HostSNI(`plainly.test.localhost`)',
        'traefik.tcp.routers.plainly.entrypoints': 'tcp-5434',
        'traefik.tcp.services.plainly.loadbalancer.server.port': '80',
      },
    },
  },
  twice: {
    code: 'url-with-port',
    service: {
      labels: {
        ...router('twice'),
        'traefik.http.services.twice.loadbalancer.server.url': 'http://twice:80',
      },
    },
  },
  hidden: { code: 'route-disabled', service: { labels: { 'traefik.enable': 'false' } } },
  database: { code: 'port-not-http', service: { expose: ['5432'], command: page(5432) } },
  elsewhere: { code: 'listens-on-other-port', service: { command: page(8080) } },
  labelled: {
    code: 'listens-on-other-port',
    service: { command: page(8080), labels: router('labelled') },
    ask: 'https://labelled.test.localhost/',
  },
  guarded: {
    code: 'middleware-unknown',
    service: { labels: { ...router('guarded'), 'traefik.http.routers.guarded.middlewares': 'login@file' } },
  },
  deep: {
    code: 'path-unrouted',
    service: { labels: router('deep', 'Host(`deep.test.localhost`) && PathPrefix(`/api`)') },
    ask: 'https://deep.test.localhost/elsewhere',
  },
  unasked: {
    code: 'port-unrouted',
    service: { command: page(5435), labels: { 'rediacc.service_port': '5435' } },
    ask: 'tcp-5435',
  },
};

/** What programs and containers do. */
export const STATE_CASES: Readonly<Record<string, ExplainCase>> = {
  stopped: { code: 'container-stopped', service: {}, harm: ['stop', '-t', '0', 'NAME'] },
  paused: { code: 'container-paused', service: {}, harm: ['pause', 'NAME'] },
  created: { code: 'container-created', service: {}, harm: ['up', '--no-start', '--force-recreate', 'NAME'] },
  removed: { code: 'container-missing', service: {}, harm: ['rm', '-sf', 'NAME'] },
  vanished: {
    code: 'container-missing',
    service: { labels: router('vanished') },
    harm: ['rm', '-sf', 'NAME'],
    ask: 'vanished.test.localhost',
  },
  failing: {
    code: 'container-failed',
    service: { command: ['sh', '-c', 'echo no settings; exit 3'] },
    stays: true,
  },
  again: {
    code: 'container-restarting',
    service: { command: ['sh', '-c', 'echo no settings; exit 3'], restart: 'always' },
    stays: true,
  },
  sick: {
    code: 'container-unhealthy',
    service: { healthcheck: { test: 'echo no database; false', interval: '1s', retries: 1 } },
    stays: true,
  },
  slow: {
    code: 'container-starting',
    service: { healthcheck: { test: 'false', interval: '300s', start_period: '600s' } },
    stays: true,
  },
  idle: { code: 'listens-nowhere', service: { command: ['sleep', '1000'] }, stays: true },
  speaker: {
    code: 'backend-not-http',
    service: python(
      listener('connection.sendall(b"220 ready\\r\\n"); connection.recv(1); connection.close()'),
    ),
  },
  silent: { code: 'backend-silent', service: python(listener(kept)), stays: true },
  broken: {
    code: 'answers-with-error',
    service: python(
      listener(
        'connection.recv(9999); connection.sendall(b"HTTP/1.0 500 no\\r\\n\\r\\n"); connection.close()',
      ),
    ),
    stays: true,
  },
  closing: {
    code: 'backend-closes',
    service: python(listener('connection.recv(9999); connection.close()')),
    stays: true,
  },
  enciphered: {
    code: 'backend-speaks-tls',
    service: { ...python(SPEAKS_TLS), volumes: ['./tls:/tls:ro'] },
  },
  secure: {
    code: 'backend-speaks-http',
    service: {
      labels: { ...router('secure'), 'traefik.http.services.secure.loadbalancer.server.scheme': 'https' },
    },
  },
};
