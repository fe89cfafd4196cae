import { requiredInputs } from '../../compiler/templates.ts';
import type { Template } from './template.ts';

/** A value for inputs whose default is empty, and for those that differ between branches. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  accept: 'application/json',
  allow_deletion_of: 'resale-price-main',
  auto_stop_in: '12 hours',
  branch: 'release',
  components: 'evaluate-model',
  custom_attributes: 'accept_eula=true',
  definition_file: 'pipeline.json',
  endpoint_file: 'endpoint.yml',
  endpoint_name: 'resale-price-$CI_COMMIT_BRANCH',
  execution_role_arn: 'arn:aws:iam::111122223333:role/resale-price-execution',
  expected_account_id: '111122223333',
  expect: '^\\{"price": \\d+',
  gitlab_environment_suffix: '/churn',
  image_tag_suffix: '$SAGEMAKER_COMPONENTS_TAG',
  instance_count: '2',
  instance_type: 'ml.m5.large',
  job_prefix: 'resale-price-',
  max_latency_ms: '500',
  max_p50_ms: '100',
  max_p95_ms: '250',
  max_p99_ms: '500',
  model_environment: 'LOG_LEVEL=info',
  model_package_arn: 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/7',
  model_package_group_name: 'ResalePriceModelGroup',
  name_prefix: 'resale-price',
  parameters: 'TrainingInstanceType=ml.m5.xlarge',
  payload_file: 'payload.json',
  pipeline_name: 'resale-price',
  pipeline_role_arn: 'arn:aws:iam::111122223333:role/resale-price-pipeline',
  platform_policy: '77@8b1a9953c4611296a827abf8c47804d7e6c49c6b:policy.yml',
  plan_account_id: '111122223333',
  plan_role_arn: 'arn:aws:iam::111122223333:role/resale-price-plan-$CI_COMMIT_BRANCH',
  policy_file: 'policy.yml',
  quality_file: 'quality.yml',
  load_rate: '20',
  load_required_rate: '20',
  load_wished_rate: '200',
  comparison_instance_type: 'ml.m5.large',
  rate: '20',
  required_rate: '20',
  require_evidence: 'quality',
  role_arn: 'arn:aws:iam::111122223333:role/resale-price-plan-$CI_COMMIT_BRANCH',
  tag_prefix: 'v',
  tags: 'cost-centre=housing',
  variant_name: 'AllTraffic',
  wished_rate: '200',
};

/** Inputs that must be empty beside another: that one -> those. */
export const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  endpoint_file: ['instance_type', 'instance_count', 'variant_name', 'model_environment', 'tags'],
};

/** A value of an input as a project would give it; none where the default shows the form. */
export function exampleOf({ name, inputs }: Pick<Template, 'name' | 'inputs'>, input: string): unknown {
  const declared = inputs.find((each) => each.name === input);
  if (!declared?.required && declared?.default !== '') return undefined;
  return EXAMPLES[input] ?? requiredInputs(name)[input];
}
