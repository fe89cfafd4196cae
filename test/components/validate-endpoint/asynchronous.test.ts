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
});
