/**
 * Every mistake an operator can make, by code. `docs/errors.md` has a section for each; a test holds both equal.
 * A code names the cause, never the place, and keeps its meaning once released.
 */
const REFUSAL_CODES = [
  'address-in-use',
  'address-missing-on-server',
  'address-unset',
  'breaks-out',
  'certificates-damaged',
  'compose-from-stdin',
  'compose-too-old',
  'context-invalid',
  'context-unknown',
  'contexts-damaged',
  'docker-missing',
  'docker-too-old',
  'encryption-unsupported',
  'host-unknown',
  'image-damaged',
  'infra-damaged',
  'infra-unset',
  'isolation-unavailable',
  'key-missing',
  'name-collision',
  'network-id-invalid',
  'network-ids-damaged',
  'network-ids-exhausted',
  'no-compose-file',
  'no-repository',
  'not-confirmed',
  'not-permitted',
  'not-root',
  'option-invalid',
  'packages-missing',
  'permission-unknown',
  'plain-compose',
  'port-taken',
  'push-conflict',
  'renet-missing',
  'renet-newer',
  'replicas-need-addresses',
  'repositories-up',
  'repository-busy',
  'repository-damaged',
  'repository-empty',
  'repository-exists',
  'repository-full',
  'repository-name-invalid',
  'repository-not-mounted',
  'repository-not-owned',
  'repository-not-running',
  'repository-running',
  'repository-unfinished',
  'repository-unknown',
  'resolver-missing',
  'server-not-root',
  'server-silent',
  'server-unsupported',
  'service-unknown',
  'setting-invalid',
  'setting-unknown',
  'size-invalid',
  'slots-damaged',
  'slots-exhausted',
  'ssh-failed',
  'state-damaged',
  'sudo-docker',
  'system-unknown',
  'token-invalid',
  'token-missing',
  'token-refused',
  'traefik-missing',
  'traefik-too-old',
  'variables-invalid',
  'zone-unseen',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export const refusalCodes: readonly RefusalCode[] = REFUSAL_CODES;

/**
 * An operator's mistake: the programs print it as one sentence and its remedy, and exit with 2. Everything else that is
 * thrown is a bug and exits with 1.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** What to do about it: a command, or the edit to make. */
  readonly fix: string;

  /** @param message what is wrong, where (file, service, option, value) and why, as one sentence without a full stop */
  constructor(code: RefusalCode, message: string, fix: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.fix = fix;
  }
}

/** Everything else that can go wrong, by code. `docs/errors.md` has a section for each, too. */
const FAILURE_CODES = [
  'answer-unreadable',
  'certificates-unread',
  'cgroup-missing',
  'cloudflare-refuses',
  'cloudflare-throttled',
  'cloudflare-unreachable',
  'command-failed',
  'connection-lost',
  'daemon-failed',
  'dns-silent',
  'download-wrong',
  'front-door-broken',
  'function-failed',
  'packages-failed',
  'part-ended',
  'programs-missing',
  'push-incomplete',
  'repository-broken',
  'resize-failed',
  'router-silent',
  'server-verb-failed',
  'settings-failed',
  'settings-not-restored',
  'upload-failed',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

export const failureCodes: readonly FailureCode[] = FAILURE_CODES;

/** Something outside failed, by nobody's mistake that we know of: the programs print it and exit with 1. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** What there is to see about it, such as the last lines of a log. */
  readonly details: string;

  constructor(code: FailureCode, message: string, details: string) {
    super(message);
    this.name = 'Failure';
    this.code = code;
    this.details = details;
  }
}
