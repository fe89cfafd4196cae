import type { InputSpec } from '../../compiler/spec.ts';

/** Inputs that mean the same in every component. */
export const SHARED = [
  'environment',
  'gitlab_environment_suffix',
  'aws_region',
  'role_arn',
  'oidc_audience',
  'expected_account_id',
  'stage',
  'job_name',
  'runner_tags',
  'rules',
  'timeout',
  'image_registry',
  'image_tag_suffix',
  'keep_artifacts',
];

/** Of these only the defaults differ. */
export const OWN_DEFAULT = ['stage', 'job_name', 'rules', 'timeout'];

const KEEPS_RECORDS = 'its record is of a decision: keep_records, which never expires by default';

/** Shared inputs that a template does not have, and why. */
export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'approve-model': { keep_artifacts: KEEPS_RECORDS },
  'reject-model': { keep_artifacts: KEEPS_RECORDS },
  'validate-endpoint': { keep_artifacts: KEEPS_RECORDS },
  'evaluate-model': { keep_artifacts: KEEPS_RECORDS },
  'load-test': { keep_artifacts: KEEPS_RECORDS },
  'compare-models': { keep_artifacts: KEEPS_RECORDS },
  'rollback-endpoint': { keep_artifacts: KEEPS_RECORDS },
  'render-pipeline': {
    image_registry: "the image is the project's own",
    image_tag_suffix: "the image is the project's own",
    expected_account_id: 'no program of the catalog runs there that could compare it',
  },
};

const BEFORE_THE_MERGE =
  'the pipeline of a merge request has no branch and no environment, so that no scoped variable reaches it';

/** Shared inputs that a template says in its own words, and why. */
export const OWN_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'load-test-workers': { keep_artifacts: 'the latencies of the workers: the record of the decision has keep_records' },
  'plan-deployment': {
    environment: BEFORE_THE_MERGE,
    role_arn: BEFORE_THE_MERGE,
    expected_account_id: BEFORE_THE_MERGE,
  },
};

/** An input as it must read in every template: a default of its own is left out. */
export function commonPart({ default: fallback, ...rest }: InputSpec): Partial<InputSpec> {
  return OWN_DEFAULT.includes(rest.name) ? rest : { ...rest, default: fallback };
}
