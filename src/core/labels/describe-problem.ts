import type { Problem } from './problem.ts';

/** A problem for people: what and why, and what to do. */
export function describeProblem(problem: Problem, repository?: string): string[] {
  const { container, label, value, reason, fix, code } = problem;
  const where = label === undefined ? '' : ` ${label}=${value}:`;
  const name = repository === undefined ? container : `${repository}/${container}`;
  return [`problem: ${name}:${where} ${reason}.`, `  ${fix} [${code}]`];
}
