import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import validateEndpoint from '../../../src/components/validate-endpoint.ts';
import { readValidation } from '../../../src/registry/entries.ts';
import { approved, deploy, NAME } from '../deploy-model/scene.ts';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { entriesOf } from '../handover.ts';
import { emulated, type JobOptions, startJob } from '../job.ts';

const BUCKET = 'resale-price-async';
const FILE = `
instance_type: ml.m5.large
async_inference_config:
  s3_input_path: s3://${BUCKET}/dev/input/
  s3_output_path: s3://${BUCKET}/dev/output
  s3_failure_path: s3://${BUCKET}/dev/failure
`;

/** An asynchronous endpoint that deploy-model of this pipeline made. */
async function deployed() {
  const scene = approved(await emulated());
  writeFileSync(join(scene.root, 'payload.json'), '{"instances": [{"floor_area": 92}]}');
  const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': FILE });
  const job = await deploy({ ...scene, ...jobOf(gitlab), inputs: BY_FILE });
  expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
  return scene;
}

const inputs = { accept: 'application/json', expect: '"price":\\d+', poll_interval: '5' };
const validate = (options: JobOptions) =>
  startJob(validateEndpoint, { ...options, inputs: { ...inputs, ...options.inputs } });

const objectsIn = ({ objects }: Emulator, folder: string) => objects.keys(BUCKET, `dev/${folder}/`);

describe('an asynchronous endpoint', () => {
  it('is validated by a payload in S3 and the answer that it puts there, and no payload is left', async () => {
    const { emulator, root, arn } = await deployed();
    const job = await validate({ emulator, root, job: '9', inputs: { requests: '2' } });
    expect(job.exit, job.log).toBe(0);
    expect(job.calls.filter((call) => /Invoke|Put|Delete/.test(call))).toEqual([
      'PutObject',
      'InvokeEndpointAsync',
      'InvokeEndpointAsync',
      'DeleteObject',
    ]);
    expect(job.received.find(({ operation }) => operation === 'InvokeEndpointAsync')?.input).toMatchObject({
      EndpointName: NAME,
      InputLocation: `s3://${BUCKET}/dev/input/job-9/payload`,
      ContentType: 'application/json',
      Accept: 'application/json',
    });
    expect(job.log).toContain('2 of 2 answers are as expected');
    expect(job.log).toMatch(/"price":\d+/);
    expect(readValidation(entriesOf(emulator, arn), 'dev')).toMatchObject({ is: 'read', value: { job: '9' } });
    expect(objectsIn(emulator, 'input')).toEqual([]);
    expect(objectsIn(emulator, 'output')).toHaveLength(2);
  });

  it('is not validated by an answer of another type, another text, or a late one: each is named', async () => {
    const { emulator, root } = await deployed();
    emulator.runtime.behaviours.set(NAME, { contentType: 'text/html', answer: 'no', latency: 3000 });
    const job = await validate({ emulator, root, inputs: { max_latency_ms: '1000' } });
    expect(job).toMatchObject({ exit: 1, record: { outcome: 'not validated' } });
    for (const why of ['"text/html" instead of "application/json"', 'no match of', 'more than 1000 ms'])
      expect(job.log).toContain(why);
    expect(objectsIn(emulator, 'input')).toEqual([]);
  });

  it('shows the error of a request that failed as that of a container, and fails its test case', async () => {
    const { emulator, root } = await deployed();
    emulator.runtime.behaviours.set(NAME, { errorRate: 1, error: { status: 400, message: 'floor_area is missing' } });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toMatch(
      /HTTP 400: Received client error \(400\) from primary with message "floor_area is missing"/,
    );
    expect(job.junit).toContain('<failure');
    expect(job.calls).not.toContain('UpdateModelPackage');
  });

  it('is asked again when the answer to a request got lost, and tells what S3 has no time for', async () => {
    const { emulator, root } = await deployed();
    emulator.fault({ operation: 'InvokeEndpointAsync', kind: 'reset after' });
    emulator.fault({ operation: 'PutObject', kind: 'throttle', times: 2 });
    emulator.fault({ operation: 'ListObjectsV2', kind: 'server error', times: 2 });
    const job = await validate({ emulator, root });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('The payload: AWS did not answer (throttled); asking again');
    expect(job.log).toContain('Request 1: AWS did not answer (server error); asking again');
  });

  it('is not validated when it is not available too often', async () => {
    const { emulator, root } = await deployed();
    const error = { code: 'ServiceUnavailable', message: 'Try later.', status: 503 };
    emulator.fault({ operation: 'InvokeEndpointAsync', kind: 'error', times: 3, error });
    const job = await validate({ emulator, root });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('SMC-5004');
  });

  it.each(['ListObjectsV2', 'GetObject'])(
    'is not waited for in vain where the role may not do %s',
    async (operation) => {
      const { emulator, root } = await deployed();
      emulator.fault({ operation, kind: 'access denied', times: Number.POSITIVE_INFINITY });
      const job = await validate({ emulator, root });
      expect(job.exit).toBe(77);
      expect(job.log).toMatch(/SMC-1208: AWS denied the call: AccessDenied: .*s3:(ListBucket|GetObject)/);
      expect(objectsIn(emulator, 'input')).toEqual([]);
    },
  );

  it('is asked for no longer than the job waits, so that no request is answered for nobody', async () => {
    const { emulator, root } = await deployed();
    const job = await validate({ emulator, root, inputs: { max_wait_time: '300' } });
    expect(job.received.find(({ operation }) => operation === 'InvokeEndpointAsync')?.input).toMatchObject({
      RequestTTLSeconds: 300,
      InvocationTimeoutSeconds: 300,
    });
  });

  it('is not validated where another release comes in while the request waits', async () => {
    const { emulator, root } = await deployed();
    emulator.faults.meanwhile('InvokeEndpointAsync', () => {
      emulator.scenario('foreign update in progress');
      emulator.endpoints.settle(NAME);
    });
    const job = await validate({ emulator, root });
    expect(job).toMatchObject({ exit: 1, record: { outcome: 'not validated' } });
    expect(job.log).toMatch(/SMC-4104: .* was superseded by somebody-elses/);
  });

  it('is validated without a request, and without S3, where no payload is given', async () => {
    const { emulator, root } = await deployed();
    const job = await validate({
      emulator,
      root,
      inputs: { payload_file: '', record_validation: 'false', accept: '', expect: '' },
    });
    expect(job.exit, job.log).toBe(0);
    expect(job.received.filter(({ service }) => service === 's3')).toEqual([]);
  });
});
