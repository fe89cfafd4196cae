import { Failure } from '../../ground/failure.ts';
import { type ComparisonPlan, instancesEach } from '../../quality/comparison-plan.ts';
import { SIDES } from '../../quality/pairs.ts';
import { readQualityFile } from '../../quality/quality-file.ts';
import type { QualityPlan } from '../../quality/quality-plan.ts';

/** A plan that says how versions are compared. */
export type ComparablePlan = QualityPlan & { readonly comparison: ComparisonPlan };

/** The instances of one endpoint: each version has one. */
const INSTANCES = SIDES.length;

/** How many instances a comparison has at the same time. */
export function instancesFor({ comparison }: ComparablePlan): number {
  return INSTANCES * instancesEach(comparison);
}

/** Reads a quality file that says how versions are compared. Throws a Failure of kind "invalid input". */
export async function readComparisonFile(file: string, text: string): Promise<ComparablePlan> {
  const plan = await readQualityFile(file, text);
  const { comparison } = plan;
  if (comparison) {
    const batch = Math.min(plan.request.batch, comparison.batch);
    return { ...plan, comparison, request: { ...plan.request, batch } };
  }
  throw new Failure(
    'SMC-5201',
    `The quality file ${file} has no section comparison: nothing says by which metric versions are compared.`,
    'add comparison with primary and margins to it (docs/evidence.md), then push.',
  );
}

/** Throws a Failure where one comparison needs more instances than the budget allows, whatever else runs. */
export function refuseSmallBudget(plan: ComparablePlan, max_instances: number): void {
  const needed = instancesFor(plan);
  if (needed <= max_instances) return;
  throw new Failure(
    'SMC-5210',
    `Over budget: the quality file has a margin for the latency, so that each version needs ${instancesEach(plan.comparison)} instances, ${needed} together, and max_instances is ${max_instances}.`,
    `set max_instances to ${needed}, or remove latency from comparison in the quality file. Then push.`,
  );
}

/** Throws a Failure where the other comparisons of this environment and this one need more instances than the budget allows. */
export function refuseOverBudget(plan: ComparablePlan, running: readonly string[], max_instances: number): void {
  const needed = instancesFor(plan) + INSTANCES * running.length;
  if (needed <= max_instances) return;
  throw new Failure(
    'SMC-5202',
    `Over budget: with the comparisons that run (${running.join(', ')}) this one would need ${needed} instances, and max_instances is ${max_instances}. Nothing was created.`,
    'wait until they end, or stop their environment in GitLab, then run this job again. If the budget is wrong, raise max_instances.',
  );
}
