import type { Job } from '../gitlab/job.ts';
import { Failure } from '../ground/failure.ts';
import { type PromotionCriteria, whyOffPath } from '../registry/eligibility.ts';

/** The inputs that say what is asked of a version. */
type CriteriaInputs = Pick<PromotionCriteria, 'source' | 'require_validation' | 'require_bake'> & {
  readonly promotion_path: PromotionCriteria['path'];
};

/** What is asked of a version in a job's environment. Throws a Failure when the promotion path does not have it. */
export function criteriaOf(
  { promotion_path: path, source, require_validation, require_bake }: CriteriaInputs,
  { environment, pipeline }: Pick<Job, 'environment' | 'pipeline'>,
  component: string,
): PromotionCriteria {
  const off = whyOffPath({ environment, path });
  if (off !== undefined) {
    const next = `add the environment to promotion_path, or correct environment, under "inputs:" of the include that adds ${component}.`;
    throw new Failure('SMC-3002', off, next);
  }
  return { environment, path, source, require_validation, require_bake, pipeline };
}
