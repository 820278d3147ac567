/** An edit of a compose file: changes of one service. */
export type Edit = {
  readonly file: string;
  /** Where it says that now, or where its labels are; undefined: it says nothing of the kind. */
  readonly line?: number;
  readonly service: string;
  readonly changes: readonly Change[];
};

export type Change = {
  /** Below the service: `labels`, `traefik.http.routers.web.rule`. */
  readonly at: readonly [key: string, ...keys: string[]];
  /** Undefined: it goes. */
  readonly value?: string;
};

/** What to do about a cause: one command, or one edit and the command that makes it count. */
export type Fix = {
  /** Why that, or what else must be known; without a command or edit all that can be said. */
  readonly text: string;
  readonly edit?: Edit;
  readonly command?: string;
};

/** The first thing on the way that is wrong. */
export type Cause = {
  /** Of docs/explain.md, a problem's of docs/errors.md, or `certificate-` and one of docs/certificates.md. */
  readonly code: string;
  readonly why: string;
  readonly fix: Fix;
  /** What was seen of it, such as the last lines of a log. */
  readonly lines?: readonly string[];
};

/** Something on the way that is as it should be. */
export type Station = { readonly name: string; readonly said: string };

/** A look at a part of the way: what is wrong there, or what is right; undefined: there is nothing to look at. */
export type Look = Cause | Station | undefined;

export function isCause(look: Look): look is Cause {
  return look !== undefined && 'code' in look;
}

/** Every cause that is neither a problem nor a certificate's. docs/explain.md has a row for each; a test holds both equal. */
export const CAUSE_CODES = [
  'answers-with-error',
  'auto-routes-off',
  'backend-closes',
  'backend-not-http',
  'backend-silent',
  'backend-speaks-http',
  'backend-speaks-tls',
  'closed-on-the-way',
  'container-created',
  'container-failed',
  'container-missing',
  'container-out-of-memory',
  'container-paused',
  'container-restarting',
  'container-starting',
  'container-stopped',
  'container-unhealthy',
  'container-unstartable',
  'daemon-silent',
  'dns-elsewhere',
  'dns-missing',
  'entrypoint-closed',
  'entrypoint-foreign',
  'host-unknown',
  'labels-missing',
  'listens-elsewhere',
  'listens-nowhere',
  'listens-on-loopback',
  'listens-on-other-port',
  'middleware-unknown',
  'name-unknown',
  'one-off',
  'outside-closed',
  'path-unrouted',
  'port-not-http',
  'port-taken',
  'port-unopened',
  'port-unrouted',
  'proxy-refuses',
  'repository-down',
  'repository-locked',
  'repository-unmounted',
  'route-disabled',
  'router-behind',
  'router-silent',
  'router-starting',
  'service-unknown',
  'traefik-behind',
  'traefik-silent',
] as const;

export type CauseCode = (typeof CAUSE_CODES)[number];

/** A cause of this page's own; `code` is held by the type. */
export function cause(code: CauseCode, why: string, fix: Fix): Cause {
  return { code, why, fix };
}
