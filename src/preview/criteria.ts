import type { Job } from '../gitlab/job.ts';
import { type PromotionCriteria, refuseOffPath } from '../registry/eligibility.ts';

/** The inputs that say what is asked of a version. */
type CriteriaInputs = Pick<PromotionCriteria, 'source' | 'require_validation' | 'require_bake'> & {
  readonly promotion_path: PromotionCriteria['path'];
  readonly model_package_arn: string | undefined;
};

/** What is asked of a version in a job's environment. Throws a Failure when the promotion path does not have it. */
export function criteriaOf(
  { promotion_path: path, source, require_validation, require_bake, model_package_arn }: CriteriaInputs,
  { environment, pipeline }: Pick<Job, 'environment' | 'pipeline'>,
  component: string,
): PromotionCriteria {
  refuseOffPath({ environment, path }, component);
  const named = model_package_arn !== undefined;
  return { environment, path, source, require_validation, require_bake, pipeline, named };
}
