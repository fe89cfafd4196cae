import { createHash } from 'node:crypto';
import type { Emulator } from '../../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP } from '../../emulator/scene.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import compareModels from '../../src/components/compare-models.ts';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import evaluateModel from '../../src/components/evaluate-model.ts';
import loadTest, { loadTestWorkers } from '../../src/components/load-test.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { checkSetup, checkSetupApproval } from '../../src/compositions/check-setup.ts';
import type { Component } from '../../src/program/component.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programsOfRoles } from '../catalog/programs.ts';
import { register, train } from '../components/definition.ts';
import { ofPromote } from '../components/example.ts';
import { BY_FILE } from '../components/gitlab-file.ts';
import { gitlab } from '../components/gitlab-host.ts';
import {
  aboutVersion,
  builtValue,
  contentIn,
  enter,
  recordPath,
  recordText,
  timeIn,
  validationValue,
  verdictValue,
} from '../components/handover.ts';
import { COMMIT } from '../components/job.ts';
import { LABELLED } from '../components/labelled.ts';
import { QUICK_LOAD, QUICK_LOAD_OF_WORKERS } from '../components/load.ts';
import { leftByWorkers } from '../components/load-workers.ts';
import { release } from '../components/rollback-endpoint/scene.ts';
import { deregister, endpointFile, note, SECTION, scaleBy, wantedOf } from '../components/scaling.ts';

/** Files of a project's folder: path -> content; of what is compressed, in base64. */
export type Files = Readonly<Record<string, string>>;

/** What one job finds: AWS as it is, the artifacts of the jobs before it, and its inputs. */
export interface Scene {
  readonly about: string;
  readonly component: Component;
  /** Those that differ from what the example project gives. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: string;
  /** Further variables of the job. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it makes in AWS it deletes again, or AWS refuses it: when it runs again, that is asked for once more. */
  readonly makesAgain?: true;
  /** Sets the scene in AWS. Returns the files that the job finds. */
  set(emulator: Emulator): Files;
}

const ROLE = 'arn:aws:iam::111122223333:role/resale-price-pipeline';

const definition = {
  Version: '2020-12-01',
  Parameters: [{ Name: 'MaxDepth', Type: 'Integer', DefaultValue: 6 }],
  Steps: [train, register],
};

const training = {
  component: deployPipeline,
  environment: 'dev',
  inputs: { parameters: 'MaxDepth=7' },
};

const verdict = { comment: 'Looks good.' };

const deployment = {
  component: deployModel,
  environment: 'dev',
  inputs: {
    name_prefix: '',
    model_environment: 'LOG_LEVEL=info',
    tags: 'team=pricing',
    recreate_failed: 'true',
  },
};

function recordOf(component: string, record: object, pipeline = '101', environment = 'dev'): Files {
  return { [recordPath(component)]: recordText(component, { environment, pipeline, ...record }) };
}

/** A version that dev's approver approved in a pipeline, with the record of it. */
export function approved(emulator: Emulator, pipeline = '101', words: Readonly<Record<string, string>> = {}): Files {
  const arn = emulator.register({ status: 'Approved' });
  const approval = verdictValue(contentIn(emulator, arn), { pipeline, at: timeIn(emulator), ...words });
  enter(emulator, arn, { 'approved.dev': approval });
  return recordOf('approve-model', { outcome: 'approved', ...aboutVersion(emulator, arn) }, pipeline);
}

/** The tags that deploy-model left on an endpoint with one deployment, as emulator.deployed() names its config and model. */
const OF_ITS_DEPLOYMENT = {
  'sagemaker-components:project': '42',
  'sagemaker-components:environment': 'dev',
  'sagemaker-components:group': `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/${GROUP}`,
  'sagemaker-components:wanted': 'resale-price-dev-v1',
  'sagemaker-components:model': 'resale-price-dev-v1',
};

/** The version that serves before, on two instances where its config began with one. */
function live(emulator: Emulator, tags: Readonly<Record<string, string>>): void {
  emulator.deployed({ endpoint: 'resale-price-dev', package: emulator.register({ status: 'Approved' }), tags });
  emulator.do('UpdateEndpointWeightsAndCapacities', {
    EndpointName: 'resale-price-dev',
    DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 2 }],
  });
  emulator.endpoints.settle('resale-price-dev');
}

function shown(emulator: Emulator, environment: string): Files {
  const first = environment === 'dev';
  const status = first ? 'PendingManualApproval' : 'Approved';
  const arn = emulator.register({ status, metadata: { rmse: '41250' } });
  const content = contentIn(emulator, arn);
  const at = timeIn(emulator);
  if (!first)
    enter(emulator, arn, {
      'approved.dev': verdictValue(content, { at }),
      'validated.dev': validationValue(content, { at }),
    });
  const record = { outcome: 'candidate', ...aboutVersion(emulator, arn) };
  return recordOf('check-model', record, '101', environment);
}

const definitionFile = { 'pipeline.json': JSON.stringify(definition, null, 2) };

export const creatingEndpoint: Scene = {
  about: 'deploy-model creates an endpoint',
  ...deployment,
  set: (emulator) => approved(emulator),
};

export const updatingEndpoint: Scene = {
  about: 'deploy-model updates an endpoint that was scaled out',
  ...deployment,
  set(emulator) {
    live(emulator, OF_ITS_DEPLOYMENT);
    return approved(emulator);
  },
};

const ENDPOINT = 'resale-price-dev';

/** A deployment by an endpoint file that says how the endpoint is scaled. */
const byFile = { ...deployment, inputs: { name_prefix: '', recreate_failed: 'true', ...BY_FILE } };
const LARGE = { instance_type: 'ml.m5.large', instance_count: 2, autoscaling: SECTION };

function approvedBy(emulator: Emulator, description: object): Files {
  return { ...approved(emulator), 'endpoint.yml': endpointFile(description) };
}

/** The endpoint of the version before, scaled by its endpoint file. */
function scaledBefore(emulator: Emulator): void {
  live(emulator, OF_ITS_DEPLOYMENT);
  scaleBy(emulator, ENDPOINT);
}

export const changingInstanceType: Scene = {
  ...byFile,
  about: 'deploy-model changes the instance type of an endpoint that is scaled, and was scaled out',
  set(emulator) {
    scaledBefore(emulator);
    emulator.endpoints.scale(ENDPOINT, 'AllTraffic', 9);
    emulator.endpoints.settle(ENDPOINT);
    return approvedBy(emulator, { ...LARGE, instance_type: 'ml.m5.xlarge' });
  },
};

const SERVERLESS = { MemorySizeInMB: 2048, MaxConcurrency: 20 };

const updatingServerless: Scene = {
  ...byFile,
  about: 'deploy-model updates a serverless endpoint',
  set(emulator) {
    const version = emulator.register({ status: 'Approved' });
    emulator.deployed({ endpoint: ENDPOINT, package: version, tags: OF_ITS_DEPLOYMENT, serverless: SERVERLESS });
    return approvedBy(emulator, { serverless_config: { memory_size_in_mb: 4096, max_concurrency: 20 } });
  },
};

/** deploy-model, where Application Auto Scaling changes how many instances run. */
const scaling: readonly Scene[] = [
  {
    ...byFile,
    about: 'deploy-model creates an endpoint that is scaled',
    set: (emulator) => approvedBy(emulator, LARGE),
  },
  changingInstanceType,
  {
    ...byFile,
    about: 'deploy-model scales an endpoint otherwise than before',
    set(emulator) {
      scaledBefore(emulator);
      const otherwise = { minimum: 1, maximum: 3, invocations_per_instance: 9 };
      return approvedBy(emulator, { ...LARGE, autoscaling: otherwise });
    },
  },
  {
    ...byFile,
    about: 'deploy-model ends what the endpoint file no longer says',
    set(emulator) {
      scaledBefore(emulator);
      return approvedBy(emulator, { ...LARGE, autoscaling: undefined });
    },
  },
  {
    ...byFile,
    about: 'deploy-model deletes and creates a failed endpoint that is scaled',
    set(emulator) {
      scaledBefore(emulator);
      emulator.scenario('endpoint is Failed');
      return approvedBy(emulator, LARGE);
    },
  },
];

export const startingTraining: Scene = {
  about: 'deploy-pipeline creates a pipeline and runs it',
  ...training,
  set(emulator) {
    emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
    emulator.executions.pace.describes = 1;
    return definitionFile;
  },
};

/** As promote includes it: it looks at the endpoint beside what it needs itself. */
export const updatingPipeline: Scene = {
  ...training,
  about: 'deploy-pipeline of promote looks at the endpoint, updates a pipeline and runs it',
  ...ofPromote(training.inputs),
  set(emulator) {
    const before = JSON.stringify({ ...definition, Steps: definition.Steps.slice(0, 1) });
    emulator.do('CreatePipeline', { PipelineName: 'resale-price', RoleArn: ROLE, PipelineDefinition: before });
    live(emulator, OF_ITS_DEPLOYMENT);
    emulator.executions.pace.describes = 1;
    return definitionFile;
  },
};

export const checking: Scene = {
  about: 'check-model shows what the environment before validated',
  component: checkModel,
  environment: 'uat',
  inputs: {},
  set(emulator) {
    emulator.deployed({ endpoint: 'resale-price-uat', package: emulator.register({ status: 'Approved' }) });
    shown(emulator, 'uat');
    return {};
  },
};

/** The roles are those that the policies command writes: one that may more is told. */
function withRoles(emulator: Emulator): Files {
  for (const role of rolesOf(resalePrice, programsOfRoles)) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUP });
  return {};
}

const checkingSetup: Scene = {
  about: 'check-setup looks at the role that deploys',
  component: checkSetup,
  environment: 'dev',
  inputs: { role_arn: 'arn:aws:iam::111122223333:role/resale-price-deploy-dev' },
  makesAgain: true,
  set: withRoles,
};

const checkingApproval: Scene = {
  ...checkingSetup,
  about: "check-setup-approval looks at the approver's role",
  component: checkSetupApproval,
  inputs: { role_arn: 'arn:aws:iam::111122223333:role/resale-price-approve-dev' },
};

const planning: Scene = { ...checking, about: 'plan-deployment says what a merge would do', component: planDeployment };

export const approving: Scene = {
  about: 'approve-model approves in the first environment',
  component: approveModel,
  environment: 'dev',
  inputs: verdict,
  set: (emulator) => shown(emulator, 'dev'),
};

/** What two people satisfy who did not train the version, soon after it was shown. */
const TWO_PEOPLE = `approvals: 2
never: [trained, approved_before]
comment: required
freeze: [{ from: 2020-12-20T00:00, to: 2021-01-04T00:00, time_zone: Asia/Singapore }]
expires: 12 hours
emergency: [approvals]
`;

const hashOfPolicy = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** GitLab has the job that showed the version, and both runs of its approval, each of which bob approves. */
function askTwo(emulator: Emulator): void {
  const now = emulator.clock.now();
  const job = { pipeline: 101, sha: COMMIT };
  const approval = { ...job, name: 'approve-model', environment: 'uat/approval' };
  gitlab.deployments.clear();
  gitlab.deployments.create({ ...job, id: 9, name: 'check-model' }, now);
  gitlab.deployments.report(9, 'success', now);
  for (const id of [1, 2]) {
    gitlab.deployments.create({ ...approval, id }, now);
    gitlab.deployments.approve(id, { id: 58, username: 'bob' }, new Date(now.getTime() + 1000));
    gitlab.deployments.report(id, 'running', now, { id: 7, username: 'jane' });
  }
}

const approvingByTwo: Scene = {
  ...approving,
  about: 'approve-model approves with a second person, who approved in GitLab',
  environment: 'uat',
  inputs: { ...verdict, policy_file: 'policy.yml' },
  set(emulator) {
    askTwo(emulator);
    const record = JSON.parse(shown(emulator, 'uat')[recordPath('check-model')] ?? '{}');
    const dev = verdictValue(record.content, { user_id: '60', at: timeIn(emulator) });
    enter(emulator, record.package, {
      built: builtValue({ user_id: '61', at: timeIn(emulator) }),
      'approved.dev': dev,
    });
    const policy = { hash: hashOfPolicy(TWO_PEOPLE), since: { is: 'nothing' }, measured: {} };
    const text = JSON.stringify({ ...record, job: '9', policy });
    return { 'policy.yml': TWO_PEOPLE, [recordPath('check-model', '9')]: text };
  },
};

const deployingUnderPolicy: Scene = {
  ...deployment,
  about: 'deploy-model deploys what two people approved under a policy',
  inputs: { ...deployment.inputs, policy_file: 'policy.yml' },
  set(emulator) {
    const policy = 'approvals: 2\nfreeze: []\nexpires: 12 hours\n';
    const people = { user_id: '57', people: '2', with: 'bob:58', since: timeIn(emulator) };
    return { 'policy.yml': policy, ...approved(emulator, '101', { policy: hashOfPolicy(policy), ...people }) };
  },
};

export const rejecting: Scene = {
  about: 'reject-model withdraws in the first environment',
  component: rejectModel,
  environment: 'dev',
  inputs: verdict,
  set: (emulator) => shown(emulator, 'dev'),
};

/** The deployment did not wait: what it took away is missing. */
function takeAwayScaling(emulator: Emulator): void {
  scaleBy(emulator, ENDPOINT);
  deregister(emulator, ENDPOINT);
  const { hash, bounds } = wantedOf(ENDPOINT);
  note(emulator, ENDPOINT, { is: 'due', section: hash, ...bounds });
}

export const validating: Scene = {
  about: 'validate-endpoint validates what was deployed',
  component: validateEndpoint,
  environment: 'dev',
  inputs: {
    accept: 'application/json',
    expect: '"price":\\d+',
    requests: '2',
  },
  set(emulator) {
    const arn = emulator.register({ status: 'Approved', metadata: { rmse: '41250' } });
    const config = emulator.deployed({ endpoint: 'resale-price-dev', package: arn });
    const record = {
      outcome: 'deployed',
      ...aboutVersion(emulator, arn),
      endpoint: 'resale-price-dev',
      config,
      model: config,
    };
    return { ...recordOf('deploy-model', record), 'payload.json': '{"instances": [{"floor_area_sqm": 92}]}' };
  },
};

const evaluating: Scene = {
  ...validating,
  about: 'evaluate-model asks about labelled rows, and records what the answers are worth',
  component: evaluateModel,
  inputs: { keep_answers: 'true', keep_records: '30 days' },
  set: (emulator) => ({
    ...validating.set(emulator),
    ...LABELLED,
    'quality.yml': LABELLED['quality.yml'].replace('request:', 'request:\n  at_once: 1'),
  }),
};

const keepingPredictions: Scene = {
  ...evaluating,
  about: 'evaluate-model keeps its predictions in S3, and reads those of the live version',
  set: (emulator) => ({
    ...validating.set(emulator),
    ...LABELLED,
    'quality.yml': LABELLED['quality.yml']
      .replace('request:', 'request:\n  at_once: 1')
      .replace('mape: { max: 0.08 }', 'mape: { max: 0.08, max_drop_from_live: 0.005 }')
      .replace('metrics:', 'predictions_uri: s3://resale-price-data/predictions/\nmetrics:'),
  }),
};

export const loading: Scene = {
  ...validating,
  about: 'load-test sends a load to what was deployed',
  component: loadTest,
  inputs: QUICK_LOAD,
};

const judgingLoad: Scene = {
  ...validating,
  about: 'load-test-workers judges the load that its workers sent',
  component: loadTestWorkers,
  inputs: QUICK_LOAD_OF_WORKERS,
  set(emulator) {
    const files = validating.set(emulator);
    const deployed = JSON.parse(files[recordPath('deploy-model')] ?? '{}');
    const payload = files['payload.json'] ?? '';
    const left = { deployed, payload, start: emulator.clock.now(), inputs: QUICK_LOAD_OF_WORKERS };
    return { ...files, ...leftByWorkers(left) };
  },
};

/** The endpoint is asynchronous, and its queue is empty. What it asks at the same time is what `validating` asks. */
export const validatingLater: Scene = {
  ...validating,
  about: 'validate-endpoint validates an asynchronous endpoint',
  inputs: { ...validating.inputs, requests: '1' },
  set(emulator) {
    const files = validating.set(emulator);
    const folder = 's3://resale-price-async/resale-price-dev';
    const OutputConfig = { S3OutputPath: `${folder}/output`, S3FailurePath: `${folder}/failure` };
    Object.assign(emulator.endpoint(ENDPOINT)?.config.request ?? {}, { AsyncInferenceConfig: { OutputConfig } });
    emulator.asynchronous.pace = 0;
    const path = recordPath('deploy-model');
    const record = { ...JSON.parse(files[path] ?? '{}'), asynchronous: { s3_input_path: `${folder}/input` } };
    return { ...files, [path]: JSON.stringify(record) };
  },
};

/** Few rows, in one request: what is tested is the endpoint that the job makes and deletes. */
const FEW_ROWS = LABELLED['holdout.csv'].split('\n').slice(0, 41).join('\n');

const comparing: Scene = {
  ...validating,
  about: 'compare-models compares two versions on endpoints of its own, and deletes them',
  component: compareModels,
  // So few requests show nothing of the latency.
  inputs: { max_instances: '4', allow_inconclusive: 'true' },
  makesAgain: true,
  set(emulator) {
    const champion = emulator.register({ status: 'Approved' });
    const [content, at] = [contentIn(emulator, champion), timeIn(emulator)];
    enter(emulator, champion, {
      'approved.main': verdictValue(content, { at }),
      'validated.main': validationValue(content, { at }),
    });
    const margins = 'primary: mape\n  margins: { mape: 0.02 }\n  errors: 1\n  latency: 0.1\n  batch: 100';
    const plan = LABELLED['quality.yml'].replace(/primary: mape\n {2}margins: .*/, margins);
    return { ...validating.set(emulator), 'holdout.csv': FEW_ROWS, 'quality.yml': plan };
  },
};

const rollingBack: Scene = {
  about: 'rollback-endpoint returns to the release before',
  component: rollbackEndpoint,
  environment: 'dev',
  inputs: { comment: 'Wrong prices.' },
  set(emulator) {
    for (let count = 0; count < 3; count++) release(emulator);
    return {};
  },
};

const deletingEndpoint: Scene = {
  about: 'delete-endpoint deletes an endpoint, and an alarm that a killed deployment left',
  component: deleteEndpoint,
  environment: 'dev',
  inputs: {},
  set(emulator) {
    live(emulator, { ...OF_ITS_DEPLOYMENT, 'sagemaker-components:alarms': 'made' });
    const left = 'sagemaker-components/resale-price-dev/a-config/latency';
    emulator.cloudwatch.alarms.put({ AlarmName: left }, emulator.cloudwatch.arn(left), emulator.clock.now());
    return {};
  },
};

/** An update that bakes, watched by an alarm that is made for it; with further keys of its strategy. */
function bakingBy(scenario: Parameters<Emulator['scenario']>[0], more: object = {}): Scene['set'] {
  return (emulator) => {
    live(emulator, OF_ITS_DEPLOYMENT);
    const files = approved(emulator);
    emulator.scenario(scenario);
    const strategy = { type: 'all_at_once', wait: 360, ...more };
    const alarms = { server_errors: { threshold: 1 } };
    const file = { instance_type: 'ml.m5.large', instance_count: 2, strategy, alarms };
    return { ...files, 'endpoint.yml': JSON.stringify(file), 'payload.json': '[{}]' };
  };
}

const byStrategy = { ...deployment, inputs: { ...deployment.inputs, ...BY_FILE, poll_interval: '300' } };

const baking: Scene = {
  ...byStrategy,
  about: 'deploy-model updates an endpoint, and an alarm of the release watches the bake',
  set: bakingBy('steady traffic'),
};

const SENDING = { bake_traffic: { payload_file: 'payload.json', requests_per_minute: 1 } };

export const bakingWithPayload: Scene = {
  ...baking,
  about: 'deploy-model sends a payload itself while the new fleet bakes',
  set: bakingBy('steady traffic', SENDING),
};

export const rolledBack: Scene = {
  ...baking,
  about: 'an alarm of the release rolls it back',
  set: bakingBy('new version answers with errors'),
};

export const rolledBackByPayload: Scene = {
  ...baking,
  about: 'an alarm of the release rolls it back by requests of deploy-model alone',
  set(emulator) {
    const files = bakingBy('new version answers with errors', SENDING)(emulator);
    emulator.traffic.perMinute.clear();
    for (const [arn, behaviour] of emulator.runtime.behaviours)
      emulator.runtime.behaviours.set(arn, { ...behaviour, errorRate: 1 });
    return files;
  },
};

/** What deploy-model made for the endpoint of dev in an earlier pipeline, and what serves no more. */
function older(emulator: Emulator, version: number): void {
  const arn = emulator.register({ status: 'Approved' });
  const name = `resale-price-dev-v${version}-000000000${version}`;
  const Tags = [
    { Key: 'sagemaker-components:endpoint', Value: 'resale-price-dev' },
    { Key: 'sagemaker-components:package', Value: arn },
  ];
  const PrimaryContainer = { ModelPackageName: arn };
  emulator.do('CreateModel', { ModelName: name, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE, Tags });
  const variant = { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  emulator.do('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: [variant], Tags });
}

/** Every component, in every way of changing AWS. */
export const scenes: readonly Scene[] = [
  startingTraining,
  updatingPipeline,
  checkingSetup,
  checkingApproval,
  planning,
  checking,
  approving,
  {
    ...approving,
    about: 'approve-model approves in a later environment',
    environment: 'uat',
    set: (emulator) => shown(emulator, 'uat'),
  },
  approvingByTwo,
  rejecting,
  {
    ...rejecting,
    about: 'reject-model withdraws in a later environment',
    environment: 'uat',
    set: (emulator) => shown(emulator, 'uat'),
  },
  updatingEndpoint,
  {
    about: 'deploy-model updates an endpoint and deletes what it left of earlier releases',
    ...deployment,
    inputs: { ...deployment.inputs, keep_versions: '1' },
    set(emulator) {
      older(emulator, 1);
      live(emulator, { ...OF_ITS_DEPLOYMENT, 'sagemaker-components:wanted': 'resale-price-dev-v2' });
      return approved(emulator);
    },
  },
  {
    about: 'deploy-model updates an endpoint that nobody tagged',
    ...deployment,
    set(emulator) {
      live(emulator, {});
      return approved(emulator);
    },
  },
  creatingEndpoint,
  deployingUnderPolicy,
  {
    about: 'deploy-model deletes and creates a failed endpoint',
    ...deployment,
    set(emulator) {
      live(emulator, OF_ITS_DEPLOYMENT);
      emulator.scenario('endpoint is Failed');
      return approved(emulator);
    },
  },
  baking,
  validating,
  evaluating,
  keepingPredictions,
  loading,
  judgingLoad,
  comparing,
  rollingBack,
  {
    ...rollingBack,
    about: 'rollback-endpoint updates an endpoint whose update and rollback both failed',
    set(emulator) {
      rollingBack.set(emulator);
      emulator.scenario('endpoint is UpdateRollbackFailed');
      return {};
    },
  },
  deletingEndpoint,
  updatingServerless,
  ...scaling,
  {
    ...validating,
    about: 'validate-endpoint gives back what scales the endpoint',
    set(emulator) {
      const files = validating.set(emulator);
      takeAwayScaling(emulator);
      const path = recordPath('deploy-model');
      const record = { ...JSON.parse(files[path] ?? '{}'), scaled: { variant: 'AllTraffic', autoscaling: SECTION } };
      return { ...files, [path]: JSON.stringify(record) };
    },
  },
];
