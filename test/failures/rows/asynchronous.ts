import type { Row } from '../row.ts';
import { ENDPOINT, LATER, liveLater } from '../stage.ts';

const SECOND = `${ENDPOINT}-v2`;
const notValidated = { outcome: 'not validated', endpoint: ENDPOINT, config: SECOND };
const ASKED = { PutObject: 1, InvokeEndpointAsync: 1, DeleteObject: 1 };
const VALIDATES = { ...ASKED, UpdateModelPackage: 1 };
const variant = { endpoint: ENDPOINT, variant: 'AllTraffic' };

/** What can come of a request to an asynchronous endpoint. */
export const asynchronous: readonly Row[] = [
  {
    when: 'the request to an asynchronous endpoint fails',
    shows: [],
    component: 'validate-endpoint',
    code: 'SMC-5003',
    seen: 'ERROR Not validated: the endpoint is live, but its answers are not as expected.…failed: Every answer has the HTTP status 200 (request 1: HTTP 500: Received server error (500) from primary with message "KeyError: \'floor_area_sqm\'"',
    next: 'compare the answers with payload_file, accept, custom_attributes, expect and max_latency_ms.',
    cause: 'The model did not answer the payload. SageMaker put its error below `s3_failure_path`.',
    remedy: 'Read the error in the log, and the last log lines of the container.',
    stage: liveLater,
    act: ({ emulator }) => {
      const error = { status: 500, message: "KeyError: 'floor_area_sqm'" };
      emulator.runtime.behaviours.set(ENDPOINT, { errorRate: 1, error });
    },
    exit: 1,
    writes: ASKED,
    record: notValidated,
    keeps: ['answers.json'],
  },
  {
    when: 'S3 does not take the payload of an asynchronous endpoint',
    shows: [],
    component: 'validate-endpoint',
    code: 'SMC-5009',
    seen: `ERROR Not validated: S3 did not take the payload at ${LATER}/input/job-1/payload (NoSuchBucket: The specified bucket does not exist).`,
    next: 'correct s3_input_path in the endpoint file: a folder in a bucket of aws_region. Then push.',
    cause: 'The bucket in `s3_input_path` does not exist, or is in another region.',
    remedy: 'Correct the endpoint file, or create the bucket.',
    stage: liveLater,
    act: ({ emulator }) =>
      emulator.fault({
        operation: 'PutObject',
        kind: 'error',
        error: { code: 'NoSuchBucket', message: 'The specified bucket does not exist', status: 404 },
      }),
    exit: 1,
    writes: { PutObject: 1 },
    record: notValidated,
  },
  {
    when: 'the role may not put the payload of an asynchronous endpoint into S3',
    shows: [],
    component: 'validate-endpoint',
    code: 'SMC-1208',
    seen: 'ERROR AWS denied the call: AccessDenied: User: …is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::resale-price-async/resale-price-dev/input/job-1/payload',
    next: "add s3:PutObject to the policy of the job's role.",
    cause: 'The policy of the role lacks what an asynchronous endpoint needs.',
    remedy: 'Write the policies again, with the option `--asynchronous`.',
    stage: liveLater,
    act: ({ emulator }) => emulator.fault({ operation: 'PutObject', kind: 'access denied' }),
    exit: 77,
    writes: { PutObject: 1 },
    record: notValidated,
  },
  {
    when: 'an asynchronous endpoint gives no answer in time',
    shows: [],
    component: 'validate-endpoint',
    code: 'SMC-5001',
    seen: 'ERROR Stopped waiting for an answer to request 1 of 1 after 15 min (max_wait_time). Pending: the endpoint has taken the request, and there is no answer yet. SageMaker continues.',
    next: 'check the endpoint (link on this page), then run this job again. If it needs more time, raise max_wait_time.',
    cause:
      'The queue of the endpoint is long, or no instance has started in time. SageMaker puts neither an answer nor an error into S3 for a request that has expired.',
    remedy: 'Check how many instances run, and what scales them. Set `max_wait_time` as long as a new instance needs.',
    stage: liveLater,
    act: ({ emulator }) => {
      emulator.endpoints.scale(variant.endpoint, variant.variant, 0);
      emulator.endpoints.settle(ENDPOINT);
    },
    long: true,
    exit: 124,
    writes: ASKED,
    record: notValidated,
  },
  {
    when: 'an asynchronous endpoint has no instance at first',
    shows: [],
    component: 'validate-endpoint',
    seen: `${ENDPOINT} has no instance now. A request waits until one has started, which takes some minutes.`,
    cause: 'Autoscaling has taken every instance away, because nobody asked.',
    remedy: 'The job waited until an instance had started.',
    stage: liveLater,
    act: ({ emulator }) => {
      emulator.endpoints.scale(variant.endpoint, variant.variant, 0);
      emulator.endpoints.settle(ENDPOINT);
      emulator.faults.meanwhile('ListObjectsV2', () => {
        emulator.endpoints.scale(variant.endpoint, variant.variant, 1);
        emulator.endpoints.settle(ENDPOINT);
      });
    },
    exit: 0,
    writes: VALIDATES,
    record: { outcome: 'validated' },
  },
  {
    when: 'the payload of an asynchronous endpoint cannot be deleted',
    shows: [],
    component: 'validate-endpoint',
    seen: `The payload stays at ${LATER}/input/job-1/payload (AccessDenied: `,
    cause: 'The role may not delete below `s3_input_path`. The validation holds.',
    remedy: 'Allow s3:DeleteObject there, or let a lifecycle rule of the bucket delete what is old.',
    stage: liveLater,
    act: ({ emulator }) => emulator.fault({ operation: 'DeleteObject', kind: 'access denied' }),
    exit: 0,
    writes: VALIDATES,
    record: { outcome: 'validated' },
  },
];
