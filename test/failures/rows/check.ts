import checkModel from '../../../src/components/check-model.ts';
import { OWN_TAGS } from '../../components/deploy-model/scene.ts';
import { enter } from '../../components/handover.ts';
import { arnOf } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import {
  ENDPOINT,
  goThroughDev,
  left,
  noneOf,
  nothing,
  nothingForUat,
  type Stage,
  trained,
  validated,
} from '../stage.ts';

/** uat takes what dev validated; what is there instead, each row says. */
const registry: Stage = nothingForUat;

export const check: readonly Row[] = [
  {
    when: 'the group does not exist',
    shows: [33],
    component: 'check-model',
    seen: 'ERROR model_package_group_name: received "ResalePriceModelGroup", but the account 111122223333 has no such model package group in ap-southeast-1.',
    next: 'correct the name, the role or the region. If the group is in another account, use its ARN.',
    cause: 'The name is misspelled, or the group is in another account or region.',
    remedy: 'Compare the name, account and region with Studio. An empty group gives another message.',
    stage: registry,
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the group has no version yet',
    shows: [33],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: the group ResalePriceModelGroup has no version yet.',
    next: 'run the training first: it registers a model.',
    cause: 'The group exists, but nothing is registered in it.',
    remedy: 'Train on the first branch first. If the job must end green, set `on_missing: continue`.',
    stage: registry,
    act: ({ emulator }) => {
      emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: 'ResalePriceModelGroup' });
    },
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'nothing is to be promoted and the pipeline may go on',
    shows: [],
    component: 'check-model',
    seen: 'Nothing to promote to uat: no version of ResalePriceModelGroup is Approved and validated in dev. The later jobs succeed and do nothing (on_missing: continue).',
    cause: 'dev has not validated a version yet, and `on_missing` is `continue`.',
    remedy: 'The later jobs of the pipeline end green and do nothing.',
    stage: registry,
    act: ({ emulator }) => {
      emulator.register();
    },
    job: { inputs: { on_missing: 'continue' } },
    exit: 0,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the environment before has validated nothing',
    shows: [23],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: no version of ResalePriceModelGroup is Approved and validated in dev.',
    next: 'run the pipeline of dev first: its validate-endpoint job validates the version.',
    cause:
      'The newest versions are not approved, or the environment before did not validate them. The log lists each version with the reason.',
    remedy: 'When the pipeline of the environment before is green, start this one again.',
    stage: registry,
    act: ({ emulator }) => {
      emulator.register({ status: 'Approved' });
    },
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the newest version failed and an older one is fit',
    shows: [22, 23],
    component: 'check-model',
    seen: 'skipped: version 2, because its status is Failed',
    cause: 'A version that is newer than the offered version cannot be promoted.',
    remedy: 'The approver sees which version is offered, and why each newer version is not.',
    stage: { environment: 'dev', set: validated.set },
    act: ({ emulator }) => {
      emulator.do('UpdateModelPackage', {
        ModelPackageArn: arnOf(1),
        ModelApprovalStatus: 'PendingManualApproval',
      });
      emulator.scenario('newest version failed');
    },
    job: { inputs: { source: 'registry' } },
    exit: 0,
    writes: {},
    record: { outcome: 'candidate', version: 1, passed_over: [{ version: 2 }] },
  },
  {
    when: 'versions were approved in another order than they were registered',
    shows: [22],
    component: 'check-model',
    silent: true,
    seen: 'ResalePriceModelGroup version 2 can be promoted to uat.',
    cause: 'By default, SageMaker lists the oldest version first.',
    remedy: 'The job offers the highest version that dev validated.',
    stage: validated,
    act: ({ emulator }) => goThroughDev(emulator, emulator.register({ status: 'Approved' })),
    exit: 0,
    writes: {},
    reads: { ListModelPackages: 1, DescribeModelPackage: 1 },
    record: { outcome: 'candidate', version: 2 },
  },
  {
    when: 'the version of this training failed its validation',
    shows: [23],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: no version that this pipeline registered can be promoted (version 1: its status is Failed).',
    next: 'if it is still InProgress, run this job again later. Otherwise read in Studio what failed, then register a new version.',
    cause: 'SageMaker could not make the model package usable. Studio shows why.',
    remedy: 'Fix the registration step and push. The job never takes an older model instead.',
    stage: trained({ packageStatus: 'Failed' }),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the version of this training is only logged',
    shows: [23],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: no version that this pipeline registered can be promoted (version 1: it is only logged, not registered).',
    next: 'register the model in the last step of the definition.',
    cause: 'The version is an entry of experiment tracking, which SageMaker does not deploy.',
    remedy: 'Register the model in the last step of the definition.',
    stage: trained({ more: { ModelPackageRegistrationType: 'Logged' } }),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
  },
  {
    when: 'the version of this training does not say how to serve it',
    shows: [23],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: no version that this pipeline registered can be promoted (version 2: it has no inference specification).',
    next: 'give the step that registers the model an InferenceSpecification (image and model data), then register a new version.',
    cause: 'The version has no inference specification, so it has no image and no model data.',
    remedy: 'Give the registration step an `InferenceSpecification`, and push.',
    stage: trained(),
    scenes: ['newest version has no specification'],
    act: (place) =>
      left('deploy-pipeline', { outcome: 'registered', execution: 'arn:e', packages: unspecified }).set(place),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
  },
  {
    when: 'the newest version of the group does not say how to serve it',
    shows: [23],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: version 1 of ResalePriceModelGroup cannot be promoted: it has no inference specification.',
    next: 'give the step that registers the model an InferenceSpecification (image and model data), then register a new version.',
    cause:
      'The version waits for approval, but it has no inference specification, so it has no image and no model data.',
    remedy: 'Give the registration step an `InferenceSpecification`, and register a new version.',
    stage: { environment: 'dev', set: () => undefined },
    scenes: ['newest version has no specification'],
    job: { inputs: { source: 'registry' } },
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the entries of this environment would not fit',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: version 1 of ResalePriceModelGroup cannot be promoted: it has 49 metadata entries, and SageMaker allows 50: approved.uat, validated.uat, withdrawn.uat would not fit.',
    next: "remove some of your team's entries (aws sagemaker update-model-package --model-package-arn arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1 --customer-metadata-properties-to-remove ...), then run this job again.",
    cause:
      'SageMaker allows 50 metadata entries on a version. An environment adds two, and one more if somebody rejects the version.',
    remedy:
      'On this version, remove some metadata entries of your team. For later versions, write fewer entries in the training.',
    stage: validated,
    act: ({ emulator }) => {
      const { length: ours } = Object.keys(emulator.package(arnOf(1))?.metadata ?? {});
      const team = Array.from({ length: 49 - ours }, (_, index) => [`team-${index + 1}`, 'x']);
      emulator.do('UpdateModelPackage', {
        ModelPackageArn: arnOf(1),
        CustomerMetadataProperties: Object.fromEntries(team),
      });
    },
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the training registered nothing',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: this pipeline registered no model: condition GoodEnough was false.',
    next: 'check the execution …: the log of deploy-pipeline shows its steps. Nothing is promoted.',
    cause: 'The quality gate of the definition failed, or no step registers a model.',
    remedy: 'Train a better model. The job never takes an older model instead.',
    stage: left('deploy-pipeline', {
      outcome: 'nothing',
      execution: 'arn:execution',
      why: 'condition GoodEnough was false',
    }),
    act: ({ emulator }) => {
      emulator.register();
    },
    exit: 80,
    writes: {},
    reads: noneOf(checkModel),
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the definition has no step that registers a model',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: this pipeline registered no model: it has no step that registers a model.',
    next: 'if the code of a step registers the model (@step, Lambda), set source: registry under "inputs:" of the include, then push: the first environment then takes the newest pending version of the group. Otherwise, add a step that registers the model to the definition.',
    cause:
      'The code of a step (`@step`, a Lambda) registers the model itself. SageMaker does not say which execution such a version is from.',
    remedy: 'Set `source: registry` in the include of promote or check-model.',
    stage: left('deploy-pipeline', {
      outcome: 'nothing',
      execution: 'arn:execution',
      why: 'it has no step that registers a model',
      no_register_step: true,
    }),
    act: ({ emulator }) => {
      emulator.register();
    },
    exit: 80,
    writes: {},
    reads: noneOf(checkModel),
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the newest pending version is older than the version that is live',
    shows: [],
    component: 'check-model',
    seen: 'older    than version 2, which is live: deploy-model deploys it only with allow_downgrade: true',
    cause:
      'With `source: registry`, the job takes the newest version that waits for approval. A newer one is live already.',
    remedy:
      'Register a newer version. If the older version is what you want, approve it and set `allow_downgrade: true`.',
    stage: nothing,
    act: ({ emulator }) => {
      emulator.register();
      const newer = emulator.register({ status: 'Approved' });
      emulator.deployed({ endpoint: ENDPOINT, package: newer, name: `${ENDPOINT}-v2` });
    },
    job: { inputs: { source: 'registry', endpoint_name: ENDPOINT } },
    exit: 0,
    writes: {},
    record: { outcome: 'candidate', version: 1 },
    outputs: { MODEL_PACKAGE_VERSION: '1' },
  },
  {
    when: 'the training is still under way',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: this pipeline registered no model: its execution is still running.',
    next: 'when the training has ended, run deploy-pipeline again, then run this job again.',
    cause: 'deploy-pipeline did not wait (`wait: false`), or its time ran out.',
    remedy: 'When the training has ended, run deploy-pipeline again. Then run this job again.',
    stage: left('deploy-pipeline', {
      outcome: 'running',
      execution: 'arn:execution',
      why: 'its execution is still running',
    }),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
  },
  {
    when: 'ARNs carry the group in lower case and filtered pages are empty',
    shows: [34, 35],
    component: 'check-model',
    silent: true,
    seen: 'ResalePriceModelGroup version 1 can be promoted to uat.',
    cause:
      'SageMaker writes names in lower case in some ARNs. It also sends empty pages with a token for the next page.',
    remedy: 'The job read the group from the version itself, and asked for every page.',
    stage: validated,
    scenes: ['ARNs in lower case', 'empty filtered pages'],
    act: ({ emulator }) => {
      for (let version = 2; version <= 120; version++) emulator.register();
    },
    exit: 0,
    writes: {},
    record: { outcome: 'candidate', version: 1, group: 'ResalePriceModelGroup' },
  },
  {
    when: 'deploy-pipeline refused the version, because its training wrote registry entries',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: version 1 of ResalePriceModelGroup cannot be promoted: the entry that tells who built it has an unknown format: "refused=came-with-entries …"',
    next: 'promote another version.',
    cause:
      'The training registered the version with metadata that only these components may write, such as `approved.dev`. deploy-pipeline refused it and wrote that into its entry `built`.',
    remedy: 'Remove this metadata from the training, and train again.',
    stage: validated,
    act: ({ emulator }) =>
      enter(emulator, arnOf(1), { built: 'refused=came-with-entries pipeline=90 job=3 at=2026-11-22T08:00Z' }),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the content was swapped after dev validated it',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: version 1 of ResalePriceModelGroup cannot be promoted: its content changed after it was approved and validated in dev',
    next: 'find out who changed it in CloudTrail (UpdateModelPackage). Then promote a version through dev again.',
    cause: 'Somebody changed the image, model data or environment of the version with UpdateModelPackage.',
    remedy: 'Find out who in CloudTrail (`UpdateModelPackage`). Register a new version.',
    stage: validated,
    scenes: ['content swapped'],
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'dev let the version through an open safety input',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: version 1 of ResalePriceModelGroup cannot be promoted: it passed dev with an open safety input (open=approval)',
    next: 'close that safety input in the include, then promote the version through dev again.',
    cause:
      'A safety input was open in dev: `require_approval` was `false`, or `take_over_endpoint` was `true`, for example.',
    remedy:
      'Set `require_validation`, `require_approval` and `require_protected` to `true`, and `take_over_endpoint` to `false`. Promote the version through dev again.',
    stage: validated,
    act: ({ emulator }) => goThroughDev(emulator, arnOf(1), { open: 'approval' }),
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
  },
  {
    when: 'none of the newest candidates is fit',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to uat: none of the 2 newest candidates of ResalePriceModelGroup can be promoted.',
    next: 'raise max_candidates to check older versions, or promote a newer version.',
    cause: 'The job checked as many versions as `max_candidates`, and none may be promoted.',
    remedy: 'Promote a newer version, or raise `max_candidates`.',
    stage: validated,
    act: ({ emulator }) => {
      for (let version = 1; version <= 3; version++) emulator.register({ status: 'Approved' });
    },
    job: { inputs: { max_candidates: '2' } },
    exit: 80,
    writes: {},
    reads: { ListModelPackages: 1, DescribeModelPackage: 2 },
    record: { outcome: 'nothing' },
  },
  {
    when: 'the version that it was given may not be promoted',
    shows: [],
    component: 'check-model',
    seen: 'ERROR ResalePriceModelGroup version 2 cannot be promoted to uat: it is not validated in dev.',
    next: 'set model_package_arn to another version, or leave it empty.',
    cause: 'The version that `model_package_arn` names is not approved, not validated, withdrawn or changed.',
    remedy: 'Set another version, or leave the input empty.',
    stage: validated,
    act: ({ emulator }) => {
      emulator.register({ status: 'Approved' });
    },
    job: { inputs: { model_package_arn: arnOf(2) } },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the version that it was given is of another group',
    shows: [],
    component: 'check-model',
    seen: 'ERROR model_package_arn: received "arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ChurnModels/1", which is not a version of the group arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/ResalePriceModelGroup.',
    next: 'correct model_package_arn, or leave it empty: check-model then selects the version.',
    cause: 'The ARN is misspelled, the version was deleted, or it is in another group.',
    remedy: 'Correct the ARN, or leave the input empty.',
    stage: validated,
    job: {
      inputs: { model_package_arn: 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ChurnModels/1' },
    },
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'the environment is not on the promotion path',
    shows: [],
    component: 'check-model',
    seen: 'ERROR environment: received "uat", which is not in the promotion_path "dev, main".',
    next: 'add the environment to promotion_path, or correct environment, under "inputs:" of the include that adds check-model.',
    cause: 'By default, the branch is the name of the environment. This name is not in the promotion path.',
    remedy: 'Set `environment` or `promotion_path`, or run the pipeline on another branch.',
    stage: validated,
    job: { inputs: { promotion_path: 'dev, main' } },
    exit: 64,
    writes: {},
    reads: noneOf(checkModel),
    record: 'none',
  },
  {
    when: 'the version is approved, validated and live here already',
    shows: [],
    component: 'check-model',
    seen: 'ERROR Nothing to promote to dev: ResalePriceModelGroup version 1 is already approved, validated and live in dev, on the endpoint resale-price-dev.',
    next: 'nothing to do. When the previous environment has validated a newer version, push again.',
    cause: 'The newest version that may be promoted is already live.',
    remedy: 'Do nothing.',
    stage: { environment: 'dev', set: validated.set },
    act: ({ emulator }) => {
      emulator.deployed({ endpoint: ENDPOINT, package: arnOf(1), name: `${ENDPOINT}-v1` });
      emulator.do('UpdateModelPackage', {
        ModelPackageArn: arnOf(1),
        ModelApprovalStatus: 'PendingManualApproval',
      });
    },
    job: { inputs: { source: 'registry', instance_type: '', execution_role_arn: '' } },
    exit: 80,
    writes: {},
    record: { outcome: 'nothing' },
    outputs: { MODEL_FOUND: 'false' },
  },
  {
    when: 'the endpoint belongs to another project, environment or group',
    shows: [],
    component: 'check-model',
    seen: 'ERROR resale-price-uat belongs to another deployment, as its tags say (project 42, environment main, group …). This job is for project 42, environment uat, group …. Nothing was changed.',
    next: 'set another endpoint_name: each project, environment and model needs an endpoint of its own. If this one must change hands, commit take_over_endpoint: true under "inputs:" of the include on this branch, and take it out again when the pipeline of that commit has ended.',
    cause: 'Two environments, projects or models use one `endpoint_name`. deploy-model would refuse the deployment.',
    remedy:
      'Give each environment its own `endpoint_name`, such as `resale-price-$CI_COMMIT_BRANCH`. Only if the endpoint must change hands, set `take_over_endpoint`.',
    stage: validated,
    act: ({ emulator }) => {
      const tags = { ...OWN_TAGS, 'sagemaker-components:environment': 'main' };
      emulator.deployed({ endpoint: 'resale-price-uat', package: arnOf(1), tags });
    },
    job: { inputs: { endpoint_name: 'resale-price-uat' } },
    exit: 1,
    writes: {},
    record: 'none',
  },
];

const unspecified = [{ group: 'ResalePriceModelGroup', package: arnOf(2), version: 2 }];
