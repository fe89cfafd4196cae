import { programs } from '../catalog/programs.ts';
import { whyNotStarted } from '../components/example.ts';
import { arnOf } from '../registry/package.ts';
import { ACCOUNT, type Environment, type Name, roleFor } from './chain.ts';

/** In which environment each component meets what is forged: where it could do most harm. One that cannot be started is left out. */
export const COMPONENTS: readonly (readonly [name: Name, environment: Environment])[] = programs
  .filter(({ name }) => whyNotStarted(name) === undefined)
  .map(({ name, gitlab }) => [name, gitlab.branches === 'first' ? 'dev' : 'uat']);

type Values = Readonly<Record<string, readonly string[]>>;

/** Inputs that every program reads -> values that must be refused, by AWS or by us. */
const SHARED: Values = {
  environment: ['dev', 'main', 'uat/approval', 'prod'],
  aws_region: ['us-east-1', 'Singapore'],
  role_arn: ['none', '', `arn:aws:iam::${ACCOUNT}:role/resale-price-check-main`, 'arn:aws:iam::999999999999:role/mine'],
  expected_account_id: ['999999999999'],
};

const WAITS: Values = { max_wait_time: ['0'], poll_interval: ['soon'] };

/** Inputs of one component -> values that must be refused. */
export const REFUSED: Readonly<Partial<Record<Name, Values>>> = {
  'deploy-pipeline': {
    ...SHARED,
    ...WAITS,
    environment: ['uat', 'main', 'dev/approval'],
    pipeline_name: ['churn'],
    pipeline_role_arn: [`arn:aws:iam::${ACCOUNT}:role/administrator`],
  },
  'check-model': {
    ...SHARED,
    model_package_group_name: ['ChurnModelGroup'],
    model_package_arn: [arnOf(3), arnOf(9), arnOf(2).replace('ResalePrice', 'Churn')],
    endpoint_name: ['resale-price-main'],
    name_prefix: ['resale_price'],
    instance_type: ['large'],
    instance_count: ['0'],
    execution_role_arn: ['administrator'],
    variant_name: ['All Traffic'],
    tags: ['team'],
  },
  'plan-deployment': {
    aws_region: SHARED.aws_region ?? [],
    role_arn: SHARED.role_arn ?? [],
    expected_account_id: SHARED.expected_account_id ?? [],
    environment: ['prod', 'uat/approval'],
    model_package_group_name: ['ChurnModelGroup'],
    model_package_arn: [arnOf(9), arnOf(2).replace('ResalePrice', 'Churn')],
    endpoint_name: ['resale-price-main'],
    name_prefix: ['resale_price'],
    instance_type: ['large'],
    instance_count: ['0'],
    execution_role_arn: ['administrator'],
    variant_name: ['All Traffic'],
    tags: ['team'],
  },
  'check-setup': {
    ...SHARED,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('approve-model', 'uat')],
    model_package_group_name: ['ChurnModelGroup'],
    endpoint_name: ['resale-price-dev', 'resale-price-main', 'churn-uat'],
    name_prefix: ['churn'],
    pipeline_name: ['no_name'],
    pipeline_role_arn: ['administrator'],
    execution_role_arn: ['administrator'],
  },
  'check-setup-approval': {
    ...SHARED,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('deploy-model', 'uat')],
    model_package_group_name: ['ChurnModelGroup'],
    endpoint_name: ['no_name'],
  },
  'approve-model': {
    ...SHARED,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('deploy-model', 'uat'), roleFor('approve-model', 'dev')],
    model_package_group_name: ['ChurnModelGroup'],
  },
  'reject-model': {
    ...SHARED,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('validate-endpoint', 'uat')],
    model_package_group_name: ['ChurnModelGroup'],
  },
  'deploy-model': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('approve-model', 'uat')],
    model_package_group_name: ['ChurnModelGroup'],
    endpoint_name: ['resale-price-dev'],
    name_prefix: ['resale-price-main', 'churn'],
    instance_type: ['ml.g5.xlarge'],
    instance_count: ['0'],
    execution_role_arn: [`arn:aws:iam::${ACCOUNT}:role/administrator`],
    variant_name: ['All Traffic'],
    tags: ['sagemaker-components:pipeline=1'],
  },
  'validate-endpoint': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('deploy-model', 'uat')],
    endpoint_name: ['resale-price-dev'],
  },
  'evaluate-model': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('deploy-model', 'uat')],
    endpoint_name: ['resale-price-dev'],
  },
  'load-test': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('validate-endpoint', 'uat')],
    endpoint_name: ['resale-price-dev'],
    wished_rate: ['0'],
  },
  'load-test-workers': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('send-load', 'uat'), roleFor('validate-endpoint', 'uat')],
    endpoint_name: ['resale-price-dev'],
    wished_rate: ['0'],
  },
  'compare-models': {
    ...SHARED,
    poll_interval: WAITS.poll_interval ?? [],
    role_arn: [...(SHARED.role_arn ?? []), roleFor('deploy-model', 'uat'), roleFor('evaluate-model', 'uat')],
    endpoint_name: ['resale-price-dev'],
  },
  'rollback-endpoint': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('approve-model', 'uat'), roleFor('rollback-endpoint', 'dev')],
    model_package_group_name: ['ChurnModelGroup'],
    endpoint_name: ['resale-price-dev', 'resale-price-main', 'churn-uat'],
    name_prefix: ['resale_price'],
  },
  'delete-endpoint': {
    ...SHARED,
    ...WAITS,
    role_arn: [...(SHARED.role_arn ?? []), roleFor('validate-endpoint', 'uat')],
    endpoint_name: ['resale-price-dev', 'resale-price-main', 'churn-uat'],
    model_package_group_name: ['ChurnModelGroup'],
  },
};

/** Inputs whose forged value is right in itself and changes nothing of what matters here. */
export const WITHOUT_EFFECT: Readonly<Partial<Record<Name, Readonly<Record<string, string>>>>> = {
  'check-setup': {},
  'check-setup-approval': {},
  'deploy-pipeline': { expected_account_id: '' },
  'plan-deployment': { expected_account_id: '' },
  'check-model': { expected_account_id: '' },
  'approve-model': { expected_account_id: '' },
  'reject-model': { expected_account_id: '' },
  'deploy-model': { expected_account_id: '', max_wait_time: '600' },
  'validate-endpoint': { expected_account_id: '', max_wait_time: '600' },
  'evaluate-model': { expected_account_id: '', max_wait_time: '600' },
  'load-test': { expected_account_id: '', max_wait_time: '600' },
  'load-test-workers': { expected_account_id: '', max_wait_time: '600' },
  'compare-models': { expected_account_id: '', poll_interval: '60' },
  'rollback-endpoint': { expected_account_id: '', max_wait_time: '600' },
  'delete-endpoint': { expected_account_id: '', max_wait_time: '600' },
};

/**
 * Inputs that a variable can change within what the role allows: how a training is done, how the approved version is served, how
 * it is asked. Which version goes where, and who answers for it, stays as it is. docs/security.md names each.
 */
export const ASKED: Readonly<Partial<Record<Name, Readonly<Record<string, string>>>>> = {
  'deploy-pipeline': {
    tags: 'team=other',
  },
  'check-setup': {},
  'check-setup-approval': {},
  'plan-deployment': { environment: 'dev', model_package_arn: arnOf(1) },
  'check-model': { model_package_arn: arnOf(1) },
  'approve-model': {},
  'reject-model': {},
  'deploy-model': {
    instance_type: 'ml.m5.xlarge',
    instance_count: '2',
    variant_name: 'Other',
    name_prefix: 'resale-price-uat-x',
    tags: 'team=other',
  },
  'validate-endpoint': {},
  'evaluate-model': {},
  'load-test': {
    wished_rate: '7',
  },
  'load-test-workers': {
    wished_rate: '7',
  },
  'compare-models': {},
  'rollback-endpoint': { name_prefix: 'churn' },
  'delete-endpoint': {},
};

const HELD_BY_THE_ROLE = 'the policy of the role names what it may be; another is denied by AWS';
const HOW_LONG = 'how long a job waits, and how often it looks: what it then sees, AWS says';
const HOW_SERVED =
  'must be empty beside endpoint_file, which is a word of the script; without it, docs/security.md says what changes';

/**
 * Inputs that are no word of the script, and why a forged value turns nothing red into green. GitLab puts the value of a
 * CI/CD variable only into a variable, and these have one in most projects. Every other input is a word of the script.
 */
export const BY_VARIABLE: Readonly<Record<string, string>> = {
  aws_region: HELD_BY_THE_ROLE,
  endpoint_name: HELD_BY_THE_ROLE,
  environment: 'the token says it; another is refused',
  execution_role_arn: HELD_BY_THE_ROLE,
  expected_account_id:
    'a second look, at an account that the role says already; what counts is written in the registry of ours',
  instance_count: HOW_SERVED,
  instance_type: HOW_SERVED,
  max_wait_time: HOW_LONG,
  model_package_arn: 'a version that fulfils all rules, and that a person approves',
  model_package_group_name: HELD_BY_THE_ROLE,
  name_prefix: HELD_BY_THE_ROLE,
  pipeline_name: HELD_BY_THE_ROLE,
  pipeline_role_arn: HELD_BY_THE_ROLE,
  poll_interval: HOW_LONG,
  role_arn: 'AWS gives a job only a role that trusts its branch',
  tags: 'nothing is decided by them; those that decide cannot be set',
  variant_name: HOW_SERVED,
  wished_rate: 'a number in the log, by which nothing is judged',
};

/** The inputs of a component that have a forged value. */
export function forgedInputs(component: string): string[] {
  const rows = [REFUSED, WITHOUT_EFFECT, ASKED].flatMap(Object.entries);
  return rows.flatMap(([name, values]) => (name === component ? Object.keys(values) : []));
}

/** Variables that GitLab sets and a pipeline variable can override -> values that contradict the token, or lead elsewhere. */
export const PREDEFINED: Readonly<Record<string, string>> = {
  AWS_OIDC_TOKEN: 'not.a.token',
  CI_COMMIT_BRANCH: 'main',
  CI_COMMIT_TAG: 'v1.0.0',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_SHA: 'f'.repeat(40),
  CI_ENVIRONMENT_NAME: 'main',
  CI_JOB_ID: '1',
  CI_PIPELINE_ID: '190',
  CI_PROJECT_ID: '1',
  CI_PROJECT_PATH: 'wog/mlops/another',
  AWS_ENDPOINT_URL: 'https://aws.example.com',
  AWS_ENDPOINT_URL_IAM: 'https://aws.example.com',
  AWS_ENDPOINT_URL_ECR: 'https://aws.example.com',
  AWS_ENDPOINT_URL_S3: 'https://aws.example.com',
  AWS_ENDPOINT_URL_STS: 'https://aws.example.com',
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'https://aws.example.com',
};

/** Variables that programs read for a person's eyes only, or that only seem to matter: the answer is the same. */
const FOR_SHOW: Readonly<Record<string, string>> = {
  AWS_ACCOUNT_ID: '999999999999',
  AWS_REGION: 'us-east-1',
  AWS_ROLE_ARN: 'arn:aws:iam::999999999999:role/mine',
  AWS_SHARED_CREDENTIALS_FILE: '/etc/passwd',
  CI_DEBUG_TRACE: 'true',
  CI_COMMIT_SHORT_SHA: 'ffffffff',
  CI_JOB_NAME: 'another',
  CI_SERVER_URL: 'https://gitlab.example.com',
  GITLAB_USER_LOGIN: 'mallory',
  SAGEMAKER_COMPONENT: 'another 9.9.9',
};

/** Read by programs, and forged in tests of their own. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: 'leads to no host that is not of AWS',
  AWS_PROFILE: 'leads to no host that is not of AWS',
  AWS_ACCESS_KEY_ID: 'check-setup names it, and no other program reads it (components/check-setup.test.ts)',
  AWS_SECRET_ACCESS_KEY: 'as AWS_ACCESS_KEY_ID',
  AWS_SESSION_TOKEN: 'as AWS_ACCESS_KEY_ID',
  CI_JOB_IMAGE: 'check-setup shows it (components/check-setup.test.ts)',
  CI_JOB_MANUAL: 'what it can do is told below',
  CI_JOB_STARTED_AT: 'makes a job end early',
  CI_JOB_TIMEOUT: 'makes a job end early',
  CI_JOB_TOKEN:
    'goes only to the GitLab that it names itself; without it, no file of the commit is known (gitlab/commit-file.test.ts)',
  CI_MERGE_REQUEST_PROJECT_ID: 'a plan ends at once, as for a fork',
  CI_MERGE_REQUEST_SOURCE_PROJECT_ID: 'a plan ends at once, as for a fork',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'a plan says what another merge would do; its role reads no other environment',
  CI_NODE_INDEX:
    'two records of one worker, or none of another, make a load invalid (components/load-test-workers.test.ts)',
  CI_NODE_TOTAL: 'a worker sends nothing where it is not one of as many as are scheduled',
  GIT_STRATEGY: 'a file of the work tree is not looked at before that of the commit counts',
  HTTPS_PROXY: 'a proxy sees only what TLS lets it see',
  NO_PROXY: 'as HTTPS_PROXY',
  NODE_EXTRA_CA_CERTS: 'Node reads it; check-setup shows it',
};

const FORGED_ARN = arnOf(3);
const DOTENV = Object.fromEntries(
  programs.flatMap(({ outputs }) =>
    Object.keys(outputs).map((name) => [name, name.endsWith('ARN') ? FORGED_ARN : 'forged']),
  ),
);
const SAFETY_INPUTS = Object.fromEntries(
  programs.flatMap(({ safetyInputs }) =>
    safetyInputs.map((safetyInput) => [
      `INPUT_${safetyInput.toUpperCase()}`,
      /^(allow|recreate)/.test(safetyInput) ? 'true' : 'false',
    ]),
  ),
);

/** All that must be read by no program, or change nothing that it does; forged together. */
export const IGNORED: Readonly<Record<string, string>> = {
  ...FOR_SHOW,
  ...DOTENV,
  ...SAFETY_INPUTS,
  INPUT_COMMENT: 'By the chief executive.',
  INPUT_EMERGENCY: 'Everything burns.',
  INPUT_VERSION: '1',
  INPUT_PROMOTION_PATH: 'uat',
  INPUT_SOURCE: 'registry',
};
