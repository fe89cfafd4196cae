import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { pauseAnswered } from '../answered.ts';
import { alarmsOf, CANARY, ERRORS, ON, scene } from './by-strategy.ts';
import { liveConfig, NAME, noWrite, tagsOf } from './scene.ts';

const asked = (received: readonly { readonly service: string }[]) =>
  received.filter(({ service }) => service === 'cloudwatch').length;

describe('an update by a strategy', () => {
  it('is asked of SageMaker with the alarms that were made before, on the new fleet alone', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    const { received, calls } = await run();
    const config = liveConfig(emulator);
    const name = `sagemaker-components/${NAME}/${config}/server_errors`;
    expect(received.find(({ operation }) => operation === 'PutMetricAlarm')?.input).toMatchObject({
      AlarmName: name,
      Namespace: 'AWS/SageMaker',
      MetricName: 'Invocation5XXErrors',
      Statistic: 'Average',
      Threshold: 0.01,
      TreatMissingData: 'notBreaching',
      Dimensions: [
        { Name: 'EndpointName', Value: NAME },
        { Name: 'VariantName', Value: 'AllTraffic' },
        { Name: 'EndpointConfigName', Value: config },
      ],
    });
    expect(received.find(({ operation }) => operation === 'UpdateEndpoint')?.input).toMatchObject({
      DeploymentConfig: {
        BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 600 } },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: name }] },
      },
    });
    // The note that alarms are there is written before the first, and the endpoint is updated after the last.
    expect(calls.filter((call) => /^(AddTags|Put|UpdateEndpoint|DeleteAlarms)/.test(call))).toEqual([
      'AddTags',
      'PutMetricAlarm',
      'UpdateEndpoint',
      'DeleteAlarms',
      'AddTags',
    ]);
    expect(tagsOf(emulator)['sagemaker-components:alarms']).toBe('');
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('is good when enough requests of others met no alarm, and says what that excludes', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'good' } });
    expect(job.log).toContain('canary of 1 instance, 2 x 600 s, 1 alarm rolls it back.');
    expect(job.log).toMatch(
      /Bake: 1,400 requests of others .* without an error: an error rate above 0.22 % is excluded/,
    );
  });

  it('says while it bakes how long it still does, and what both fleets answered', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    const { log } = await run();
    expect(log).toContain(
      'Baking, 2 of 2 instances; 8 min left of this step; new fleet: 50 requests, no error, 40 ms; old fleet: 50 requests, no error, 40 ms',
    );
  });

  it.each([
    ['slow', -10],
    ['fast', 10],
  ])("names no time that a step does not have where the runner's clock is %s", async (_, minutes) => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    const ahead = minutes * 60_000;
    const sleep = (milliseconds: number) => pauseAnswered(emulator.clock, milliseconds);
    const clock = { now: () => new Date(emulator.clock.now().getTime() + ahead), sleep, random: () => 0.5 };
    const job = await run({}, { clock });
    expect(job, job.log).toMatchObject({ exit: 0, record: { bake: 'good' } });
    const left = [...job.log.matchAll(/(\d+) (s|min)(?: \d+ s)? left of this step/g)];
    expect(left.map(([, count, unit]) => (unit === 'min' ? Number(count) : 0)).filter((each) => each > 10)).toEqual([]);
    expect(left.length > 0).toBe(minutes < 0);
    expect(job.log).not.toContain('0 s left');
  });

  it('is followed by a job that runs again, and the alarms of both are gone', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    const cut = await run({ wait: 'false' });
    expect(cut).toMatchObject({ exit: 0, record: { outcome: 'progressing' } });
    expect(cut.record).not.toHaveProperty('bake');
    expect(cut.log).toContain('Its alarms stay until deploy-model or delete-endpoint runs again for this endpoint.');
    expect(alarmsOf(emulator)).toHaveLength(1);
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'good' } });
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('is judged alike by a job that finds it done, which deletes the alarms that were left', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    await run({ wait: 'false' });
    emulator.clock.advance(2 * 3600_000);
    const job = await run();
    expect(job.log).toContain('already serves');
    expect(job).toMatchObject({ exit: 0, record: { bake: 'good' } });
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('deletes the alarms that a job left which was killed, once the endpoint is its own', async () => {
    const { emulator, run } = await scene(CANARY);
    const left = `sagemaker-components/${NAME}/another-config/latency`;
    emulator.cloudwatch.alarms.put({ AlarmName: left }, emulator.cloudwatch.arn(left), emulator.clock.now());
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: 'sagemaker-components:alarms', Value: 'made' }]);
    const other = `sagemaker-components/${NAME}-2/another-config/latency`;
    emulator.cloudwatch.alarms.put({ AlarmName: other }, emulator.cloudwatch.arn(other), emulator.clock.now());
    const job = await run();
    expect(job.exit).toBe(0);
    expect(alarmsOf(emulator)).toEqual([other]);
    expect(tagsOf(emulator)['sagemaker-components:alarms']).toBe('');
  });

  it('deletes what a killed job left also where nothing is left to deploy', async () => {
    const { emulator, run } = await scene(ON);
    await run();
    const left = `sagemaker-components/${NAME}/another-config/latency`;
    emulator.cloudwatch.alarms.put({ AlarmName: left }, emulator.cloudwatch.arn(left), emulator.clock.now());
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: 'sagemaker-components:alarms', Value: 'made' }]);
    const job = await run();
    expect(job.log).toContain('already serves');
    expect(alarmsOf(emulator)).toEqual([]);
    expect(tagsOf(emulator)['sagemaker-components:alarms']).toBe('');
  });

  it('leaves the alarms of a deployment that took its place', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('superseded');
    const theirs = `sagemaker-components/${NAME}/somebody-elses/latency`;
    emulator.faults.meanwhile('UpdateEndpoint', () =>
      emulator.cloudwatch.alarms.put({ AlarmName: theirs }, emulator.cloudwatch.arn(theirs), emulator.clock.now()),
    );
    const job = await run();
    expect(job.log).toContain('was superseded by');
    expect(alarmsOf(emulator)).toEqual([theirs]);
  });

  it.each([
    [
      'deletes its alarm',
      ({ cloudwatch, clock }: Emulator, name: string) => cloudwatch.alarms.delete(name, clock.now()),
    ],
    [
      'makes its alarm blind',
      ({ cloudwatch, clock }: Emulator, name: string) => {
        const { request, arn } = cloudwatch.alarms.all.get(name) ?? {};
        if (request && arn) cloudwatch.alarms.put({ ...request, Threshold: 1 }, arn, clock.now());
      },
    ],
  ])('shows nothing where somebody %s while it bakes, for this job and for one that finds it done', async (_, act) => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('steady traffic');
    emulator.faults.meanwhile('DescribeEndpoint', () => act(emulator, alarmsOf(emulator)[0] ?? ''), 6);
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'nothing' } });
    expect(job.log).toMatch(
      /Somebody changed or deleted the alarm \S+server_errors at \S+ UTC. So the bake shows nothing/,
    );
    emulator.clock.advance(3600_000);
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('leaves the alarms of another deployment that begins as it ends, and the note of them', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    const theirs = `sagemaker-components/${NAME}/somebody-elses/latency`;
    emulator.faults.meanwhile('DescribeAlarmHistory', () => {
      const note = { 'sagemaker-components:wanted': 'somebody-elses', 'sagemaker-components:alarms': 'made' };
      const tags = Object.entries(note).map(([Key, Value]) => ({ Key, Value }));
      emulator.tags.put(emulator.endpoints.arn(NAME), tags);
      emulator.cloudwatch.alarms.put({ AlarmName: theirs }, emulator.cloudwatch.arn(theirs), emulator.clock.now());
    });
    expect(await run()).toMatchObject({ exit: 0, record: { outcome: 'deployed' } });
    expect(alarmsOf(emulator)).toEqual([theirs]);
    expect(tagsOf(emulator)['sagemaker-components:alarms']).toBe('made');
  });

  it('asks CloudWatch for nothing where the file has no alarms and no bake', async () => {
    const { run } = await scene(ON);
    const { exit, received } = await run();
    expect({ exit, asked: asked(received) }).toEqual({ exit: 0, asked: 0 });
  });

  it.each([
    ['linear', 'linear of 1 instance, 2 x 300 s', 'strategy: { type: linear, size: 1, wait: 300 }\n'],
    ['rolling', 'rolling of 50%, 2 x 300 s', 'strategy: { type: rolling, size: "50%", wait: 300 }\n'],
    ['all at once', 'all_at_once, 1 x 300 s', 'strategy: { type: all_at_once, wait: 300 }\n'],
  ])('can be %s', async (_, words, strategy) => {
    const { run } = await scene(ON + strategy);
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'none' } });
    expect(job.log).toContain(words);
  });
});

describe('a version that answers worse', () => {
  it('is rolled back by its alarm, which the job names with its data and the last lines of the new fleet', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('new version answers with errors');
    const before = liveConfig(emulator);
    const job = await run();
    expect(job).toMatchObject({ exit: 1, record: { outcome: 'progressing' } });
    expect(job.log).toMatch(
      /server_errors fired at 08:03:00 UTC: 20 % \(08:01:00\), 20 % \(08:00:00\), threshold 1 %\./,
    );
    expect(job.log).toContain("[ERROR] KeyError: 'floor_area_sqm'");
    expect(liveConfig(emulator)).toBe(before);
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('is rolled back again when the job runs again, with alarms of its own', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS);
    emulator.scenario('new version answers with errors');
    await run();
    const again = await run();
    expect(again.exit).toBe(1);
    expect(again.log.match(/ fired at /g)).toHaveLength(1);
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it.each(['DescribeAlarmHistory', 'DescribeAlarms', 'DeleteAlarms'])(
    'is said to be rolled back also where CloudWatch denies %s, and its alarms are for the next job',
    async (operation) => {
      const { emulator, run } = await scene(CANARY + ERRORS);
      emulator.scenario('new version answers with errors');
      const message = `User: deployer is not authorized to perform: cloudwatch:${operation}`;
      emulator.fault({ operation, kind: 'error', error: { code: 'AccessDenied', message, status: 403 } });
      const job = await run();
      expect(job.log).toContain(`Warning: AccessDenied: ${message}`);
      expect(job.log).toContain('ERROR SMC-4101: SageMaker rolled back resale-price-dev');
      expect(job.exit).toBe(1);
      await run();
      expect(alarmsOf(emulator)).toEqual([]);
    },
  );

  it('is only reported by an alarm that observes', async () => {
    const file = `${CANARY}alarms: { latency: { threshold: 20, action: observe }, server_errors: { threshold: 50 } }\n`;
    const { emulator, run } = await scene(file);
    emulator.scenario('new version answers with errors');
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'good' } });
    expect(job.log).toContain('/latency fired at');
    expect(job.log).toContain('It only observes (action: observe).');
  });
});

it('a bake shows nothing of a version that fails, where only its latency is watched', async () => {
  const { emulator, run } = await scene(`${CANARY}alarms: { latency: { threshold: 60000 } }\n`);
  emulator.scenario('new version answers with errors');
  const job = await run();
  expect(job).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
  expect(job.log).toContain(
    'So the bake shows nothing: no alarm that rolls back is known to watch whether requests fail.',
  );
});

describe('what SageMaker would bring in at once', () => {
  const accepting = (situation: string) =>
    `${ON}strategy: { type: canary, size: 1, wait: 600, all_at_once_for: [${situation}] }\n${ERRORS}`;
  const sold = {
    InferenceSpecification: {
      Containers: [{ Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/sold:1', ProductId: 'prod-4711' }],
      SupportedContentTypes: ['application/json'],
      SupportedResponseMIMETypes: ['application/json'],
    },
  };

  it('is refused for a new endpoint, and nothing is made', async () => {
    const { run } = await scene(CANARY, { before: 0 });
    const job = await run();
    expect(job.log).toContain('ERROR SMC-4018: resale-price-dev is new');
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
  });

  it('is done for a new endpoint where the file accepts it: without a bake', async () => {
    const { emulator, run } = await scene(accepting('first_deployment'), { before: 0 });
    expect(await run()).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'none' } });
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('is refused for a container of AWS Marketplace', async () => {
    const { run } = await scene(CANARY, { more: sold });
    const job = await run();
    expect(job.log).toContain(
      'is to serve a container of AWS Marketplace, and SageMaker moves all the traffic to it at once',
    );
    expect(job).toMatchObject({ exit: 1, calls: noWrite });
  });

  it('is done for a container of AWS Marketplace where the file accepts it, and shows nothing', async () => {
    const { emulator, run } = await scene(accepting('marketplace'), { more: sold });
    emulator.scenario('steady traffic');
    expect(await run()).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'none' } });
  });
});

describe('an alarm that the file names', () => {
  const named = (more = '') => `${CANARY}alarms: { named: [{ name: my-alarm${more} }] }\n`;
  const put = ({ cloudwatch, clock }: Emulator, state: 'OK' | 'ALARM') => {
    const request = { AlarmName: 'my-alarm', TreatMissingData: 'ignore', MetricName: 'Any', Namespace: 'Ours' };
    cloudwatch.alarms.put(request, cloudwatch.arn('my-alarm'), clock.now());
    cloudwatch.alarms.set('my-alarm', state, 'By hand.', clock.now());
  };

  it('guards the update, and is not deleted', async () => {
    const { emulator, run } = await scene(named());
    put(emulator, 'OK');
    emulator.scenario('steady traffic');
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
    expect(job.log).toContain('no alarm that rolls back is known to watch whether requests fail.');
    expect(alarmsOf(emulator)).toEqual(['my-alarm']);
  });

  it('watches nothing where somebody deletes it while the fleet bakes', async () => {
    const { emulator, run } = await scene(named());
    put(emulator, 'OK');
    emulator.scenario('steady traffic');
    const { alarms } = emulator.cloudwatch;
    emulator.faults.meanwhile('DescribeEndpoint', () => alarms.delete('my-alarm', emulator.clock.now()), 6);
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
  });

  it('may be in ALARM when it only observes', async () => {
    const { emulator, run } = await scene(named(', action: observe'));
    put(emulator, 'ALARM');
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'none' } });
  });

  it('goes into ALARM while the fleet bakes: the update is rolled back', async () => {
    const { emulator, run } = await scene(named());
    put(emulator, 'OK');
    emulator.faults.meanwhile('DescribeEndpoint', () => put(emulator, 'ALARM'), 6);
    const job = await run();
    expect(job.exit).toBe(1);
    expect(job.log).toContain('The alarm my-alarm fired at');
  });
});

it('an endpoint that somebody else brought in by a canary keeps how that was done, unless the file says how', async () => {
  const policy = {
    TrafficRoutingConfiguration: {
      Type: 'CANARY',
      WaitIntervalInSeconds: 300,
      CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
    },
  };
  const { emulator, run, rewrite } = await scene(ON);
  emulator.do('UpdateEndpoint', {
    EndpointName: NAME,
    EndpointConfigName: `${NAME}-v1`,
    DeploymentConfig: { BlueGreenUpdatePolicy: policy },
  });
  emulator.endpoints.settle(NAME);
  const refused = await run();
  expect(refused.log).toContain('LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type');
  expect(refused).toMatchObject({ exit: 1, calls: noWrite });
  rewrite(CANARY);
  expect((await run()).exit).toBe(0);
});
