import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../../../emulator/emulator.ts';
import type { GitLab } from '../../../emulator/gitlab.ts';
import deployModel from '../../../src/components/deploy-model.ts';
import { BY_FILE, gitlabWith, jobOf } from '../../components/gitlab-file.ts';
import type { JobOptions } from '../../components/job.ts';
import { arnOf } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import { approved, approvedOverAnother, BEFORE, ENDPOINT, noneOf, retag, runBefore } from '../stage.ts';

const made = { CreateModel: 1, CreateEndpointConfig: 1 };
const creates = { ...made, CreateEndpoint: 1 };
const updates = { ...made, AddTags: 1, UpdateEndpoint: 1 };
/** It asks for the version, and beside it for the endpoint; then for nothing else. */
const ASKS_ONCE = { ...noneOf(deployModel), DescribeModelPackage: 1, DescribeEndpoint: 1, ListTags: 1 };
const deployed = { outcome: 'deployed' };
/** A look at the endpoint whose answer comes too late, so that no machine is quicker than the signal. */
const lastLook = ({ faults }: Emulator, seen: () => void, nth = 1) => {
  faults.meanwhile('DescribeEndpoint', seen, nth);
  faults.plan({ operation: 'DescribeEndpoint', kind: 'hang after', nth });
};
/** When the job looks at the endpoint for the first time after its update. */
const lookAfterUpdate = (emulator: Emulator) =>
  new Promise<void>((seen) => {
    emulator.faults.meanwhile('UpdateEndpoint', () => lastLook(emulator, seen));
  });
/** When the job looks at the endpoint for the second time. */
const lookAgain = (emulator: Emulator) => new Promise<void>((seen) => lastLook(emulator, seen, 2));
const over = (previous_config: string) => ({ outcome: 'deployed', previous_config });

/** Another deployment takes our place, and its config says which pipeline made it. */
function supersedeByPipeline(emulator: Emulator): void {
  emulator.scenario('superseded');
  const { onLive } = emulator.endpoints;
  emulator.endpoints.onLive = (endpoint) => {
    onLive(endpoint);
    emulator.tags.put(emulator.models.configArn('somebody-elses'), [
      { Key: 'sagemaker-components:pipeline', Value: 'https://gitlab.example.com/churn/-/pipelines/5' },
    ]);
  };
}

/** The GitLab whose jobs an account trusts. */
const hosts = new WeakMap<Emulator, GitLab>();

/** A GitLab whose commit has these files. */
async function hostOf(emulator: Emulator, files: Readonly<Record<string, string>>): Promise<GitLab> {
  const gitlab = await gitlabWith(emulator, files);
  hosts.set(emulator, gitlab);
  return gitlab;
}

/** A job that describes its endpoint in a file, and does not fetch the project. */
function describedByFile(emulator: Emulator): Partial<JobOptions> {
  const gitlab = hosts.get(emulator);
  if (gitlab === undefined) throw new Error('No GitLab was started.');
  const its = jobOf(gitlab);
  return { ...its, env: { ...its.env, GIT_STRATEGY: 'empty' }, inputs: BY_FILE };
}

const ONCE =
  'under "inputs:" of the include on this branch, and take it out again when the pipeline of that commit has ended';
/** As soon as another config is live, somebody updates the endpoint to the one before. */
function returnByHand(emulator: Emulator): void {
  emulator.endpoints.onLive = () => {
    emulator.endpoints.onLive = () => undefined;
    emulator.clock.advance(1000);
    emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: BEFORE });
    emulator.endpoints.settle(ENDPOINT);
  };
}

/** No tag says whose the endpoint is. */
const NOBODY = {
  'sagemaker-components:project': undefined,
  'sagemaker-components:environment': undefined,
  'sagemaker-components:group': undefined,
};

const BUSY = {
  code: 'ValidationException',
  message: `Cannot update in-progress endpoint "arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/${ENDPOINT}".`,
};
const CONFIG_NOT_FOUND = {
  code: 'ValidationException',
  message:
    'Could not find endpoint configuration "arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint-config/resale-price-dev-v2".',
};

const OWNER_NEXT = `set another endpoint_name: each project, environment and model needs an endpoint of its own. If this one must change hands, commit take_over_endpoint: true ${ONCE}.`;

/** What follows the advice on a new endpoint that Failed. */
const DELETE_IT = `A Failed endpoint must be deleted first (aws sagemaker delete-endpoint --endpoint-name resale-price-dev). If only a pipeline may delete it, commit recreate_failed: true ${ONCE}.`;
const LOST = 'The connection broke before SageMaker’s answer.';
const LOOKED = 'The job repeated the request, found what it had created, and compared it.';

export const deployment: readonly Row[] = [
  {
    when: 'the endpoint has no room for the tags of a deployment',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4009',
    seen: 'ERROR resale-price-dev has 43 tags, and SageMaker allows 50: … more, which this deployment adds, do not fit. Nothing was changed.',
    next: 'remove some of its tags (aws sagemaker delete-tags --resource-arn … --tag-keys ...) or of the input tags, then run this job again.',
    cause: 'The endpoint has many tags of its own. The tags of this component say whose it is and what it serves.',
    remedy: 'Remove tags of the endpoint that you do not need.',
    stage: approvedOverAnother,
    act: ({ emulator }) => {
      const { arn } = emulator.endpoint(ENDPOINT) ?? {};
      const keys = emulator.tags.of(String(arn));
      const Tags = Array.from({ length: 43 }, (_, number) => ({ Key: `team-${number}`, Value: 'ours' }));
      emulator.do('DeleteTags', { ResourceArn: arn, TagKeys: Object.keys(keys) });
      emulator.do('AddTags', { ResourceArn: arn, Tags });
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the version is rejected while the job makes its model',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4013',
    seen: 'ERROR ResalePriceModelGroup version 1 cannot be deployed to dev: it is Rejected now.',
    next: 'find out who changed it in CloudTrail (UpdateModelPackage), or promote another version.',
    cause:
      'Somebody rejected the version in Studio after this job began. The job looks again right before it changes the endpoint.',
    remedy: 'Promote another version.',
    stage: approved,
    act: ({ emulator }) =>
      emulator.faults.meanwhile('CreateModel', () => {
        emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(1), ModelApprovalStatus: 'Rejected' });
      }),
    exit: 1,
    writes: made,
    record: 'none',
  },
  {
    when: 'the version is rejected while it goes live',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4111',
    seen: 'ERROR resale-price-dev serves ResalePriceModelGroup version 1, but it is Rejected.',
    next: 'promote another version. Until then it stays live, unless you delete the endpoint (aws sagemaker delete-endpoint --endpoint-name resale-price-dev).',
    cause:
      'Somebody rejected the version in Studio after this job had asked SageMaker to deploy it. SageMaker deploys it all the same.',
    remedy: 'Promote another version, or take this one away with the command in the log.',
    stage: approved,
    act: ({ emulator }) =>
      emulator.faults.meanwhile('CreateEndpoint', () => {
        emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(1), ModelApprovalStatus: 'Rejected' });
      }),
    exit: 1,
    writes: creates,
    record: deployed,
  },
  {
    when: 'somebody creates the same model a moment before',
    shows: [1],
    component: 'deploy-model',
    seen: 'Model resale-price-dev-v1-…: reused.',
    cause: 'Two jobs deploy the same version. The name of a model contains a hash of its content.',
    remedy: 'The job compared the model with its own plan, and used it.',
    stage: approved,
    scenes: ['model already there'],
    exit: 0,
    writes: creates,
    record: deployed,
  },
  {
    when: 'the name of its model is taken by another',
    shows: [1],
    component: 'deploy-model',
    code: 'SMC-4015',
    seen: 'ERROR The model resale-price-dev-v1-… already exists with other content:…  PrimaryContainer.ModelPackageName: expected "…", found nothing',
    next: 'find out who created it in CloudTrail. If no endpoint uses it, delete it (aws sagemaker delete-model --model-name …), then run this job again.',
    cause: 'Somebody created a model with that name and other content. The log shows each difference.',
    remedy: 'Find out who created it. If no endpoint uses it, delete it. Otherwise set another `name_prefix`.',
    stage: approved,
    scenes: ['model name taken by other content'],
    exit: 1,
    writes: { CreateModel: 1 },
    record: 'none',
  },
  {
    when: 'somebody creates the same endpoint config a moment before',
    shows: [2],
    component: 'deploy-model',
    seen: 'Endpoint config resale-price-dev-v1-…: reused.',
    cause: 'Two jobs deploy the same version. The name of a config contains a hash of its content.',
    remedy: 'The job compared the config with its own plan, and used it.',
    stage: approved,
    scenes: ['endpoint config already there'],
    exit: 0,
    writes: creates,
    record: deployed,
  },
  {
    when: 'the name of its endpoint config is taken by another',
    shows: [2],
    component: 'deploy-model',
    code: 'SMC-4015',
    seen: 'ERROR The endpoint config resale-price-dev-v1-… already exists with other content:',
    next: 'find out who created it in CloudTrail. If no endpoint uses it, delete it (aws sagemaker delete-endpoint-config --endpoint-config-name …), then run this job again.',
    cause: 'Somebody created an endpoint config with that name and other content. The log shows each difference.',
    remedy: 'Find out who created it. If no endpoint uses it, delete it. Otherwise set another `name_prefix`.',
    stage: approved,
    act: ({ emulator }) =>
      emulator.faults.meanwhile('CreateEndpointConfig', ({ EndpointConfigName, ProductionVariants }) => {
        const variants = JSON.parse(JSON.stringify(ProductionVariants));
        variants[0].InitialInstanceCount = 9;
        emulator.do('CreateEndpointConfig', { EndpointConfigName, ProductionVariants: variants });
      }),
    exit: 1,
    writes: made,
    record: 'none',
  },
  {
    when: 'the endpoint does not exist yet',
    shows: [5],
    component: 'deploy-model',
    seen: 'Creating resale-price-dev.',
    cause: 'The endpoint does not exist yet: SageMaker says `Could not find endpoint`.',
    remedy: 'The job created it.',
    stage: approved,
    exit: 0,
    writes: creates,
    record: deployed,
    outputs: { ENDPOINT_NAME: ENDPOINT },
  },
  {
    when: 'somebody creates the endpoint a moment before with the same config',
    shows: [3],
    component: 'deploy-model',
    seen: 'Another deployment changed resale-price-dev first. Checking again.',
    cause: 'Another job deploys the same version.',
    remedy: 'The job looked again and found that its own config was being deployed. It followed that deployment.',
    stage: approved,
    scenes: ['conflict on create'],
    exit: 0,
    writes: creates,
    record: deployed,
  },
  {
    when: 'somebody creates the endpoint a moment before with another config',
    shows: [3],
    component: 'deploy-model',
    seen: 'Another deployment changed resale-price-dev first. Checking again.…Waiting until resale-price-dev is stable (another deployment: somebody-elses): Creating; AllTraffic Creating, 0 of 1 instance',
    cause: 'Another deployment created the endpoint at the same moment.',
    remedy: 'The job waited until the other deployment ended. Then it updated the endpoint.',
    stage: approved,
    scenes: ['conflict on create to another config'],
    exit: 0,
    writes: { ...creates, AddTags: 2, UpdateEndpoint: 1 },
    record: over('somebody-elses'),
  },
  {
    when: 'somebody else updates the endpoint right now',
    shows: [4],
    component: 'deploy-model',
    seen: 'Waiting until resale-price-dev is stable (another deployment: somebody-elses): Updating; AllTraffic Creating',
    cause: 'Another deployment is in progress. The job never overwrites it.',
    remedy: 'The job waited until the other deployment ended. Then it updated the endpoint.',
    stage: approvedOverAnother,
    scenes: ['foreign update in progress'],
    exit: 0,
    writes: updates,
    record: over('somebody-elses'),
  },
  {
    when: 'somebody else begins an update just before ours',
    shows: [4],
    component: 'deploy-model',
    seen: 'Another deployment changed resale-price-dev first. Checking again.',
    cause: 'SageMaker refused the update: `Cannot update in-progress endpoint`.',
    remedy: 'The job waited until the other deployment ended. Then it updated the endpoint.',
    stage: approvedOverAnother,
    scenes: ['foreign update at the last moment'],
    exit: 0,
    writes: { ...made, AddTags: 3, UpdateEndpoint: 2 },
    record: over('somebody-elses'),
  },
  {
    when: 'somebody else’s update never ends',
    shows: [4],
    component: 'deploy-model',
    code: 'SMC-4108',
    seen: 'ERROR Stopped waiting for resale-price-dev after 10 min (max_wait_time). Pending: Waiting until resale-price-dev is stable (another deployment: somebody-elses): Updating; …',
    next: 'run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name resale-price-dev --region ap-southeast-1',
    cause: 'Another deployment is in progress. It takes longer than this job may wait.',
    remedy: 'Check the other deployment. When it has ended, run the job again.',
    stage: approvedOverAnother,
    scenes: ['endpoint is stuck', 'foreign update in progress'],
    job: { inputs: { max_wait_time: '600' } },
    long: true,
    exit: 124,
    writes: {},
    record: 'none',
    took: [600, 660],
  },
  {
    when: 'the endpoint is Failed',
    shows: [8],
    component: 'deploy-model',
    code: 'SMC-4003',
    seen: "ERROR resale-price-dev is Failed. SageMaker's reason: The primary container for production variant AllTraffic did not pass the ping health check.",
    next: DELETE_IT.replace(').', '), then run this job again.'),
    cause: 'The endpoint failed when it was created. It keeps its name until it is deleted.',
    remedy:
      'Delete it, and run the job again. Or commit `recreate_failed: true` in the include, and take it out again afterwards. The job never deletes it otherwise.',
    stage: approvedOverAnother,
    scenes: ['endpoint is Failed'],
    exit: 1,
    writes: {},
    record: 'none',
    keeps: ['endpoint.json'],
  },
  {
    when: 'the endpoint is Failed and may be created anew',
    shows: [8],
    component: 'deploy-model',
    seen: 'resale-price-dev is Failed, and recreate_failed is true: deleting it.',
    cause: 'The endpoint failed when it was created, and `recreate_failed` is true.',
    remedy: 'The job deleted the endpoint and created it again.',
    stage: approvedOverAnother,
    scenes: ['endpoint is Failed'],
    job: { inputs: { recreate_failed: 'true' } },
    exit: 0,
    writes: { ...creates, DeleteEndpoint: 1 },
    record: deployed,
  },
  {
    when: 'somebody creates the Failed endpoint anew just before it is deleted',
    shows: [9],
    component: 'deploy-model',
    seen: 'Waiting until resale-price-dev is stable (another deployment: resale-price-dev-v1): Creating; …',
    cause: 'SageMaker does not delete an endpoint that is being created.',
    remedy: 'The job waited until the endpoint was created. Then it updated the endpoint.',
    stage: approvedOverAnother,
    scenes: ['endpoint is Failed'],
    act: ({ emulator }) =>
      emulator.faults.meanwhile('DeleteEndpoint', () => {
        emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
        emulator.endpoints.settle(ENDPOINT);
        emulator.do('CreateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: BEFORE });
      }),
    job: { inputs: { recreate_failed: 'true' } },
    exit: 0,
    writes: { ...updates, AddTags: 2, DeleteEndpoint: 1 },
    record: over(BEFORE),
  },
  {
    when: 'a scalable target stands in the way of deleting the Failed endpoint',
    shows: [20],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'An Application AutoScaling scalable target exists for a variant being deleted',
    next: "add the action that the reason names to the policy of the job's role, then run this job again.",
    cause: 'The endpoint is registered with Application Auto Scaling, but the role may not deregister it.',
    remedy:
      'Allow `application-autoscaling:DeregisterScalableTarget`, or deregister the target. Keep `variant_name` as it is.',
    stage: approvedOverAnother,
    scenes: ['endpoint is Failed', 'autoscaling in the way'],
    job: { inputs: { recreate_failed: 'true' } },
    exit: 1,
    writes: { DeleteEndpoint: 1 },
    record: 'none',
  },
  {
    when: 'a scalable target stands in the way of the update',
    shows: [20],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'ERROR SageMaker refused to change the endpoint. It was not changed. (ValidationException: An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity does not have application-autoscaling:DeregisterScalableTarget permission.)',
    next: "add the action that the reason names to the policy of the job's role, then run this job again.",
    cause: 'The update would remove a variant that is registered with Application Auto Scaling.',
    remedy: 'Keep `variant_name` as it is, or allow `application-autoscaling:DeregisterScalableTarget`.',
    stage: approvedOverAnother,
    scenes: ['autoscaling in the way'],
    exit: 1,
    writes: updates,
    record: 'none',
  },
  {
    when: 'GitLab cancels the job while SageMaker updates the endpoint',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1401',
    seen: 'ERROR This job was stopped (SIGTERM): GitLab cancelled it, or its runner was stopped. AWS continues the update of the endpoint resale-price-dev to resale-price-dev-v2-….',
    next: 'run this job again: it continues where this one stopped.',
    cause: 'Somebody cancelled the job or pipeline, or the runner was shut down. GitLab stops only the job.',
    remedy: 'Run the job again: it follows the update, which SageMaker continues.',
    stage: approvedOverAnother,
    scenes: ['endpoint is stuck'],
    job: ({ emulator }) => ({ stopped: lookAfterUpdate(emulator) }),
    exit: 143,
    writes: updates,
    record: { outcome: 'progressing' },
  },
  {
    when: 'the update is rolled back with a reason',
    shows: [10, 19],
    component: 'deploy-model',
    code: 'SMC-4101',
    seen: "ERROR SageMaker rolled back resale-price-dev: the deployment of resale-price-dev-v2-… failed, and resale-price-dev-v1 serves as before. SageMaker's reason: The primary container for production variant AllTraffic did not pass the ping health check.",
    next: "read the container's log lines above: it must answer GET /ping with 200 within 8 minutes of its start. If they show an error, correct the model and register a new version. If the model only loads slowly, set a larger instance_type, then run this job again: these components cannot raise the 8 minutes.",
    cause:
      'The new version did not come into service. SageMaker rolled back to the old one, and the endpoint is InService again.',
    remedy:
      "Follow the line `Next:`, which depends on SageMaker's reason. `endpoint.json` has SageMaker's whole answer, which the next update erases.",
    stage: approvedOverAnother,
    scenes: ['endpoint rolls back with a reason'],
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing', previous_config: BEFORE },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the update is rolled back and nothing says so',
    shows: [10],
    component: 'deploy-model',
    code: 'SMC-4101',
    seen: 'ERROR SageMaker rolled back resale-price-dev: the deployment of resale-price-dev-v2-… failed, and resale-price-dev-v1 serves as before. SageMaker gave no reason.',
    next: "read the container's log lines above, then run this job again.",
    cause: 'The endpoint is InService with the old config. AWS gives no reason.',
    remedy: 'Read the lines of the container in the log. If the endpoint has CloudWatch alarms, check them.',
    stage: approvedOverAnother,
    scenes: ['endpoint rolls back without a reason'],
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'somebody returns to the config before by hand',
    shows: [36],
    component: 'deploy-model',
    code: 'SMC-4102',
    seen: 'ERROR Somebody updated resale-price-dev back to resale-price-dev-v1: resale-price-dev-v2-… is not live.',
    next: 'find out who changed it in CloudTrail (UpdateEndpoint). If this version should replace that config, run this job again.',
    cause:
      'As soon as this version was live, somebody updated the endpoint to the old config. SageMaker did not roll back: the old config has new instances.',
    remedy: 'Find out who in CloudTrail (`UpdateEndpoint`), and why.',
    stage: approvedOverAnother,
    act: ({ emulator }) => returnByHand(emulator),
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the update and its rollback both fail',
    shows: [11],
    component: 'deploy-model',
    code: 'SMC-4106',
    seen: 'ERROR The update of resale-price-dev and its rollback both failed (UpdateRollbackFailed): the endpoint may serve several configs (AllTraffic, 1 of 1 instance)',
    next: 'update it to a config that works (aws sagemaker update-endpoint --endpoint-name resale-price-dev --endpoint-config-name resale-price-dev-v1), then run this job again.',
    cause: 'The new version did not come into service, and SageMaker could not restore the old one.',
    remedy: 'Update the endpoint to a config that works, with the command in the log.',
    stage: approvedOverAnother,
    scenes: ['endpoint rollback fails'],
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the endpoint is UpdateRollbackFailed already',
    shows: [11],
    component: 'deploy-model',
    code: 'SMC-4004',
    seen: 'ERROR resale-price-dev is UpdateRollbackFailed: the endpoint may serve several configs (AllTraffic, 1 of 1 instance)',
    next: 'update it to a config that works (aws sagemaker update-endpoint --endpoint-name resale-price-dev --endpoint-config-name …), then run this job again.',
    cause: 'An earlier update and its rollback failed.',
    remedy: 'Update the endpoint to a config that works, with the command in the log.',
    stage: approvedOverAnother,
    scenes: ['endpoint is UpdateRollbackFailed'],
    exit: 1,
    writes: {},
    record: 'none',
    keeps: ['endpoint.json'],
  },
  {
    when: 'AWS itself updates the endpoint',
    shows: [12],
    component: 'deploy-model',
    seen: 'Waiting until resale-price-dev is stable: SystemUpdating',
    cause: 'AWS patches the instances of the endpoint. Nobody can change the endpoint during that time.',
    remedy: 'The job waited. Then it updated the endpoint.',
    stage: approvedOverAnother,
    scenes: ['endpoint is being patched'],
    exit: 0,
    writes: updates,
    record: over(BEFORE),
  },
  {
    when: 'the endpoint is out of service',
    shows: [],
    component: 'deploy-model',
    seen: 'Updating resale-price-dev from resale-price-dev-v1 to …',
    cause: 'The endpoint serves nothing, but it can be updated.',
    remedy: 'The job updated it.',
    stage: approvedOverAnother,
    scenes: ['endpoint is OutOfService'],
    exit: 0,
    writes: updates,
    record: over(BEFORE),
  },
  {
    when: 'AWS throttles while it waits',
    shows: [13],
    component: 'deploy-model',
    seen: 'AWS did not answer (throttled); asking again',
    cause: 'AWS throttled the status checks of a deployment that is in progress.',
    remedy:
      'The job repeated the status check until its time was over. A status check that fails does not fail the deployment.',
    stage: approved,
    act: ({ emulator }) => emulator.fault({ operation: 'DescribeEndpoint', kind: 'throttle', nth: 2, times: 10 }),
    long: true,
    exit: 0,
    writes: creates,
    record: deployed,
  },
  {
    when: 'its new config is not yet visible',
    shows: [14],
    component: 'deploy-model',
    silent: true,
    seen: 'resale-price-dev serves ResalePriceModelGroup version 1 (endpoint config …',
    cause: 'SageMaker shows its own writes with a delay: `Could not find endpoint configuration`.',
    remedy: 'The job repeated the request for up to 90 seconds.',
    stage: approved,
    scenes: ['endpoint config not yet visible'],
    exit: 0,
    writes: { ...creates, CreateEndpoint: 3 },
    record: deployed,
  },
  {
    when: 'its new config is not yet visible to the update',
    shows: [14],
    component: 'deploy-model',
    silent: true,
    seen: 'resale-price-dev serves ResalePriceModelGroup version 2 (endpoint config …',
    cause: 'SageMaker shows its own writes with a delay: `Could not find endpoint configuration`.',
    remedy: 'The job repeated the request for up to 90 seconds.',
    stage: approvedOverAnother,
    scenes: ['endpoint config not yet visible'],
    exit: 0,
    writes: { ...updates, UpdateEndpoint: 3 },
    record: over(BEFORE),
  },
  {
    when: 'its new endpoint is not yet visible',
    shows: [14],
    component: 'deploy-model',
    seen: 'SageMaker does not show the change yet',
    cause: 'SageMaker shows its own writes with a delay: `Could not find endpoint`.',
    remedy: 'The job repeated the status check.',
    stage: approved,
    scenes: ['endpoint not yet visible'],
    exit: 0,
    writes: creates,
    record: deployed,
  },
  {
    when: 'somebody deletes its new config at once',
    shows: [14],
    component: 'deploy-model',
    code: 'SMC-4110',
    seen: 'ERROR SageMaker did not find the endpoint config for 90 s, although it existed: ValidationException: Could not find endpoint configuration',
    next: 'run this job again. If somebody deleted the config, the job creates it again.',
    cause: 'A clean-up job deleted the config before it was used.',
    remedy: 'Run the job again. Change the clean-up job so that it keeps new configs.',
    stage: approved,
    act: ({ emulator }) => {
      const error = {
        code: 'ValidationException',
        message: 'Could not find endpoint configuration "arn:aws:sagemaker".',
      };
      emulator.fault({ operation: 'CreateEndpoint', kind: 'error', times: Infinity, error });
    },
    long: true,
    exit: 1,
    writes: { ...made, CreateEndpoint: 31 },
    record: 'none',
    took: [90, 100],
  },
  {
    when: 'the quota of the account is used up',
    shows: [15],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'ERROR SageMaker refused to change the endpoint. It was not changed. The quota "ml.m5.large for endpoint usage" is 0 instances: 1 are in use, and this deployment needs 1 more. During an update, the old and the new instances both count (up to double).',
    next: 'request at least 2 for "ml.m5.large for endpoint usage" in Service Quotas, or set another instance_type or a lower instance_count, then run this job again.',
    cause: 'The account may not run this many instances of the type (`ResourceLimitExceeded`).',
    remedy: 'Request more in Service Quotas. Or set another `instance_type`, or a lower `instance_count`.',
    stage: approvedOverAnother,
    scenes: ['quota reached'],
    exit: 1,
    writes: updates,
    record: 'none',
  },
  {
    when: 'AWS has no such instance free',
    shows: [16],
    component: 'deploy-model',
    code: 'SMC-4105',
    seen: "ERROR resale-price-dev is Failed. SageMaker's reason: CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.",
    next: `run this job again later, or set another instance_type: AWS has no free instance of this type now. ${DELETE_IT}`,
    cause: 'AWS has no more instances of the type in the region.',
    remedy:
      'Set another `instance_type`, or try later. If a new endpoint failed, delete it first with the command in the log.',
    stage: approved,
    scenes: ['no capacity'],
    exit: 1,
    writes: creates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the model data is not there',
    shows: [17],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'ERROR SageMaker refused to create the model resale-price-dev-v1-…. (ValidationException: Could not find model data at s3://resale-price-models/model.tar.gz.)',
    next: 'check that the role in execution_role_arn trusts sagemaker.amazonaws.com and allows s3:GetObject (and kms:Decrypt) on the model data. The data must be in this region, and its tar.gz must have no symbolic link. Then run this job again.',
    cause: 'The model data of the version was moved or deleted.',
    remedy: 'Restore it, or register a new version.',
    stage: approved,
    scenes: ['model data missing'],
    exit: 1,
    writes: { CreateModel: 1 },
    record: 'none',
  },
  {
    when: 'the execution role cannot read the model data',
    shows: [17],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'ERROR SageMaker refused to create the model resale-price-dev-v1-…. (ValidationException: Could not access model data at s3://resale-price-models/model.tar.gz. Please ensure that the role',
    next: 'check that the role in execution_role_arn trusts sagemaker.amazonaws.com and allows s3:GetObject (and kms:Decrypt) on the model data.',
    cause: 'The role does not trust SageMaker or may not read the object. Or the object is in another region.',
    remedy: 'Check the trust policy of the execution role, `s3:GetObject`, `kms:Decrypt` and the region.',
    stage: approved,
    scenes: ['model data unreadable'],
    exit: 1,
    writes: { CreateModel: 1 },
    record: 'none',
  },
  {
    when: 'the instance cannot fetch the model data',
    shows: [17],
    component: 'deploy-model',
    code: 'SMC-4105',
    seen: 'ERROR resale-price-dev is Failed. SageMaker\'s reason: Failed to download model data for container "container_1"',
    next: `check that the role in execution_role_arn trusts sagemaker.amazonaws.com and allows s3:GetObject (and kms:Decrypt) on the model data.…${DELETE_IT}`,
    cause: 'The instance could not download or unpack the model data.',
    remedy: 'Check the execution role and the KMS key. Check that the tar.gz contains no symbolic link.',
    stage: approved,
    scenes: ['model data does not download'],
    exit: 1,
    writes: creates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the image is missing or may not be pulled',
    shows: [18],
    component: 'deploy-model',
    code: 'SMC-4105',
    seen: "ERROR resale-price-dev is Failed. SageMaker's reason: Please make sure all images included in the model for the production variant AllTraffic exist",
    next: `check that the model package's image exists in this region and that the role in execution_role_arn can pull it (ecr:BatchGetImage; for another account, also the repository's policy). Then run this job again. ${DELETE_IT}`,
    cause: 'The image was deleted or is in another region. Or the execution role may not pull it.',
    remedy: 'Check the digest and region of the image, and `ecr:BatchGetImage` of the execution role.',
    stage: approved,
    scenes: ['image missing'],
    exit: 1,
    writes: creates,
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the container does not answer the health check',
    shows: [19],
    component: 'deploy-model',
    code: 'SMC-4105',
    seen: "  ModuleNotFoundError: No module named 'xgboost'…ERROR resale-price-dev is Failed. SageMaker's reason: The primary container for production variant AllTraffic did not pass the ping health check.",
    next: `read the container's log lines above: it must answer GET /ping with 200 within 8 minutes of its start. If they show an error, correct the model and register a new version. If the model only loads slowly, set a larger instance_type, then run this job again: these components cannot raise the 8 minutes. ${DELETE_IT}`,
    cause:
      'The container starts, but does not answer GET /ping with 200. The log shows its last lines, from the log group of the endpoint.',
    remedy: 'Correct the model or its image. If the container is only slow, adjust it with `model_environment`.',
    stage: approved,
    scenes: ['container does not answer ping'],
    exit: 1,
    writes: creates,
    reads: { DescribeLogStreams: 1, GetLogEvents: 1 },
    record: { outcome: 'progressing' },
    keeps: ['endpoint.json'],
  },
  {
    when: 'the account has not subscribed to the marketplace offering',
    shows: [23],
    component: 'deploy-model',
    code: 'SMC-4016',
    seen: 'Caller is not subscribed to the marketplace offering.',
    next: 'subscribe the account to the AWS Marketplace offering, then run this job again.',
    cause: 'The model package is from the AWS Marketplace.',
    remedy: 'Subscribe the account of this environment to the offering.',
    stage: approved,
    act: ({ emulator }) => {
      const error = { code: 'ValidationException', message: 'Caller is not subscribed to the marketplace offering.' };
      emulator.fault({ operation: 'CreateModel', kind: 'error', error });
    },
    exit: 1,
    writes: { CreateModel: 1 },
    record: 'none',
  },
  {
    when: 'its endpoint file has a mistake',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1008',
    seen: '  endpoint.yml: line 1, column 1: instance_typ is not known: did you mean instance_type?.',
    next: 'correct endpoint.yml, then push.',
    cause: 'The endpoint file has a key that is not known, or a value that has no meaning.',
    remedy: 'Correct each line that the log names. [The endpoint file](endpoint-file.md) has every key.',
    stage: approved,
    act: ({ root }) => writeFileSync(join(root, 'endpoint.yml'), 'instance_typ: ml.m5.large\n'),
    job: { inputs: { endpoint_file: 'endpoint.yml', instance_type: '', instance_count: '', variant_name: '' } },
    exit: 64,
    writes: {},
    reads: noneOf(deployModel),
    record: 'none',
  },
  {
    when: 'the commit does not have its endpoint file',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1009',
    seen: 'ERROR endpoint_file: received "endpoint.yml"; the commit 8b1a9953c461 does not have this file.',
    next: 'commit the file, correct endpoint_file, or leave it empty and give instance_type.',
    cause: 'The file was never committed, or has another path. A file that an earlier job made does not count.',
    remedy: 'Commit the file on this branch.',
    stage: approved,
    act: async ({ emulator }) => void (await hostOf(emulator, {})),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 64,
    writes: {},
    reads: noneOf(deployModel),
    record: 'none',
  },
  {
    when: 'GitLab does not give the endpoint file',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1010',
    seen: 'ERROR endpoint_file: endpoint.yml of the commit 8b1a9953c461 could not be read from http://127.0.0.1:…: GitLab answered with HTTP 502.',
    next: 'run this job again. If it fails again, check that the runner reaches GitLab, through its proxy if it has one.',
    cause: 'GitLab throttled the request, failed, or could not be reached. The job does not guess what the file says.',
    remedy: 'GitLab runs the job again. If that does not help, check the network of the runner.',
    stage: approved,
    act: async ({ emulator }) => (await hostOf(emulator, {})).trouble('bad gateway'),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 75,
    writes: {},
    reads: noneOf(deployModel),
    record: 'none',
  },
  {
    when: 'the job may not read the endpoint file',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1011',
    seen: 'ERROR endpoint_file: this job may not read endpoint.yml of the commit 8b1a9953c461 from http://127.0.0.1:…: GitLab answered with HTTP 403.',
    next: 'remove any CI/CD variable named CI_JOB_TOKEN. The job token must be a JWT and may read the repository: see the settings of the project under CI/CD, Job token permissions.',
    cause: 'The job token has no right to read the repository, has the older format, or a variable replaced it.',
    remedy:
      'Remove the variable. In the settings of the project, let the job token read the repository, and let it have the JWT format.',
    stage: approved,
    act: async ({ emulator }) => (await hostOf(emulator, {})).trouble('forbidden'),
    job: ({ emulator }) => describedByFile(emulator),
    exit: 77,
    writes: {},
    reads: noneOf(deployModel),
    record: 'none',
  },
  {
    when: 'the version is not made for its instance type',
    shows: [23],
    component: 'deploy-model',
    code: 'SMC-4014',
    seen: 'instance_type: received "ml.g5.xlarge", but the version is registered only for ml.m5.large, ml.m5.xlarge',
    next: 'set instance_type to one of them, or register the model for more instance types.',
    cause: 'The inference specification lists the instance types that the version may run on.',
    remedy: 'Set one of these types, or register the model for more types.',
    stage: approved,
    job: { inputs: { instance_type: 'ml.g5.xlarge' } },
    exit: 64,
    writes: {},
    reads: ASKS_ONCE,
    record: 'none',
  },
  {
    when: 'somebody deleted the config that is live',
    shows: [21],
    component: 'deploy-model',
    seen: 'Updating resale-price-dev from resale-price-dev-v1 to …',
    cause: 'A clean-up job deleted the config of an endpoint. AWS allows this, but can no longer patch the endpoint.',
    remedy: 'The job took the version from the tags of the endpoint, and updated the endpoint.',
    stage: approvedOverAnother,
    scenes: ['live config deleted'],
    exit: 0,
    writes: updates,
    record: over(BEFORE),
  },
  {
    when: 'somebody deleted the config that is live, and no tag names its version',
    shows: [21],
    component: 'deploy-model',
    code: 'SMC-4011',
    seen: 'ERROR Nobody knows which version resale-price-dev serves: the endpoint config resale-price-dev-v1 was deleted, and the tags of the endpoint do not name its version. Nothing was changed.',
    next: `find out what it serves in CloudTrail (CreateModel). If version 2 is not older, commit allow_downgrade: true ${ONCE}.`,
    cause: 'Somebody deleted the config or model of the endpoint. The live version may be newer than this one.',
    remedy: 'Look in CloudTrail which version serves. If it is not newer, allow the deployment with `allow_downgrade`.',
    stage: approvedOverAnother,
    scenes: ['live config deleted'],
    act: (place) => retag(place, { 'sagemaker-components:package': undefined }),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'somebody deleted the config that is live, and it is the one to deploy',
    shows: [21],
    component: 'deploy-model',
    code: 'SMC-4006',
    seen: 'ERROR resale-price-dev serves resale-price-dev-v2-…, but not as planned:…  the endpoint config resale-price-dev-v2-… was deleted…Nothing was changed.',
    next: 'find out who changed it in CloudTrail (DeleteEndpointConfig, DeleteModel). To deploy the version again under new names, set another name_prefix.',
    cause:
      'The config or model of the endpoint was deleted, or it was created again. Its name alone does not say what serves.',
    remedy: 'Set another `name_prefix`: the job then deploys the version again, under new names.',
    stage: approvedOverAnother,
    act: async (place) => {
      await runBefore(deployModel, place, { stage: approvedOverAnother, exit: 0 });
      place.emulator.scenario('live config deleted');
    },
    long: true,
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint has no tags of these components',
    shows: [],
    component: 'deploy-model',
    seen: 'Taking over resale-price-dev for project 42, environment dev, group …: it had no tags that say whose it is.',
    cause: 'The endpoint was created by hand or by another tool.',
    remedy: 'The job updated the endpoint. Its tags name this project, environment and group from now on.',
    stage: approvedOverAnother,
    act: (place) => retag(place, NOBODY),
    exit: 0,
    writes: { ...updates, AddTags: 2 },
    record: over(BEFORE),
  },
  {
    when: 'the endpoint belongs to another project, environment or group',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4001',
    seen: 'ERROR resale-price-dev belongs to another deployment, as its tags say (project 42, environment main, group …). This job is for project 42, environment dev, group …. Nothing was changed.',
    next: OWNER_NEXT,
    cause:
      'Two environments, projects or models use one `endpoint_name`. Without this check, dev could replace what main serves.',
    remedy:
      'Give each environment its own `endpoint_name`, such as `resale-price-$CI_COMMIT_BRANCH`. Only if the endpoint must change hands, set `take_over_endpoint`.',
    stage: approvedOverAnother,
    act: (place) => retag(place, { 'sagemaker-components:environment': 'main' }),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint belongs to another and may be taken over',
    shows: [],
    component: 'deploy-model',
    seen: 'Taking over resale-price-dev for project 42, environment dev, group …: it belonged to project 42, environment main, group …',
    cause: 'The endpoint belonged to another project, environment or group, and `take_over_endpoint` is true.',
    remedy: 'The job updated the endpoint. This is recorded, and later environments reject the version.',
    stage: approvedOverAnother,
    act: (place) => retag(place, { 'sagemaker-components:environment': 'main' }),
    job: { inputs: { take_over_endpoint: 'true' } },
    exit: 0,
    writes: { ...updates, AddTags: 2 },
    record: { ...over(BEFORE), open: ['take_over'] },
  },
  {
    when: 'the endpoint serves a version of another group',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4010',
    seen: 'ERROR resale-price-dev serves arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ChurnModels/1, a version of another model package group. Nothing was changed.',
    next: `set another endpoint_name. If this endpoint must change hands, commit take_over_endpoint: true ${ONCE}.`,
    cause: 'Another model uses the same `endpoint_name`.',
    remedy: 'Give each model its own `endpoint_name`.',
    stage: approvedOverAnother,
    act: ({ emulator }) => {
      emulator.deployed({ endpoint: ENDPOINT, package: emulator.register({ group: 'ChurnModels' }), name: 'churn' });
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'somebody rejected the version since',
    shows: [24],
    component: 'deploy-model',
    code: 'SMC-4013',
    seen: 'ERROR ResalePriceModelGroup version 2 cannot be deployed to dev: it is Rejected now.',
    next: 'find out who changed it in CloudTrail (UpdateModelPackage), or promote another version.',
    cause: 'Somebody rejected the version in Studio after it was approved.',
    remedy: 'Promote another version.',
    stage: approvedOverAnother,
    act: ({ emulator }) => {
      emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(2), ModelApprovalStatus: 'Rejected' });
    },
    exit: 1,
    writes: {},
    reads: ASKS_ONCE,
    record: 'none',
  },
  {
    when: 'the content was swapped after the approval',
    shows: [24],
    component: 'deploy-model',
    code: 'SMC-4013',
    seen: 'ERROR ResalePriceModelGroup version 2 cannot be deployed to dev: its content changed after check-model showed it (from … to …).',
    next: 'find out who changed it in CloudTrail (UpdateModelPackage), then start a new pipeline to check and approve it as it is now.',
    cause: 'Somebody changed the image, model data or environment of the version with UpdateModelPackage.',
    remedy: 'Find out who in CloudTrail (`UpdateModelPackage`). Register a new version.',
    stage: approvedOverAnother,
    scenes: ['content swapped'],
    exit: 1,
    writes: {},
    reads: ASKS_ONCE,
    record: 'none',
  },
  {
    when: 'a newer version is live',
    shows: [22],
    component: 'deploy-model',
    code: 'SMC-4012',
    seen: 'ERROR resale-price-dev serves version 3, and version 2 is older. Nothing was changed.',
    next: `promote a newer version. To deploy the older version, commit allow_downgrade: true ${ONCE}.`,
    cause: 'A newer version was deployed since this one was approved.',
    remedy:
      'Promote a newer version. To deploy the older one on purpose, commit `allow_downgrade: true` in the include on this branch, and take it out again afterwards.',
    stage: approvedOverAnother,
    act: ({ emulator }) => {
      emulator.deployed({ endpoint: ENDPOINT, package: emulator.register({ status: 'Approved' }), name: 'newer' });
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint has what no config of ours can have',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4008',
    seen: 'ERROR resale-price-dev has what this component does not support: an update would remove or change it. Nothing was changed.…  DataCaptureConfig: {"CaptureOptions":[{"CaptureMode":"Input"}],…',
    next: 'deploy this endpoint as before, or set another endpoint_name. If the endpoint does not need it, update the endpoint by hand to a config without it, then run this job again.',
    cause:
      'The endpoint was not created by these components. It has a VPC, data capture, a time-out or more than one variant, for example. The log names each member, as the AWS API does.',
    remedy: 'Deploy to another `endpoint_name`. Or, if the endpoint does not need the feature, remove it yourself.',
    stage: approvedOverAnother,
    act: ({ emulator }) => {
      emulator.deployed({ endpoint: ENDPOINT, package: emulator.register({ status: 'Approved' }), name: 'by-hand' });
      const variant = { VariantName: 'AllTraffic', ModelName: 'by-hand', InstanceType: 'ml.m5.large' };
      emulator.do('CreateEndpointConfig', {
        EndpointConfigName: 'captured',
        ProductionVariants: [{ ...variant, InitialInstanceCount: 1 }],
        DataCaptureConfig: {
          EnableCapture: true,
          InitialSamplingPercentage: 100,
          DestinationS3Uri: 's3://resale-price-capture/',
          CaptureOptions: [{ CaptureMode: 'Input' }],
        },
      });
      emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: 'captured' });
      emulator.endpoints.settle(ENDPOINT);
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint is spelled otherwise',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-4002',
    seen: 'ERROR endpoint_name: received "Resale-Price-Dev", but the name of this endpoint is "resale-price-dev".',
    next: 'set endpoint_name to resale-price-dev: callers must use this spelling.',
    cause: 'SageMaker ignores case in the name when it creates an endpoint, but not when it is called.',
    remedy: 'Spell `endpoint_name` exactly as the endpoint was created.',
    stage: approvedOverAnother,
    job: { inputs: { endpoint_name: 'Resale-Price-Dev' } },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the deployment is stuck',
    shows: [32],
    component: 'deploy-model',
    code: 'SMC-4108',
    seen: 'ERROR Stopped waiting for resale-price-dev after 10 min (max_wait_time). Pending: Creating; AllTraffic Creating, 0 of 1 instance. SageMaker continues.',
    next: 'run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name resale-price-dev --region ap-southeast-1',
    cause: 'The endpoint takes longer to come into service than `max_wait_time`.',
    remedy: 'Run the job again: it follows the same deployment. Or raise `max_wait_time` and `timeout`.',
    stage: approved,
    scenes: ['endpoint is stuck'],
    job: { inputs: { max_wait_time: '600' } },
    long: true,
    exit: 124,
    writes: creates,
    record: { outcome: 'progressing' },
    took: [600, 660],
  },
  {
    when: 'the job’s own timeout comes before the end of the deployment',
    shows: [32],
    component: 'deploy-model',
    code: 'SMC-4108',
    seen: "ERROR Stopped waiting for resale-price-dev after 9 min (the job's timeout). Pending: Updating; AllTraffic Creating, 0 of 1 instance. SageMaker continues.",
    next: 'run this job again: it continues where this one stopped.',
    cause:
      'The deployment takes longer than the `timeout` of the job. The job ends itself one minute before GitLab stops it.',
    remedy: 'Run the job again: it follows the same deployment. Or raise `timeout`.',
    stage: approvedOverAnother,
    scenes: ['endpoint is stuck'],
    job: ({ emulator }) => ({
      env: { CI_JOB_STARTED_AT: emulator.clock.now().toISOString(), CI_JOB_TIMEOUT: '600' },
    }),
    long: true,
    exit: 124,
    writes: updates,
    record: { outcome: 'progressing', previous_config: BEFORE },
    took: [530, 540],
  },
  {
    when: 'GitLab cancels a job that follows the update of an earlier run',
    shows: [],
    component: 'deploy-model',
    code: 'SMC-1401',
    seen: 'ERROR This job was stopped (SIGTERM): …AWS continues the deployment of resale-price-dev-v2-….',
    next: 'run this job again…',
    cause: 'Somebody cancelled the job or pipeline, or the runner was stopped. The update is older than the job.',
    remedy: 'Run the job again. It follows the update that SageMaker continues.',
    stage: approvedOverAnother,
    act: async (place) => {
      Object.assign(place.emulator.endpoints.pace, { describes: 60, milliseconds: 20 * 60_000 });
      await runBefore(deployModel, place, { stage: approvedOverAnother, inputs: { wait: 'false' }, exit: 0 });
    },
    job: ({ emulator }) => ({ stopped: lookAgain(emulator) }),
    long: true,
    exit: 143,
    writes: {},
    record: { outcome: 'progressing' },
  },
  {
    when: 'it runs again after its time was over',
    shows: [32],
    component: 'deploy-model',
    silent: true,
    seen: 'resale-price-dev serves ResalePriceModelGroup version 2 (endpoint config …',
    cause: 'The job was retried while its deployment was still in progress.',
    remedy: 'It followed that deployment. It did not start another one.',
    stage: approvedOverAnother,
    act: async (place) => {
      Object.assign(place.emulator.endpoints.pace, { describes: 60, milliseconds: 20 * 60_000 });
      await runBefore(deployModel, place, { stage: approvedOverAnother, inputs: { max_wait_time: '600' }, exit: 124 });
    },
    long: true,
    exit: 0,
    writes: {},
    record: over(BEFORE),
  },
  {
    when: 'another pipeline deploys over it',
    shows: [36],
    component: 'deploy-model',
    code: 'SMC-4104',
    seen: 'ERROR … on resale-price-dev was superseded by somebody-elses, which the pipeline https://gitlab.example.com/churn/-/pipelines/5 created.',
    next: 'wait until that pipeline ends. If this version should replace that one, run this job again.',
    cause: 'Another deployment replaced this one while the job followed it. This is not a rollback.',
    remedy: 'Check the pipeline that the log names. Let only one project deploy to an endpoint.',
    stage: approvedOverAnother,
    act: ({ emulator }) => supersedeByPipeline(emulator),
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
  },
  {
    when: 'somebody deploys over it by hand',
    shows: [36],
    component: 'deploy-model',
    code: 'SMC-4104',
    seen: 'ERROR … on resale-price-dev was superseded by somebody-elses, which these components did not create.',
    next: 'find out who changed it in CloudTrail (UpdateEndpoint). If this version should replace that config, run this job again.',
    cause: 'Somebody updated the endpoint from a notebook, the console or another tool.',
    remedy: 'Find out who in CloudTrail (`UpdateEndpoint`).',
    stage: approvedOverAnother,
    scenes: ['superseded'],
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
  },
  {
    when: 'somebody deletes the endpoint while it is being updated',
    shows: [5],
    component: 'deploy-model',
    code: 'SMC-4107',
    seen: 'ERROR Somebody deleted resale-price-dev: … is not live.',
    next: 'find out who deleted it in CloudTrail (DeleteEndpoint). To create it again, run this job again.',
    cause: 'Somebody deleted the endpoint during the deployment.',
    remedy: 'Find out who in CloudTrail (`DeleteEndpoint`). To create the endpoint, run the job again.',
    stage: approvedOverAnother,
    act: ({ emulator }) =>
      emulator.faults.meanwhile(
        'DescribeEndpoint',
        () => {
          emulator.endpoints.settle(ENDPOINT);
          emulator.do('DeleteEndpoint', { EndpointName: ENDPOINT });
          emulator.endpoints.settle(ENDPOINT);
        },
        4,
      ),
    exit: 1,
    writes: updates,
    record: { outcome: 'progressing' },
  },
  ...(['CreateModel', 'CreateEndpointConfig'] as const).map(
    (operation): Row => ({
      when: `the connection breaks after ${operation} has taken effect`,
      shows: [37],
      component: 'deploy-model',
      seen:
        operation === 'CreateModel'
          ? 'Model resale-price-dev-v1-…: reused.'
          : 'Endpoint config resale-price-dev-v1-…: reused.',
      cause: LOST,
      remedy: LOOKED,
      stage: approved,
      scenes: [`${operation} unknown`],
      exit: 0,
      writes: { ...creates, [operation]: 2 },
      record: deployed,
    }),
  ),
  {
    when: 'the connection breaks after CreateEndpoint has taken effect',
    shows: [37],
    component: 'deploy-model',
    seen: 'Another deployment changed resale-price-dev first. Checking again.',
    cause: LOST,
    remedy:
      'The job repeated the request. SageMaker said that the endpoint exists. The job followed its own deployment.',
    stage: approved,
    scenes: ['CreateEndpoint unknown'],
    exit: 0,
    writes: { ...creates, CreateEndpoint: 2 },
    record: deployed,
  },
  {
    when: 'the connection breaks after UpdateEndpoint has taken effect',
    shows: [37],
    component: 'deploy-model',
    seen: 'Another deployment changed resale-price-dev first. Checking again.',
    cause: LOST,
    remedy:
      'The job repeated the request. SageMaker said that an update is in progress. The job followed its own deployment.',
    stage: approvedOverAnother,
    scenes: ['UpdateEndpoint unknown'],
    exit: 0,
    writes: { ...updates, AddTags: 2, UpdateEndpoint: 2 },
    record: over(BEFORE),
  },
  {
    when: 'another deployment is first each time',
    shows: [4],
    component: 'deploy-model',
    code: 'SMC-4017',
    seen: 'ERROR resale-price-dev changed each time before this job could change it, or it exists with other upper and lower case.',
    next: 'check it (aws sagemaker list-endpoints --name-contains resale-price-dev --region ap-southeast-1). When nobody else deploys to it, run this job again.',
    cause: 'Ten times, something else changed the endpoint between the look of this job and its own change.',
    remedy:
      'Find out who deploys to it in CloudTrail (`UpdateEndpoint`). Give the other deployment an endpoint of its own, or run the job again when it has ended.',
    stage: approvedOverAnother,
    act: ({ emulator }) => emulator.fault({ operation: 'UpdateEndpoint', kind: 'error', times: 10, error: BUSY }),
    long: true,
    exit: 1,
    writes: { ...updates, AddTags: 10, UpdateEndpoint: 10 },
    record: 'none',
  },
  {
    when: 'time runs out before its new endpoint config is found',
    shows: [14],
    component: 'deploy-model',
    code: 'SMC-4109',
    seen: 'ERROR Stopped waiting for SageMaker to find the new endpoint config (max_wait_time): ValidationException: Could not find endpoint configuration "',
    next: 'run this job again: it continues where this one stopped.',
    cause:
      'SageMaker finds an endpoint config some time after it was created, and `max_wait_time` was shorter than that.',
    remedy: 'Run the job again. If `max_wait_time` is under two minutes, raise it.',
    stage: approvedOverAnother,
    act: ({ emulator }) =>
      emulator.fault({ operation: 'UpdateEndpoint', kind: 'error', times: Infinity, error: CONFIG_NOT_FOUND }),
    job: { inputs: { max_wait_time: '60' } },
    long: true,
    exit: 124,
    writes: { ...updates, UpdateEndpoint: 21 },
    record: 'none',
  },
  {
    when: 'ARNs carry the group in lower case',
    shows: [34],
    component: 'deploy-model',
    silent: true,
    seen: 'resale-price-dev serves ResalePriceModelGroup version 1 (endpoint config …',
    cause: 'SageMaker writes names in lower case in some ARNs.',
    remedy: 'The job compares ARNs without case, and the group by its registered name.',
    stage: {
      environment: 'dev',
      set: (place) => {
        place.emulator.scenario('ARNs in lower case');
        approved.set(place);
      },
    },
    exit: 0,
    writes: creates,
    record: { outcome: 'deployed', group: 'ResalePriceModelGroup' },
  },
];
