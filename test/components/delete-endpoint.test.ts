import { describe, expect, it } from 'vitest';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import { approved, deploy, liveConfig, NAME, noWrite } from './deploy-model/scene.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';
import { NOT_SCALED, NOTE, scaleBy, scalingOf } from './scaling.ts';

const remove = (options: Partial<JobOptions> & Pick<JobOptions, 'emulator'>) =>
  startJob(deleteEndpoint, { root: projectFolder(), ...options });

describe('an endpoint that deploy-model made', () => {
  it('is listed, looked at again and deleted, and the job waits until it is gone', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    const config = liveConfig(scene.emulator);
    const job = await remove(scene);

    expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'gone', endpoint: NAME } });
    expect(job.log).toContain(`deleted  endpoint ${NAME}: InService; AllTraffic, 1 of 1 instance`);
    expect(job.log).toContain(
      `stays    endpoint config ${config} and its model, which cost nothing; they serve ${scene.arn}`,
    );
    expect(job.log).toContain(`Deleted: ${NAME}. To have it again, run the deploy-model job again that deployed it.`);
    const look = [
      'DescribeEndpoint',
      'DescribeScalableTargets',
      'DescribeScalingPolicies',
      'DescribeScheduledActions',
      'ListTags',
    ];
    expect(job.calls.slice(0, 5).sort()).toEqual(look);
    expect(job.calls.slice(5, 10).sort()).toEqual(look);
    expect(job.calls[10]).toBe('DeleteEndpoint');
    expect(scene.emulator.endpoint(NAME)).toBeUndefined();
    expect(scene.emulator.models.configs.size).toBe(1);
  });

  it('comes back with the same config when the same deploy-model job is run again, and nobody approves', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    const config = liveConfig(scene.emulator);
    await remove(scene);
    const again = await deploy({ ...scene, job: '3' });
    expect(again, again.log).toMatchObject({ exit: 0, record: { outcome: 'deployed', config } });
    expect(again.calls).not.toContain('CreateModel');
    expect(liveConfig(scene.emulator)).toBe(config);
  });

  it('is deleted with the alarms that a killed deployment left, and those of no other endpoint', async () => {
    const scene = approved(await emulated());
    const { emulator } = scene;
    await deploy(scene);
    const other = `sagemaker-components/${NAME}-2/a-config/latency`;
    for (const name of [`sagemaker-components/${NAME}/a-config/latency`, other])
      emulator.cloudwatch.alarms.put({ AlarmName: name }, emulator.cloudwatch.arn(name), emulator.clock.now());
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: 'sagemaker-components:alarms', Value: 'made' }]);
    const job = await remove(scene);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('deleted  the alarms that deploy-model made for its releases');
    expect(job.calls.filter((call) => call.startsWith('Delete'))).toEqual(['DeleteAlarms', 'DeleteEndpoint']);
    expect([...emulator.cloudwatch.alarms.all.keys()]).toEqual([other]);
  });

  it('is deleted with what scales it by its endpoint file', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    scaleBy(scene.emulator, NAME);
    const job = await remove(scene);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain('deleted  what scales it: its scalable target, with policies and scheduled actions');
    expect(scalingOf(scene.emulator, NAME)).toEqual(NOT_SCALED);
  });

  it('is not deleted where something scales it that no endpoint file describes, and each thing is named', async () => {
    const scene = approved(await emulated());
    await deploy(scene);
    scaleBy(scene.emulator, NAME);
    scene.emulator.tags.put(scene.emulator.endpoints.arn(NAME), [{ Key: NOTE, Value: '' }]);
    const job = await remove(scene);
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
    expect(job.log).toContain('SMC-4301');
    expect(job.log).toContain('aws application-autoscaling deregister-scalable-target');
  });

  it('is nothing to delete when it is not there', async () => {
    const job = await remove({ emulator: await emulated() });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'gone' }, calls: noWrite });
    expect(job.log).toContain(`There is no endpoint ${NAME}. Nothing was deleted.`);
  });
});
