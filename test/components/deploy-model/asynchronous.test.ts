import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { BY_FILE, gitlabWith, jobOf } from '../gitlab-file.ts';
import { COMMIT, emulated, projectFolder } from '../job.ts';
import { live as liveAfter, release, rollBack } from '../rollback-endpoint/scene.ts';
import { NOT_SCALED, scalingOf } from '../scaling.ts';
import { approved, deploy, liveConfig, NAME, noWrite, record } from './scene.ts';

const TOPIC = 'arn:aws:sns:ap-southeast-1:111122223333:answers';
const LATER = `
instance_type: ml.m5.large
async_inference_config:
  s3_input_path: s3://resale-price-async/input
  s3_output_path: s3://resale-price-async/output
  s3_failure_path: s3://resale-price-async/failure
`;
const WHOLE = `${LATER}
  kms_key_id: alias/answers
  max_concurrent_invocations_per_instance: 4
  notification_config:
    success_topic: ${TOPIC}
    error_topic: ${TOPIC}
    include_inference_response_in: [SUCCESS_NOTIFICATION_TOPIC]
`;
const CONFIG = {
  AsyncInferenceConfig: {
    OutputConfig: {
      S3OutputPath: 's3://resale-price-async/output',
      S3FailurePath: 's3://resale-price-async/failure',
    },
  },
};

/** Deploys an approved version by a file; with each further one, the same version by another file. */
async function deployBy(text: string, emulator?: Emulator) {
  const scene = emulator
    ? { emulator, root: record(emulator, emulator.register({ status: 'Approved' })) }
    : approved(await emulated());
  const gitlab = await gitlabWith(scene.emulator, { 'endpoint.yml': text });
  let jobs = 0;
  const run = (next = text, inputs: Readonly<Record<string, string>> = {}) => {
    gitlab.commit(COMMIT, { 'endpoint.yml': next });
    return deploy({ ...scene, ...jobOf(gitlab), job: String(++jobs), inputs: { ...BY_FILE, ...inputs } });
  };
  return { ...scene, run, job: await run() };
}

describe('an asynchronous endpoint', () => {
  it('has all that its section says, but the folder of payloads, which SageMaker need not know', async () => {
    const { emulator, job, run } = await deployBy(WHOLE);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(job.record?.asynchronous).toEqual({ s3_input_path: 's3://resale-price-async/input' });
    expect(emulator.endpoint(NAME)?.config.request.AsyncInferenceConfig).toEqual({
      OutputConfig: {
        ...CONFIG.AsyncInferenceConfig.OutputConfig,
        KmsKeyId: 'alias/answers',
        NotificationConfig: {
          SuccessTopic: TOPIC,
          ErrorTopic: TOPIC,
          IncludeInferenceResponseIn: ['SUCCESS_NOTIFICATION_TOPIC'],
        },
      },
      ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
    });
    const before = liveConfig(emulator);
    const again = await run(WHOLE.replace('async/input', 'async/payloads'));
    expect(again.log).toContain('Nothing was changed.');
    expect(again.record?.asynchronous).toEqual({ s3_input_path: 's3://resale-price-async/payloads' });
    expect(await run(WHOLE.replace('async/output', 'async/answers'))).toMatchObject({ exit: 0 });
    expect(liveConfig(emulator)).not.toBe(before);
  });

  it.each([
    ['is not made of one that answers at once', 'instance_type: ml.m5.large\n', LATER],
    ['does not become one that answers at once', LATER, 'instance_type: ml.m5.large\nasync_inference_config: null\n'],
    ['does not lose its queue where the file no longer tells of it', LATER, 'instance_type: ml.m5.large\n'],
  ])('%s', async (_, first, then) => {
    const { emulator, run } = await deployBy(first);
    const before = liveConfig(emulator);
    const job = await run(then);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toMatch(/SMC-4023: .*an asynchronous endpoint on instances/);
    expect(liveConfig(emulator)).toBe(before);
  });

  it('keeps what somebody has set of it that the file does not say: the update is refused by the name of the member', async () => {
    const { emulator, run } = await deployBy('instance_type: ml.m5.large\n');
    Object.assign(emulator.endpoint(NAME)?.config.request ?? {}, CONFIG);
    const job = await run(`instance_type: ml.m5.xlarge\n`);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
  });

  it('is scaled by its queue, down to no instance', async () => {
    const { emulator, job } = await deployBy(
      `${LATER}autoscaling: { minimum: 0, maximum: 4, metric: { namespace: AWS/SageMaker, name: ApproximateBacklogSizePerInstance, statistic: Average, target: 5 } }\n`,
    );
    expect(job, job.log).toMatchObject({ exit: 0 });
    expect(scalingOf(emulator, NAME)).toMatchObject({ bounds: [0, 4] });
    expect(scalingOf(emulator, NAME)).not.toEqual(NOT_SCALED);
  });

  it('bakes under a named alarm, and its bake shows nothing, because CloudWatch counts none of its requests', async () => {
    const emulator = await emulated();
    const name = 'backlog';
    emulator.cloudwatch.alarms.put({ AlarmName: name }, emulator.cloudwatch.arn(name), emulator.clock.now());
    const alarmed = `${LATER}instance_count: 2\nstrategy: { type: canary, size: 1, wait: 600 }\nalarms: { named: [{ name: ${name} }] }\n`;
    await deployBy(`${LATER}instance_count: 2\n`, emulator);
    emulator.scenario('steady traffic');
    const { job } = await deployBy(alarmed, emulator);
    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'nothing' } });
    expect(job.log).toContain('Bake: CloudWatch counts no requests of an asynchronous endpoint.');
    expect(job.log).not.toContain('new fleet:');
    expect(job.calls).not.toContain('GetMetricData');
  });

  it('goes back to the release before, with its queue', async () => {
    const emulator = await emulated();
    release(emulator, { config: CONFIG });
    const before = liveAfter(emulator);
    release(emulator, { config: CONFIG });
    const job = await rollBack({ emulator, root: projectFolder() });
    expect(job.exit, job.log).toBe(0);
    expect(liveAfter(emulator)).toBe(before);
    expect(emulator.endpoint(NAME)?.config.request).toMatchObject(CONFIG);
  });
});
