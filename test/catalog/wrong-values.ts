import type { InputSpec } from '../../compiler/spec.ts';

/** Wrong values of inputs whose template accepts any text, or more than has a meaning. */
const MEANINGLESS: Readonly<Record<string, readonly string[]>> = {
  accept: ['json'],
  aws_region: ['Singapore', ''],
  content_type: ['json', ''],
  definition_file: ['', 'two\nlines'],
  environment: ['dev, uat', ''],
  expect: ['('],
  duration: ['0', '3601'],
  max_errors: ['any', 'any=0', 'any=1, any=2', '500=1', 'any=100'],
  max_latency_ms: ['0', '15m'],
  max_p50_ms: ['0', '70001'],
  max_p95_ms: ['0', '70001'],
  max_p99_ms: ['0', '70001'],
  model_package_group_name: ['Resale Price'],
  model_environment: ['LOG_LEVEL', '1ST=one', 'HOME=$HOME'],
  parameters: ['TrainingInstanceType', 'Epochs=3\nEpochs=4', '$PARAMETERS', 'Price=5$'],
  payload_file: ['two\nlines'],
  promotion_path: ['dev, uat, dev', 'dev,,uat', ''],
  rate: ['0', '40001', '15m'],
  required_rate: ['0', '40001'],
  requests: ['0', '1001', '15m'],
  role_arn: ['promoter', ''],
  wished_rate: ['0', '1000001'],
  tags: ['cost-centre', 'aws:owner=me', 'author=$CI_COMMIT_AUTHOR'],
};

/** Values that a program must refuse when a CI/CD variable brings them past the template. */
export function wrongValues(input: InputSpec): readonly string[] {
  return [...excluded(input).map(String), ...(MEANINGLESS[input.name] ?? [])];
}

/** Values that the template itself excludes, so that no pipeline is created with them. */
export function excluded({ type, options, regex }: InputSpec): readonly (string | number)[] {
  if (type === 'number') return ['15m', ''];
  if (type === 'boolean') return ['perhaps', 'yes', ''];
  if (type === 'array') return ['one, two', 1];
  if (options) return ['none of these', ''];
  if (regex === undefined) return [];
  const pattern = new RegExp(regex, 'u');
  return ['no such value!', 'line\nline', "it's"].filter((value) => !pattern.test(value));
}
