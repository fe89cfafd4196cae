import type { Row } from '../row.ts';
import { approvedOverAnother, BEFORE, ENDPOINT, nothing, nothingForUat, type Place, retag } from '../stage.ts';

const deleted = { DeleteEndpoint: 1 };
const gone = { outcome: 'gone' };

/** Somebody else deploys to the endpoint, and it serves another config. */
function redeploy({ emulator }: Pick<Place, 'emulator'>): void {
  emulator.scenario('foreign update in progress');
  emulator.endpoints.settle(ENDPOINT);
}

/** Each time the job is about to look again, the endpoint serves another config. */
function changeBeforeEachLook({ emulator }: Place): void {
  redeploy({ emulator });
  const configs = [BEFORE, 'somebody-elses'];
  for (let nth = 2; nth <= 20; nth += 2)
    emulator.faults.meanwhile(
      'DescribeEndpoint',
      () => {
        const config = configs[(nth / 2 - 1) % 2];
        emulator.do('UpdateEndpoint', { EndpointName: ENDPOINT, EndpointConfigName: config });
        emulator.endpoints.settle(ENDPOINT);
      },
      nth,
    );
}

export const deletion: readonly Row[] = [
  {
    when: 'the endpoint does not exist',
    shows: [],
    component: 'delete-endpoint',
    seen: 'There is no endpoint resale-price-dev. Nothing was deleted.',
    cause: 'Somebody deleted it before, or nothing was ever deployed to it.',
    remedy: 'Nothing.',
    stage: nothing,
    exit: 0,
    writes: {},
    record: gone,
  },
  {
    when: 'the environment is the end of the promotion path',
    shows: [],
    component: 'delete-endpoint',
    code: 'SMC-6501',
    seen: 'ERROR uat is the end of the promotion path, and allow_deletion_of is empty: the endpoint resale-price-uat is not deleted.',
    next: 'to delete it, commit allow_deletion_of: resale-price-uat under "inputs:" of the include on this branch, and take it out again when the endpoint is deleted.',
    cause: 'The endpoint of the last environment serves your users. It is deleted only if the include spells its name.',
    remedy: 'If you want to delete it, commit what the log says. No CI/CD variable can.',
    stage: nothingForUat,
    job: { inputs: { promotion_path: 'dev, uat' } },
    exit: 1,
    writes: {},
    reads: { DescribeEndpoint: 0 },
    record: 'none',
  },
  {
    when: 'the endpoint belongs to another project or environment',
    shows: [],
    component: 'delete-endpoint',
    code: 'SMC-6502',
    seen: 'ERROR resale-price-dev belongs to another deployment, as its tags say (project 42, environment main, group …). This job is for project 42, environment dev. Nothing was deleted.',
    next: 'set endpoint_name to an endpoint of this project, environment and model.',
    cause: 'The tags of the endpoint name another project, environment or model package group.',
    remedy: 'Correct `endpoint_name`.',
    stage: approvedOverAnother,
    act: (place) => retag(place, { 'sagemaker-components:environment': 'main' }),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'no tag says whose the endpoint is',
    shows: [],
    component: 'delete-endpoint',
    code: 'SMC-6503',
    seen: 'ERROR resale-price-dev has no tags that say whose it is. Nothing was deleted.',
    next: 'if it is yours, delete it by hand (aws sagemaker delete-endpoint --endpoint-name resale-price-dev). What deploy-model deployed has these tags.',
    cause: 'The endpoint was not made by deploy-model, or somebody removed its tags.',
    remedy: 'Find out whose it is. If it is yours, delete it by hand.',
    stage: approvedOverAnother,
    act: (place) =>
      retag(place, {
        'sagemaker-components:project': undefined,
        'sagemaker-components:environment': undefined,
        'sagemaker-components:group': undefined,
      }),
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the endpoint is Failed',
    shows: [8],
    component: 'delete-endpoint',
    seen: 'deleted  endpoint resale-price-dev: Failed; …Deleted: resale-price-dev.',
    cause: 'A deployment failed before. SageMaker lets such an endpoint only be deleted.',
    remedy: 'Nothing: it is deleted.',
    stage: approvedOverAnother,
    scenes: ['endpoint is Failed'],
    exit: 0,
    writes: deleted,
    record: gone,
  },
  {
    when: 'SageMaker is still busy with the endpoint',
    shows: [9, 12],
    component: 'delete-endpoint',
    seen: 'SageMaker deletes no endpoint that is busy: SystemUpdating; …Deleted: resale-price-dev.',
    cause: 'SageMaker deletes no endpoint that it creates, updates or patches.',
    remedy: 'The job waited, looked again, and deleted it.',
    stage: approvedOverAnother,
    scenes: ['endpoint is being patched'],
    long: true,
    exit: 0,
    writes: deleted,
    record: gone,
  },
  {
    when: 'SageMaker stays busy with the endpoint until time runs out',
    shows: [],
    component: 'delete-endpoint',
    code: 'SMC-6504',
    seen: 'ERROR Stopped waiting for resale-price-dev after … (max_wait_time). Pending: SageMaker deletes no endpoint that is busy: Updating; … SageMaker continues.',
    next: 'run this job again: it continues where this one stopped. To see the status: aws sagemaker describe-endpoint --endpoint-name resale-price-dev --region ap-southeast-1',
    cause: 'A deployment takes longer than `max_wait_time`.',
    remedy: 'Run the job again.',
    stage: approvedOverAnother,
    scenes: ['endpoint is stuck', 'foreign update in progress'],
    job: { inputs: { max_wait_time: '60' } },
    long: true,
    exit: 124,
    writes: {},
    record: 'none',
  },
  {
    when: 'somebody deploys to the endpoint a moment before it is deleted',
    shows: [],
    component: 'delete-endpoint',
    seen: 'resale-price-dev has changed meanwhile. Looking again.…stays    endpoint config somebody-elses …Deleted: resale-price-dev.',
    cause: 'The job looks again right before it deletes. What it had listed was there no more.',
    remedy: 'Nothing: the job listed what there is now, and deleted it.',
    stage: approvedOverAnother,
    act: (place) => place.emulator.faults.meanwhile('DescribeEndpoint', () => redeploy(place), 2),
    exit: 0,
    writes: deleted,
    record: gone,
  },
  {
    when: 'the endpoint is another one at every look',
    shows: [],
    component: 'delete-endpoint',
    code: 'SMC-6505',
    seen: 'ERROR resale-price-dev changed each time before this job could delete it, or SageMaker did not delete it.',
    next: 'check it (aws sagemaker describe-endpoint --endpoint-name resale-price-dev --region ap-southeast-1). When nobody else deploys to it, run this job again.',
    cause: 'Somebody else deploys to the endpoint all the time.',
    remedy: 'Find out who, then run the job again.',
    stage: approvedOverAnother,
    act: changeBeforeEachLook,
    exit: 1,
    writes: {},
    record: 'none',
  },
  {
    when: 'the answer to the deletion is lost',
    shows: [37],
    component: 'delete-endpoint',
    seen: 'Deleted: resale-price-dev.',
    silent: true,
    cause: 'The connection broke before SageMaker’s answer.',
    remedy: 'The job repeated the request, found the endpoint being deleted, and waited until it was gone.',
    stage: approvedOverAnother,
    act: ({ emulator }) => emulator.fault({ operation: 'DeleteEndpoint', kind: 'reset after' }),
    exit: 0,
    writes: { DeleteEndpoint: 2 },
    record: gone,
  },
];
