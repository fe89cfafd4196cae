import type { Job } from '../gitlab/job.ts';
import { type PromotionCriteria, refuseOffPath } from '../registry/eligibility.ts';

/** The inputs that say what is asked of a version. */
type CriteriaInputs = Pick<
  PromotionCriteria,
  'source' | 'require_validation' | 'require_bake' | 'count_bake_traffic'
> & {
  readonly promotion_path: PromotionCriteria['path'];
  readonly model_package_arn: string | undefined;
};

/** What is asked of a version in a job's environment. Throws a Failure when the promotion path does not have it. */
export function criteriaOf(
  { promotion_path: path, model_package_arn, ...asked }: CriteriaInputs,
  { environment, pipeline }: Pick<Job, 'environment' | 'pipeline'>,
  component: string,
): PromotionCriteria {
  refuseOffPath({ environment, path }, component);
  const named = model_package_arn !== undefined;
  const { source, require_validation, require_bake, count_bake_traffic } = asked;
  return { environment, path, source, require_validation, require_bake, count_bake_traffic, pipeline, named };
}
