import type { Plan } from './plan.ts';

/** A plan for people: what changes, and what they should know. */
export function renderPlan({ changes, warnings }: Pick<Plan, 'changes' | 'warnings'>): string[] {
  return [...changes.map((change) => `  ${change}`), ...warnings.map((warning) => `warning: ${warning}`)];
}
