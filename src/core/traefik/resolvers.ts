/** An ACME server's directory, and how to show it that a host is ours (doc.traefik.io/traefik/reference/install-configuration/tls/certificate-resolvers/acme). */
export type CertificateResolver = {
  readonly name: string;
  readonly email: string;
  /** Traefik's file with the account and certificates. */
  readonly storage: string;
  /** Another than Let's Encrypt's. */
  readonly server?: string;
  /** Files with the certificates of who vouches for that server. */
  readonly authorities?: readonly string[];
  /** How long certificates are good, in hours. */
  readonly lifetime: number;
  readonly challenge: DnsChallenge | HttpChallenge;
};

export type DnsChallenge = {
  readonly kind: 'dns';
  readonly provider: string;
  /** `host:port` of name servers; empty: the machine's own. */
  readonly resolvers: readonly string[];
  /** How long to wait for records to be everywhere; undefined: the domain's own name servers are asked. */
  readonly wait?: string;
};

export type HttpChallenge = { readonly kind: 'http'; readonly entryPoint: string };

/** A part of Traefik's static configuration. */
export type Tree = { [key: string]: Tree | string | number | boolean | readonly string[] };

export function renderResolvers(resolvers: readonly CertificateResolver[]): Tree {
  return Object.fromEntries(resolvers.map((one) => [one.name, { acme: renderAcme(one) }]));
}

function renderAcme({ email, storage, server, authorities, lifetime, challenge }: CertificateResolver): Tree {
  return {
    email,
    storage,
    // Half the bytes of RSA in each handshake, and a fraction of the work.
    keyType: 'EC256',
    certificatesDuration: lifetime,
    ...(server === undefined ? {} : { caServer: server }),
    ...(authorities === undefined ? {} : { caCertificates: authorities }),
    ...(challenge.kind === 'http'
      ? { httpChallenge: { entryPoint: challenge.entryPoint } }
      : { dnsChallenge: renderDns(challenge) }),
  };
}

function renderDns({ provider, resolvers, wait }: DnsChallenge): Tree {
  return {
    provider,
    ...(resolvers.length === 0 ? {} : { resolvers }),
    ...(wait === undefined ? {} : { propagation: { disableChecks: true, delayBeforeChecks: wait } }),
  };
}
