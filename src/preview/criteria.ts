import type { Job } from '../gitlab/job.ts';
import { type PromotionCriteria, refuseEvidenceOffPath, refuseOffPath } from '../registry/eligibility.ts';

/** The inputs that say what is asked of a version. */
type CriteriaInputs = Pick<PromotionCriteria, AskedInput> & {
  readonly promotion_path: PromotionCriteria['path'];
  readonly model_package_arn: string | undefined;
};
type AskedInput = 'source' | 'require_validation' | 'require_evidence' | 'count_bake_traffic';

/** What is asked of a version in a job's environment. Throws a Failure when the promotion path does not have it. */
export function criteriaOf(
  given: CriteriaInputs,
  { environment, pipeline }: Pick<Job, 'environment' | 'pipeline'>,
  component: string,
): PromotionCriteria {
  const { promotion_path: path, source, model_package_arn } = given;
  const { require_validation, require_evidence, count_bake_traffic } = given;
  refuseOffPath({ environment, path }, component);
  refuseEvidenceOffPath({ path, require_evidence }, component);
  const asked = { source, require_validation, require_evidence, count_bake_traffic };
  return { environment, path, ...asked, pipeline, named: model_package_arn !== undefined };
}
