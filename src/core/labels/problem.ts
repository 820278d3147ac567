import type { Container } from './container.ts';
import { LabelError, type Part } from './label-error.ts';
import { shownValue } from './secrets.ts';

const PROBLEM_CODES = [
  'address-forbidden',
  'address-foreign',
  'address-missing',
  'certificate-foreign',
  'definition-conflict',
  'entrypoint-leased',
  'entrypoint-missing',
  'entrypoint-unknown',
  'file-forbidden',
  'host-contested',
  'host-invalid',
  'host-reserved',
  'host-taken',
  'label-invalid',
  'load-balancer-missing',
  'network-id-mismatch',
  'port-missing',
  'ports-exhausted',
  'ports-invalid',
  'reference-unknown',
  'resolver-unknown',
  'rule-hostless',
  'rule-invalid',
  'rule-missing',
  'service-ambiguous',
  'service-forbidden',
  'service-port-invalid',
  'store-forbidden',
  'tls-missing',
  'url-with-port',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export const problemCodes: readonly ProblemCode[] = PROBLEM_CODES;

/** Something that keeps a container, or part of it, from being routed. It harms that container only. */
export type Problem = {
  readonly code: ProblemCode;
  readonly networkId: number;
  readonly container: string;
  /** The label that it is about, with its value; credentials are not shown. */
  readonly label?: string;
  readonly value?: string;
  readonly part?: Part;
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
};

/** Something made of labels, with what was left out of it. */
export type Completed<T> = { readonly value: T; readonly problems: readonly Problem[] };

export function problem(
  container: Container,
  code: ProblemCode,
  details: Pick<Problem, 'reason' | 'fix' | 'label' | 'part'>,
): Problem {
  const value = details.label === undefined ? undefined : container.labels[details.label];
  return {
    code,
    networkId: container.networkId,
    container: container.name,
    ...details,
    ...(value === undefined ? {} : { value: shownValue(details.label ?? '', value) }),
  };
}

/** A wrong label as a problem; other errors are bugs and go on. */
export function labelProblem(container: Container, error: unknown): Problem {
  if (!(error instanceof LabelError)) throw error;
  const { code, label, message: reason, fix, part } = error;
  return problem(container, code, { label, reason, fix, ...(part === undefined ? {} : { part }) });
}
