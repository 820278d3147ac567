/** What came of asking along a way. */
export type Answers = {
  /** Where the host leads, by the name servers of the machine; undefined: not asked, or nobody answers. */
  readonly addresses?: readonly string[];
  /** What Traefik says of the router. */
  readonly router: RouterAnswer;
  /** What the container answers itself; undefined: not asked. */
  readonly direct?: Reply;
  /** What the way through the proxy answers. */
  readonly proxied?: Reply;
};

export type RouterAnswer =
  | { readonly state: 'enabled' }
  | { readonly state: 'absent' }
  | { readonly state: 'refused'; readonly errors: readonly string[]; readonly middlewares: readonly string[] }
  | { readonly state: 'silent'; readonly reason: string };

export type Reply =
  | { readonly kind: 'answered'; readonly status?: number; readonly certificate?: ShownCertificate }
  | { readonly kind: 'failed'; readonly failure: ReplyFailure; readonly message: string };

/** `other-protocol`: what comes is neither HTTP nor, where that was tried, TLS. */
export type ReplyFailure = 'refused' | 'silent' | 'closed' | 'other-protocol' | 'speaks-tls' | 'speaks-http';

export type ShownCertificate = { readonly isForName: boolean; readonly text: string };
