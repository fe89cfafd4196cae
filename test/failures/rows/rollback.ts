import rollbackEndpoint from '../../../src/components/rollback-endpoint.ts';
import { enter, timeIn, verdictValue } from '../../components/handover.ts';
import { configOf, ours, release } from '../../components/rollback-endpoint/scene.ts';
import { arnOf, CONTENT } from '../../registry/package.ts';
import type { Row } from '../row.ts';
import { ENDPOINT, noneOf, nothing, type Place, retag, type Stage } from '../stage.ts';

/** The endpoint of dev has served versions 1, 2 and 3, each approved and validated. */
const released: Stage = {
  environment: 'dev',
  set({ emulator }) {
    for (let count = 0; count < 3; count++) release(emulator);
  },
};

/** The same, with one version only. */
const firstRelease: Stage = { environment: 'dev', set: ({ emulator }) => void release(emulator) };

/** An earlier rollback of the same pipeline has brought version 2 back. */
function rolledBackBefore({ emulator }: Place): void {
  const wanted = configOf(arnOf(2));
  emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: wanted });
  emulator.endpoints.settle(ENDPOINT);
  const tags = { component: 'rollback-endpoint', wanted, package: arnOf(2), previous: configOf(arnOf(3)) };
  retag({ emulator }, ours(tags));
  const withdrawal = verdictValue(CONTENT, { pipeline: '101', at: timeIn(emulator) });
  enter(emulator, arnOf(3), { 'withdrawn.dev': `${withdrawal} to=2` });
}

const rolledBack = { UpdateModelPackage: 1, AddTags: 1, UpdateEndpoint: 1 };
const returned = { outcome: 'rolled back', version: 2, config: configOf(arnOf(2)) };
const ANOTHER = 'run this job again without a version, to go back to the release before, or with another version.';

export const rollback: readonly Row[] = [
  {
    when: 'the endpoint does not exist',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4201',
    seen: 'ERROR The endpoint resale-price-dev does not exist in ap-southeast-1: nothing can be rolled back. Nothing was changed.',
    next: 'correct endpoint_name. If somebody deleted the endpoint, run the deploy-model job of the version that should serve.',
    cause: 'The name is misspelled, or somebody deleted the endpoint.',
    remedy: 'Correct `endpoint_name`, or deploy a version.',
    stage: nothing,
    exit: 64,
    writes: {},
    record: 'none',
  },
  {
    when: 'there is no release before the one that is live',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4202',
    seen: 'ERROR resale-price-dev has no earlier release that it can go back to.…Nothing was changed.',
    next: 'promote another version: docs/bad-release.md says how, and how long it takes.',
    cause: 'Only one version was ever approved, validated and deployed here.',
    remedy: 'Promote another version, or train a new one.',
    stage: firstRelease,
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'no tag names what the last deployment brought',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4207',
    seen: 'ERROR Nobody knows whether resale-price-dev went back already: its tags do not name what the last deployment brought. ResalePriceModelGroup version 3 is live. Nothing was changed.',
    next: 'start this job again, and type the version that should serve. The newest releases beside it: 2 (…), 1 (…).',
    cause:
      'Somebody removed the tags of the endpoint. It may have gone back before: then another step back is one too many.',
    remedy: 'Say in the field `version` of the job where to go. The next deployment writes the tags again.',
    stage: released,
    act: ({ emulator }) => {
      const ResourceArn = emulator.endpoints.arn(ENDPOINT);
      emulator.do('DeleteTags', { ResourceArn, TagKeys: Object.keys(emulator.tags.of(ResourceArn)) });
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the version that it would leave has no room for a withdrawal',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-3201',
    seen: 'ERROR ResalePriceModelGroup version 3 has 50 metadata entries, and SageMaker allows 50: withdrawn.dev would not fit. Nothing was written.',
    next: `remove some of your team's entries (aws sagemaker update-model-package --model-package-arn ${arnOf(3)} --customer-metadata-properties-to-remove ...), then run this job again.`,
    cause:
      'A version is withdrawn before it is left: otherwise the next deployment, or a job that is run again, would bring it back. approve-model keeps room for that; your team wrote entries after the approval. The endpoint was not changed.',
    remedy:
      'Remove one entry with the command of the log, by a role that may; then run the job again. [When a release is bad](bad-release.md#if-its-metadata-is-full) has what to do if nobody may at the moment.',
    stage: released,
    act: ({ emulator }) => {
      const taken = Object.keys(emulator.package(arnOf(3))?.metadata ?? {}).length;
      const own = Array.from({ length: 50 - taken }, (_, index) => [`team.${index}`, 'x']);
      enter(emulator, arnOf(3), Object.fromEntries(own));
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'no release before may be brought back',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4202',
    seen: `ERROR resale-price-dev has no earlier release that it can go back to:…  version 2: the endpoint config ${configOf(arnOf(2))} was deleted…  version 1: it was withdrawn in dev by lim in pipeline 90 …Nothing was changed.`,
    next: 'promote another version: docs/bad-release.md says how, and how long it takes.',
    cause:
      'Each earlier version is withdrawn or not validated as it is now, or its endpoint config or model was deleted.',
    remedy: 'The log says it of each version. Promote another version, or train a new one.',
    stage: released,
    act: ({ emulator }) => {
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: configOf(arnOf(2)) });
      enter(emulator, arnOf(1), { 'withdrawn.dev': verdictValue(CONTENT, { by: 'lim', at: timeIn(emulator) }) });
    },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'nobody validated the version that was typed',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4203',
    seen: 'ERROR resale-price-dev cannot go back to version 4: it is not validated in dev. Nothing was changed.',
    next: ANOTHER,
    cause: 'The version is not approved and validated in this environment as it is now, or it is withdrawn.',
    remedy: 'Type another version, or none.',
    stage: released,
    act: ({ emulator }) => {
      emulator.register({ status: 'Approved' });
    },
    job: { inputs: { version: '4' } },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the version that was typed was rolled back before',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4203',
    seen: 'ERROR resale-price-dev cannot go back to version 3: it was live in dev until …, withdrawn by jane in pipeline 101, who went back to version 2. Nothing was changed.',
    next: ANOTHER,
    cause: 'An earlier rollback withdrew the version. Only an approval brings it back.',
    remedy:
      'Name the version in `model_package_arn` of the include. check-model then asks the approver to approve it again.',
    stage: released,
    act: rolledBackBefore,
    job: { inputs: { version: '3' } },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'there is no such version in the group',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4203',
    seen: 'ERROR resale-price-dev cannot go back to version 9: it does not exist in the group. Nothing was changed.',
    next: ANOTHER,
    cause: 'The number is of no version in the model package group.',
    remedy: 'Type another version, or none.',
    stage: released,
    job: { inputs: { version: '9' } },
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'what was typed is not a number',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-1001',
    seen: 'ERROR Invalid input:…  version: received "v2"; must be a number of at most 9 digits, or empty.',
    next: 'correct it under "inputs:" of the include that adds rollback-endpoint, then push. If a CI/CD variable is wrong or not visible, correct that and run this job again.',
    cause: 'GitLab refuses such a version. Here, the project replaced the script or the inputs of the job.',
    remedy: 'Remove the override of the job. Type digits only, or nothing.',
    stage: released,
    job: { inputs: { version: 'v2' } },
    exit: 64,
    writes: {},
    reads: noneOf(rollbackEndpoint),
    record: 'none',
  },
  {
    when: 'GitLab starts it by itself',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-3101',
    seen: 'ERROR GitLab started the job rollback-endpoint automatically, but a person must start it. Nothing was read or written.',
    next: 'keep "when: manual" on this job: remove "when:" from its rules, then start a new pipeline.',
    cause: 'The `rules` of the include have `when: on_success` or `when: always`.',
    remedy: 'Remove `when:` from `rules`.',
    stage: released,
    job: { manual: false },
    exit: 1,
    writes: {},
    reads: noneOf(rollbackEndpoint),
    record: 'none',
  },
  {
    when: 'another deployment comes between its look and its update',
    shows: [36],
    component: 'rollback-endpoint',
    code: 'SMC-4204',
    seen: `ERROR resale-price-dev served ${configOf(arnOf(3))} when this job chose where to go back, and serves somebody-elses now.`,
    next: 'read what serves now. If it should be left, run this job again.',
    cause: 'Somebody changed the endpoint while this job ran. The version that was live is withdrawn.',
    remedy: 'Look at what serves now, and decide again.',
    stage: released,
    act: ({ emulator }) => {
      emulator.faults.meanwhile('AddTags', () => {
        emulator.scenario('foreign update in progress');
        emulator.endpoints.settle(ENDPOINT);
      });
    },
    exit: 1,
    writes: { UpdateModelPackage: 1, AddTags: 1 },
    record: 'none',
  },
  {
    when: 'somebody rejects the version between its look and its update',
    shows: [24],
    component: 'rollback-endpoint',
    code: 'SMC-4205',
    seen: 'ERROR ResalePriceModelGroup version 2 may no longer be brought back: it is Rejected.',
    next: 'run this job again.',
    cause: 'Somebody rejected, withdrew or changed the version while this job ran.',
    remedy: 'Run the job again: it goes back to another release.',
    stage: released,
    act: ({ emulator }) => {
      emulator.faults.meanwhile('AddTags', () => {
        emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(2), ModelApprovalStatus: 'Rejected' });
      });
    },
    exit: 1,
    writes: { UpdateModelPackage: 1, AddTags: 1 },
    record: 'none',
  },
  {
    when: 'the version that it brings back is rejected while it goes live',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4206',
    seen: 'ERROR resale-price-dev serves ResalePriceModelGroup version 2 again, but it is Rejected.',
    next: 'run this job again, and type a version that may serve. Until then this one stays live.',
    cause: 'Somebody rejected, withdrew or changed the version after this job had asked SageMaker to bring it back.',
    remedy: 'Run the job again, and type another version. Or promote another version.',
    stage: released,
    act: ({ emulator }) => {
      emulator.faults.meanwhile('UpdateEndpoint', () => {
        emulator.do('UpdateModelPackage', { ModelPackageArn: arnOf(2), ModelApprovalStatus: 'Rejected' });
      });
    },
    exit: 1,
    writes: rolledBack,
    record: returned,
  },
  {
    when: 'the release before does not start any more, and SageMaker rolls back',
    shows: [10],
    component: 'rollback-endpoint',
    code: 'SMC-4101',
    seen: `ERROR SageMaker rolled back resale-price-dev: the deployment of ${configOf(arnOf(2))} failed, and ${configOf(arnOf(3))} serves as before. SageMaker's reason: …`,
    next: "read the container's log lines above: …",
    cause:
      'The container of the earlier version did not start. The version that was live still serves, and is withdrawn.',
    remedy: 'Run the job again, and type another version.',
    stage: released,
    scenes: ['endpoint rolls back with a reason'],
    exit: 1,
    writes: rolledBack,
    record: 'none',
    keeps: ['endpoint.json'],
  },
  {
    when: 'it is pressed again',
    shows: [],
    component: 'rollback-endpoint',
    seen: 'Nothing was changed on resale-price-dev: a rollback brought ResalePriceModelGroup version 2 back, and it is live. To go further back, type the version when you start the job.',
    cause: 'A rollback already brought the earlier version back.',
    remedy: 'The job changed nothing. Without a version, it never goes further back.',
    stage: released,
    act: rolledBackBefore,
    exit: 0,
    writes: {},
    record: returned,
  },
  {
    when: 'SageMaker has rolled the last deployment back already',
    shows: [10],
    component: 'rollback-endpoint',
    seen: `Nothing was changed on resale-price-dev: ResalePriceModelGroup version 3 is live, and not what the last deployment was to bring (${configOf(arnOf(4))}).…`,
    cause: 'The last deployment failed, and SageMaker or somebody brought the earlier version back.',
    remedy: 'The job changed nothing: the release before that deployment serves.',
    stage: released,
    act: ({ emulator }) => {
      release(emulator, { validated: false });
      emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: configOf(arnOf(3)) });
      emulator.endpoints.settle(ENDPOINT);
    },
    exit: 0,
    writes: {},
    record: { outcome: 'rolled back', version: 3 },
  },
  {
    when: 'SageMaker is still updating the endpoint',
    shows: [4],
    component: 'rollback-endpoint',
    seen: 'resale-price-dev serves ResalePriceModelGroup version 2 again …',
    cause: 'A deployment or a rollback of SageMaker was under way.',
    remedy: 'The job waited for its end, and then went back.',
    stage: released,
    act: ({ emulator }) => emulator.endpoints.systemUpdate(ENDPOINT),
    exit: 0,
    writes: rolledBack,
    record: returned,
  },
  {
    when: 'an update and its rollback both failed',
    shows: [11],
    component: 'rollback-endpoint',
    seen: 'resale-price-dev serves ResalePriceModelGroup version 2 again …',
    cause: 'The endpoint was UpdateRollbackFailed: instances of several configs served.',
    remedy: 'The job updated the endpoint to the release before, and withdrew the version of the failed update.',
    stage: released,
    scenes: ['endpoint is UpdateRollbackFailed'],
    exit: 0,
    writes: rolledBack,
    record: returned,
  },
  {
    when: 'the config of the release before was deleted',
    shows: [21],
    component: 'rollback-endpoint',
    seen: `Passed over version 2: the endpoint config ${configOf(arnOf(2))} was deleted.…resale-price-dev serves ResalePriceModelGroup version 1 again …`,
    cause: 'Somebody deleted the endpoint config or the model of the release before.',
    remedy:
      'The job went back to the newest release of which all still exists, and the log says why it passed over the other.',
    stage: released,
    act: ({ emulator }) => {
      emulator.do('DeleteEndpointConfig', { EndpointConfigName: configOf(arnOf(2)) });
    },
    exit: 0,
    writes: rolledBack,
    record: { outcome: 'rolled back', version: 1 },
  },
  {
    when: 'the data of the release before was deleted',
    shows: [21],
    component: 'rollback-endpoint',
    seen: 'Passed over version 2: the data at s3://resale-price-models/ResalePriceModelGroup/2/model.tar.gz was deleted.…resale-price-dev serves ResalePriceModelGroup version 1 again …',
    cause: 'Somebody, or a lifecycle rule, deleted the data from S3.',
    remedy:
      'The job went back to the newest release of which all still exists. Keep the data of every version that may serve again.',
    stage: released,
    act: ({ emulator }) => emulator.objects.delete('s3://resale-price-models/ResalePriceModelGroup/2/model.tar.gz'),
    exit: 0,
    writes: rolledBack,
    record: { outcome: 'rolled back', version: 1 },
  },
  {
    when: 'the image of every release before was deleted',
    shows: [],
    component: 'rollback-endpoint',
    code: 'SMC-4202',
    seen: 'ERROR resale-price-dev has no earlier release that it can go back to:…  version 2: the image 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1 was deleted…Nothing was changed.',
    next: 'promote another version: docs/bad-release.md says how, and how long it takes.',
    cause: 'Somebody, or a lifecycle policy, deleted the image from ECR. SageMaker could start no instance.',
    remedy: 'Push the image again with the same tag, or promote another version.',
    stage: released,
    act: ({ emulator }) => emulator.images.delete('111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1'),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'its role may not look whether the image and the data exist',
    shows: [],
    component: 'rollback-endpoint',
    seen: 'Nobody looked whether the image 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1 still exists: AccessDeniedException: …Nobody looked whether the data at s3://resale-price-models/ResalePriceModelGroup/2/model.tar.gz still exists: AccessDenied: …',
    cause:
      'The role has neither `ecr:BatchGetImage` nor `s3:ListBucket`. If one of them is gone, SageMaker fails the update.',
    remedy:
      'To let the job look first, write the policies with `--images` and `--model-data` ([Permissions](permissions.md#policies-for-your-own-project)).',
    stage: released,
    act: ({ emulator }) => {
      for (const operation of ['BatchGetImage', 'ListObjectsV2']) emulator.fault({ operation, kind: 'access denied' });
    },
    exit: 0,
    writes: rolledBack,
    record: returned,
  },
];
