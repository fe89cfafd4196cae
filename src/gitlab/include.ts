import type { Env } from '../ground/env.ts';

/** What the template tells of the include that a person wrote: `promote 1.4.2 3f2c9a7... 1`. */
interface Include {
  /** The component; for the jobs that promote puts together, `promote`. */
  readonly name: string;
  /** Empty at a branch or commit. */
  readonly version: string;
  readonly sha: string;
  /** What stands after "@". */
  readonly reference: string;
}

/** The include that adds this job, as its template tells it; `undefined` when it tells nothing. */
export function includeIn({ SAGEMAKER_COMPONENT: told }: Env): Include | undefined {
  if (told === undefined) return undefined;
  const [name = '', version = '', sha = '', reference = ''] = told.split(' ');
  return { name, version, sha, reference };
}

/**
 * Whether the job was put together with others by promote. It decides what is said, and whether the inputs of later jobs are
 * checked before their own jobs do.
 */
export function isOfPromote(env: Env): boolean {
  return includeIn(env)?.name === 'promote';
}

/** The inputs of several components that promote tells apart by their names. */
const RENAMED: Readonly<Record<string, string>> = {
  'plan-deployment role_arn': 'plan_role_arn',
  'plan-deployment expected_account_id': 'plan_account_id',
  'deploy-pipeline max_wait_time': 'pipeline_max_wait_time',
  'deploy-model max_wait_time': 'deploy_max_wait_time',
  'rollback-endpoint max_wait_time': 'deploy_max_wait_time',
  'delete-endpoint max_wait_time': 'deploy_max_wait_time',
  'validate-endpoint max_wait_time': 'validate_max_wait_time',
  'evaluate-model max_wait_time': 'quality_max_wait_time',
  'load-test max_wait_time': 'validate_max_wait_time',
  'load-test rate': 'load_rate',
  'load-test shape': 'load_shape',
  'load-test duration': 'load_duration',
  'load-test steps': 'load_steps',
  'load-test required_rate': 'load_required_rate',
  'load-test wished_rate': 'load_wished_rate',
  'compare-models instance_type': 'comparison_instance_type',
  'compare-models max_minutes': 'comparison_max_minutes',
  'compare-models max_instances': 'comparison_max_instances',
};

/** The name that promote has for an input of a component. */
export function nameInPromote(component: string, input: string): string {
  return RENAMED[`${component} ${input}`] ?? input;
}

/** The include that a person can correct, in words. */
export function includeInWords(env: Env, component: string): string {
  return isOfPromote(env) ? OF_PROMOTE : `the include that adds ${component}`;
}

const OF_PROMOTE = 'the include of promote';

/** A text about a component, with the include and the names of inputs that a person wrote in place of its own. */
export function asInInclude(text: string, component: string, env: Env): string {
  if (!isOfPromote(env)) return text;
  return text
    .replaceAll(/the include that adds [\w-]+/g, OF_PROMOTE)
    .replaceAll(/\bmax_wait_time\b/g, nameInPromote(component, 'max_wait_time'));
}
