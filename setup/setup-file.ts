import * as z from 'zod/mini';
import { mapping, may, oneOf, switched, text, usually, whole } from '../src/files/schema.ts';
import { BUILT, environmentName, keysOfPromotion } from '../src/registry/entry-keys.ts';
import { MAX_METADATA } from '../src/registry/room.ts';

/** A key that must be there. */
function must<Schema extends z.ZodMiniType>(description: string, schema: Schema) {
  return schema.check(z.describe(description));
}

export const account = text(/^\d{12}$/, 'must be an account ID: 12 digits, between quotes');
/** In China, GovCloud and the isolated regions, every ARN begins otherwise than in the policies here. */
export const region = text(
  /^(?!cn-|us-gov-|[a-z]{2}-iso)[a-z]{2}(-[a-z]+)+-\d$/,
  'must be an AWS region, like ap-southeast-1, and none of China, GovCloud or the isolated ones, whose ARNs are others',
);
/** Each part of a path of GitLab has more than dots: those would lead elsewhere in its API. */
export const projectPath = text(
  /^(?!(.*\/)?\.+(\/|$))[\w.-]+(\/[\w.-]+)+$/,
  'must be the path of a project or group, like wog/mlops/resale-price',
);
/** GitLab takes a number for the ID of a group. */
export const groupPath = text(
  /^(?!\d+$)(?!(.*\/)?\.+(\/|$))[\w.-]+(\/[\w.-]+)*$/,
  'must be the path of a group of GitLab, like wog/mlops/approvers, not its ID',
);
export const awsName = text(
  /^(?=.{1,63}$)[A-Za-z0-9](-*[A-Za-z0-9])*$/,
  'must have letters, digits and hyphens, at most 63',
);
export const gitlabAddress = text(
  /^https?:\/\/[a-z0-9_.-]+(:\d+)?$/,
  'must be the address of GitLab, like https://gitlab.example.com, in lower case and without a slash at the end',
);
export const modelName = text(
  /^(?=.{1,63}$)[a-z0-9](-*[a-z0-9])*$/,
  'must have lower-case letters, digits and hyphens, at most 63',
);
/** IAM's limit, with the slash at its beginning: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const MAX_ROLE_PATH = 512;
const role = text(
  /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
  'must be the name of an IAM role, of at most 64 characters, with its path if it has one',
).check(
  z.refine(
    (name) => name.lastIndexOf('/') + 2 <= MAX_ROLE_PATH,
    `must have a path of at most ${MAX_ROLE_PATH} characters, with the slashes around it: IAM takes no longer one`,
  ),
);
/** In the name of a branch or tag, only the end may stand for any text: IAM would expand it anywhere. */
export const ref = text(/^([\w./-]*[\w-]|[\w./-]*[\w/-]\*)$/, 'must be a name; only its end may be *');
const objects = text(
  /^[a-z0-9.-]{3,63}\/[\w./-]*$/,
  'must be a bucket and what the keys begin with, like churn-models/runs/',
);

/** The deployment tiers of GitLab: https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments */
export const TIERS = ['production', 'staging', 'testing', 'development', 'other'] as const;

const environment = mapping({
  account: must('The AWS account of its endpoints, between quotes.', account),
  region: must('The AWS region of its endpoints.', region),
  branch: may('The branch that serves it, by default of the same name.', ref),
  tag: may('The tags that serve it, instead of a branch: `v*`.', ref),
  tier: may(
    'Its deployment tier in GitLab: by default `development` for the first environment, `production` for the last, and `staging` between.',
    oneOf(TIERS),
  ),
  approvers: may(
    'The group of GitLab whose members may approve there. Every environment after the first must have one.',
    groupPath,
  ),
  approvals: usually(
    'How many people must approve in GitLab before the job may start. GitLab asks for them where it has deployment approvals.',
    whole(0, 5),
    0,
  ),
}).check(
  z.refine(({ branch, tag }) => branch === undefined || tag === undefined, {
    path: ['tag'],
    message: 'must not stand beside branch: an environment is served by a branch or by tags',
  }),
);

const model = mapping({
  group: must('The model package group.', awsName),
  pipeline: may(
    'The SageMaker Pipeline, by default of the name of the model.',
    text(/^(?=.{1,256}$)[A-Za-z0-9](-*[A-Za-z0-9])*$/, 'must have letters, digits and hyphens, at most 256'),
  ),
  endpoint: may(
    'What the names of its endpoints and roles begin with, by default the name of the model. The environment ends them: `resale-price-uat`. The input `name_prefix` must begin in the same way.',
    modelName,
  ),
  pipeline_role: may('The role of its SageMaker Pipeline, by default `<endpoint>-pipeline`.', role),
  execution_role: may('The role of its endpoints (execution role), by default `<endpoint>-execution`.', role),
  gitlab_environment_suffix: may(
    'Ends the names of its GitLab environments, as in the include. By default empty for one model, and `/<model>` for each of several.',
    text(/^(\/[\w.-]+)?$/, 'must be empty, or a slash and a name, like /churn'),
  ),
  reports: may(
    'Where its training leaves its reports (ModelMetrics) in S3, if check-model may show their values: a bucket, and what the keys begin with.',
    objects,
  ),
  labelled_data: may(
    'Where its labelled data lies in S3, if evaluate-model reads it there: a bucket, and what the keys begin with.',
    objects,
  ),
  predictions: may(
    'Where evaluate-model keeps its predictions in S3, if quality files have `predictions_uri`: a bucket, and what the keys begin with. Each environment has a folder of its own.',
    objects,
  ),
  images: may(
    'The repository of its images in ECR, if rollback-endpoint may look whether the image of a release still exists.',
    text(/^[a-z0-9][a-z0-9._/-]{1,255}$/, 'must be the name of a repository in ECR, like team/churn'),
  ),
  model_data: may(
    'Where its model data lies in S3, if rollback-endpoint may look whether that of a release still exists: a bucket, and what the keys begin with. The role may list these keys, and read none.',
    objects,
  ),
  autoscaling: usually(
    'Its endpoint files have the section `autoscaling`. Without this, no role may scale an endpoint.',
    switched,
    false,
  ),
  vpc: usually(
    'Its endpoint files have `vpc_config`. The execution role then needs a policy more; the roles of the jobs need nothing for it.',
    switched,
    false,
  ),
  volume_key: may(
    'The ARN of the KMS key that its endpoint files name in `kms_key_id`. Roles may then let SageMaker use it, and nobody else. The policy of the key must allow it, too.',
    text(
      /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
      'must be the ARN of a key, like arn:aws:kms:ap-southeast-1:111122223333:key/...',
    ),
  ),
  asynchronous: may(
    'Where its asynchronous endpoints have their objects in S3: a bucket and a folder in it. The policies expect `<folder>/<endpoint>/input`, `output` and `failure` there. Without this, no role may validate such an endpoint.',
    text(/^[a-z0-9.-]{3,63}\/([\w.-]+\/)*$/, 'must be a bucket and a folder in it, like ml/async/'),
  ),
});

/** The order of numbers as keys is lost, and no model or environment is called so. */
const NOT_A_NUMBER = /\D/;
const named = (schema: z.ZodMiniType<string>) =>
  schema.check(z.refine((name) => NOT_A_NUMBER.test(name), 'must not be a number'));

/** What is wrong with the name of a section; else, how the sections stand there. */
function orOfItsName(looks: string) {
  return {
    error: (issue: z.core.$ZodRawIssue) =>
      issue.code === 'invalid_key' ? `is no name for it: it ${issue.issues[0]?.message}` : looks,
  };
}

const environments = z
  .record(
    named(environmentName),
    environment,
    orOfItsName('must be a mapping, with a section for each environment in promotion order'),
  )
  .check(
    z.refine(
      (all) => Object.keys(all).length >= 2,
      'must have at least two environments: a version is promoted from one to the next',
    ),
    z.refine(
      (all) => [BUILT, ...Object.keys(all).flatMap(keysOfPromotion)].length <= MAX_METADATA,
      `must have fewer environments: a version of SageMaker has at most ${MAX_METADATA} entries, of which each environment writes some`,
    ),
  );

/** What `setup.yml` may say: https://docs.gitlab.com/ci/environments/ for what GitLab calls its part. */
export const setupFile = mapping({
  gitlab: must('The address of GitLab, as its tokens name it.', gitlabAddress),
  project: must('The path of the project in GitLab.', projectPath),
  project_id: may(
    'The ID of the project, which GitLab never gives to another. With it, the roles of compare-models make and delete the temporary endpoints of this project alone. Without it, those of every project of the account whose environment is called the same.',
    whole(1, 999_999_999_999),
  ),
  environments: must('The environments, in promotion order.', environments),
  models: must(
    'The models of the project.',
    z
      .record(named(modelName), model, orOfItsName('must be a mapping, with a section for each model'))
      .check(z.refine((all) => Object.keys(all).length >= 1, 'must have a model')),
  ),
  registry_account: may(
    'The account of the model package groups, between quotes: by default that of the first environment. The policy of a group then lets the other accounts use it.',
    account,
  ),
  roles: usually(
    'The roles of the jobs: `two` for each environment, one of which only approves; `one` for each environment, for everything; or one for each `duty`.',
    oneOf(['two', 'one', 'duty']),
    'two',
  ),
  oidc_provider: usually(
    'Whether the stack makes the OIDC provider of GitLab. An account has one: `existing` if another project made it.',
    oneOf(['create', 'existing']),
    'create',
  ),
  model_package_groups: usually(
    'Whether the stack makes the model package groups. Groups that exist are left as they are: `existing`.',
    oneOf(['create', 'existing']),
    'create',
  ),
  sagemaker_roles: usually(
    'Whether the stack makes the pipeline roles and execution roles, too.',
    oneOf(['existing', 'create']),
    'existing',
  ),
});

export type SetupFile = z.output<typeof setupFile>;
