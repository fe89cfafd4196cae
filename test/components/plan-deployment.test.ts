import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import checkModel from '../../src/components/check-model.ts';
import planDeployment from '../../src/components/plan-deployment.ts';
import { holdings } from '../interruption/holdings.ts';
import { OWN_TAGS } from './deploy-model/scene.ts';
import { contentIn, enter, timeIn, validationValue, verdictValue } from './handover.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';

const UAT = 'resale-price-uat';
const OURS = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };
const COMMITS = ['1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d', '8b1a9953c4611296a827abf8c47804d7e6c49c6b'];

interface Scene {
  readonly emulator: Emulator;
  readonly root: string;
  plan(options?: Partial<JobOptions>): Promise<FinishedJob>;
  /** A file of the plan. */
  file(name: string): string;
}

async function scene(): Promise<Scene> {
  const emulator = await emulated();
  const root = projectFolder();
  return {
    emulator,
    root,
    plan: (options) => startJob(planDeployment, { emulator, root, environment: 'uat', ...options }),
    file: (name) => readFileSync(join(root, 'sagemaker-plan', name), 'utf8'),
  };
}

/** A version that dev approved and, 14 minutes later, validated. */
function validatedInDev({ emulator }: Scene, rmse: string, more: Readonly<Record<string, string>> = {}): string {
  const commit = COMMITS[emulator.registry.findGroup('ResalePriceModelGroup')?.packages.length ?? 0] ?? '';
  const arn = emulator.register({
    status: 'Approved',
    metadata: { rmse, ...more },
    more: { MetadataProperties: { CommitId: commit } },
  });
  const content = contentIn(emulator, arn);
  const approved = timeIn(emulator);
  emulator.clock.advance(14 * 60_000);
  enter(emulator, arn, {
    'approved.dev': verdictValue(content, { at: approved }),
    'validated.dev': validationValue(content, { at: timeIn(emulator) }),
  });
  return arn;
}

/** Version 1 is live in uat on two instances, and dev has validated version 2. */
async function onePromotable(): Promise<Scene & { readonly live: string; readonly next: string }> {
  const place = await scene();
  const live = validatedInDev(place, '43000');
  place.emulator.deployed({ endpoint: UAT, package: live, tags: OURS, instanceCount: 2 });
  const next = validatedInDev(place, '41250', { rmse_max: '45000' });
  return { ...place, live, next };
}

describe('the plan of a merge', () => {
  it('says which version it would promote, what deploy-model would do, and what the approver would see', async () => {
    const { plan, emulator } = await onePromotable();
    const job = await plan();

    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', version: 2, act: 'update' } });
    for (const line of [
      'What a merge of dev into uat would do:',
      '  approval the approver starts approve-model in the pipeline after the merge (uat/approval in GitLab)',
      '  deploy   deploy-model updates the endpoint',
      '  fleet    1 x ml.m5.large (now 2 x ml.m5.large)',
      '  both     2 x ml.m5.large and 1 x ml.m5.large run at the same time, and cost, until SageMaker has moved all requests',
      '  duration as long as the new containers need to start; ResalePriceModelGroup version 2 took 14 min in dev from its approval to its validation',
      '  updates  endpoint resale-price-uat',
      '  metrics  rmse=41250 (live 43000: -1750; at most 45000)',
      '  live     ResalePriceModelGroup version 1 on resale-price-uat (InService)',
    ])
      expect(job.log.split('\n')).toContain(line);
    expect(job.log).toContain('8b1a9953c461, compared with 1c2d3e4f5a6b, which is live');
    expect(job.log.trimEnd().split('\n').at(-1)).toBe(
      'A merge into uat offers ResalePriceModelGroup version 2 to the approver. When it is approved, deploy-model updates the endpoint. Nothing was changed.',
    );
    expect(emulator.endpoint(UAT)?.pending).toBeUndefined();
  });

  it('shows no sign that hides, or turns the direction of writing, of a branch that somebody named so', async () => {
    const { plan, file } = await onePromotable();
    const ref = 'dev\u202E\u200B</title><script>';
    const job = await plan({ claims: { ref }, env: { CI_COMMIT_REF_NAME: ref } });
    expect(job.exit, job.log).toBe(0);
    const shown = [job.log, job.links, job.junit, file('index.html'), file('metrics.txt')].join('');
    expect(shown).not.toMatch(/\p{Cf}/u);
    expect(file('index.html')).not.toContain('<script');
  });

  it('shows it on one page, in the widgets of the merge request, and among the links of the job', async () => {
    const { plan, file } = await onePromotable();
    const job = await plan();

    const page = file('index.html');
    for (const heading of [
      'The plan',
      'What will serve',
      'Where it has been',
      'What changed',
      'Metrics',
      'The version',
    ])
      expect(page).toContain(`<h2>${heading}</h2>`);
    expect(page).toContain('<title>What a merge of dev into uat would do</title>');
    expect(JSON.parse(file('terraform.json'))).toEqual({ create: 2, update: 1, delete: 0 });
    expect(file('metrics.txt')).toBe('rmse{version="2, this merge"} 41250\nrmse{version="1, live in uat"} 43000\n');
    expect(job.junit).not.toContain('<failure');
    expect(job.junit).toContain('name="dev approved and validated ResalePriceModelGroup version 2"');
    expect(Object.keys(JSON.parse(job.links))[0]).toBe('Plan');
    expect(job.links).toContain('/-/jobs/1/artifacts/file/sagemaker-plan/index.html');
  });

  it('writes nothing in AWS, and asks for nothing that could', async () => {
    const place = await onePromotable();
    const before = holdings(place.emulator);
    const jobs = [
      await place.plan(),
      await place.plan({ environment: 'main' }),
      await place.plan({ environment: 'dev' }),
    ];
    expect(jobs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(holdings(place.emulator)).toEqual(before);
    const asked = jobs.flatMap(({ received }) => received.filter(({ service }) => service !== 'sts'));
    expect(asked.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))).toEqual([]);
  });

  it('asks what check-model asks, and nothing else', async () => {
    const { plan, emulator, root } = await onePromotable();
    const inputs = { environment: 'uat' };
    const [planned, checked] = [await plan(), await startJob(checkModel, { emulator, root, ...inputs })];
    expect([...planned.calls].sort()).toEqual([...checked.calls].sort());
    expect(planned.record?.package).toBe(checked.record?.package);
  });

  it('deletes what an earlier plan left in its folder, and has every report from the start', async () => {
    const place = await scene();
    await place.plan();
    await place.plan({ inputs: { instance_type: 'large' } });
    expect(JSON.parse(place.file('terraform.json'))).toEqual({ create: 0, update: 0, delete: 0 });
    expect(place.file('metrics.txt')).toBe('');
    expect(place.file('index.html')).toContain('The job ended before it wrote a plan: see its log.');
    expect(existsSync(join(place.root, 'sagemaker-plan/record.json'))).toBe(false);
  });
});

describe('a merge into the first environment', () => {
  it('says that the version does not exist yet, and how the endpoint would change beside it', async () => {
    const place = await scene();
    place.emulator.deployed({ endpoint: 'resale-price-dev', package: validatedInDev(place, '43000'), tags: OWN_TAGS });
    const job = await place.plan({ environment: 'dev', inputs: { instance_type: 'ml.m5.xlarge' } });

    expect(job).toMatchObject({ exit: 0, record: { outcome: 'training', act: 'update' } });
    expect(job.log).toContain('What a merge of feature into dev would do:');
    expect(job.log).toContain('change   served otherwise: instance_type ml.m5.large -> ml.m5.xlarge');
    expect(job.log).toContain('live     ResalePriceModelGroup version 1 on resale-price-dev (InService)');
    expect(JSON.parse(place.file('terraform.json'))).toEqual({ create: 2, update: 1, delete: 0 });
  });

  it('takes a version from the registry where its pipeline trains none', async () => {
    const place = await scene();
    place.emulator.register();
    const job = await place.plan({ environment: 'dev', inputs: { source: 'registry' } });
    expect(job.record).toMatchObject({ outcome: 'version', version: 1, act: 'create' });
  });

  it('foresees that another project has the endpoint', async () => {
    const place = await scene();
    const tags = { ...OWN_TAGS, 'sagemaker-components:project': '7' };
    place.emulator.deployed({ endpoint: 'resale-price-dev', package: validatedInDev(place, '43000'), tags });
    const job = await place.plan({ environment: 'dev' });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'training', act: 'refuse', refused: 'SMC-4001' } });
  });

  it('does not claim to know what becomes of an endpoint that serves a model of another group', async () => {
    const place = await scene();
    const churn = place.emulator.register({ group: 'ChurnModelGroup' });
    place.emulator.deployed({ endpoint: 'resale-price-dev', package: churn, tags: OWN_TAGS });
    const job = await place.plan({ environment: 'dev' });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'training', act: 'unknown' } });
    expect(job.log).toContain('deploy-model decides by what the endpoint serves then, which nothing shows now');
    expect(JSON.parse(place.file('terraform.json'))).toEqual({ create: 0, update: 0, delete: 0 });
  });
});

describe('what is missing', () => {
  it('is told of the newest versions, as failed test cases of a job that ends well', async () => {
    const { plan, emulator, live } = await onePromotable();
    enter(emulator, live.replace(/1$/, '2'), { 'validated.dev': 'broken' });
    const content = contentIn(emulator, live);
    const config = emulator.endpoint(UAT)?.config.name ?? '';
    enter(emulator, live, {
      'approved.uat': verdictValue(content),
      'validated.uat': validationValue(content, { endpoint: UAT, config }),
    });
    emulator.register({ status: 'Rejected' });
    const job = await plan();

    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', version: 1 } });
    expect(job.log).toContain('skipped: version 3, because it is Rejected');
    expect(job.log).toContain('skipped: version 2, because its validation in dev');
  });

  it('is a new version where the newest one is live already, as it would be', async () => {
    const place = await scene();
    const live = validatedInDev(place, '43000');
    const first = await place.plan();
    const config = String(first.record?.config);
    const inputs = { name_prefix: 'resale-price' };
    place.emulator.deployed({ endpoint: UAT, package: live, name: config, tags: OURS });
    const content = contentIn(place.emulator, live);
    enter(place.emulator, live, {
      'approved.uat': verdictValue(content),
      'validated.uat': validationValue(content, { endpoint: UAT, config }),
    });
    const job = await place.plan({ inputs });

    expect(job).toMatchObject({ exit: 0, record: { outcome: 'nothing', act: 'none' } });
    expect(job.log).toContain('stays    ');
    expect(job.log).toContain(
      'A merge into uat promotes nothing: ResalePriceModelGroup version 1 is already approved, validated and live in uat',
    );
    expect(job.junit).toContain('name="A version can be promoted to uat" time="0.000"><failure');
  });

  it('is what model_package_arn names, where it cannot be promoted', async () => {
    const { plan, emulator } = await scene();
    const arn = emulator.register({ status: 'Approved' });
    const job = await plan({ inputs: { model_package_arn: arn } });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', refused: 'SMC-3005', act: 'refuse' } });
    expect(job.junit).toContain('name="A version can be promoted to uat" time="0.000"><failure message="SMC-3005: ');
    expect(job.junit).not.toContain('name="dev approved and validated');
  });

  it('is the instance type for which the version is not registered', async () => {
    const { plan } = await onePromotable();
    const job = await plan({ inputs: { instance_type: 'ml.g5.xlarge' } });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', refused: 'SMC-4014' } });
  });
});

describe('the state of the endpoint', () => {
  it.each([
    [
      'another deployment is on its way',
      'wait',
      (place: Scene) => {
        place.emulator.scenario('foreign update in progress', { endpoint: UAT });
      },
    ],
    [
      'it is Failed, and may be deleted',
      'delete',
      ({ emulator }: Scene) => {
        Object.assign(emulator.endpoint(UAT) ?? {}, { status: 'Failed' });
      },
    ],
  ])('where %s: %s', async (_, act, happen) => {
    const place = await onePromotable();
    happen(place);
    const job = await place.plan({ inputs: { recreate_failed: 'true' } });
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', version: 2, act } });
    const { create, update, delete: deletes } = JSON.parse(place.file('terraform.json'));
    expect([create, update, deletes]).toEqual(act === 'delete' ? [3, 0, 1] : [0, 0, 0]);
  });

  it('keeps the instances of an endpoint that was scaled out', async () => {
    const { plan, emulator } = await onePromotable();
    emulator.do('UpdateEndpointWeightsAndCapacities', {
      EndpointName: UAT,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 5 }],
    });
    emulator.endpoints.settle(UAT);
    const job = await plan();
    expect(job.log).toContain('  fleet    5 x ml.m5.large, as now\n');
  });
});

describe('an endpoint file', () => {
  /** With these inputs the file alone describes the endpoint. */
  const BY_FILE = { endpoint_file: 'endpoint.yml', instance_type: '' };

  function described({ root }: Scene, strategy: string): { inputs: Record<string, string> } {
    writeFileSync(join(root, 'endpoint.yml'), `instance_type: ml.m5.large\ninstance_count: 2\n${strategy}\n`);
    return { inputs: BY_FILE };
  }

  const CANARY =
    'strategy: { type: canary, size: 1, wait: 600, termination_wait: 300 }\nalarms: { named: [{ name: errors }] }';

  it('is read from the folder, which the log says; the plan tells the strategy, its waits and its alarms', async () => {
    const place = await onePromotable();
    const job = await place.plan(described(place, CANARY));
    expect(job).toMatchObject({ exit: 0, record: { act: 'update' } });
    for (const line of [
      'endpoint.yml describes the endpoint, as it is in the folder of this job.',
      '  fleet    2 x ml.m5.large, as now',
      '  both     2 x ml.m5.large and 2 x ml.m5.large run at the same time, and cost, until SageMaker has moved all requests',
      '  strategy canary of 1 instance, 2 x 600 s: 25 min of waits, beside the time that the instances need to start; rolled back by errors',
      '  duration as long as the new containers need to start, and the strategy waits; ResalePriceModelGroup version 2 took 14 min in dev from its approval to its validation',
    ])
      expect(job.log.split('\n')).toContain(line);
  });

  it('names alarms: the plan looks whether they exist and are not in ALARM', async () => {
    const place = await onePromotable();
    const missing = await place.plan(described(place, CANARY));
    expect(missing).toMatchObject({ exit: 0, record: { act: 'update' } });
    expect(missing.log).toContain('  alarms   errors does not exist\n');
    expect(missing.junit).toContain('none that rolls back is in ALARM" time="0.000"><failure');
    const { cloudwatch, clock } = place.emulator;
    cloudwatch.alarms.put({ AlarmName: 'errors' }, cloudwatch.arn('errors'), clock.now());
    const there = await place.plan(described(place, CANARY));
    expect(there.log).toContain('  alarms   every named alarm exists, and none that rolls back is in ALARM\n');
    expect(there.junit).not.toContain('<failure');
    expect(there.received.filter(({ operation }) => /^(Put|Set|Delete|Update)/.test(operation))).toEqual([]);
  });

  it('names alarms at which the role may not look: the plan says that nobody did', async () => {
    const place = await onePromotable();
    place.emulator.fault({ operation: 'DescribeAlarms', kind: 'access denied' });
    const job = await place.plan(described(place, CANARY));
    expect(job).toMatchObject({ exit: 0, record: { act: 'update' } });
    expect(job.log).toContain('  alarms   nobody looked at the named alarms: AccessDenied');
  });

  it('says between how many instances the endpoint scales itself', async () => {
    const place = await onePromotable();
    const job = await place.plan(
      described(place, 'autoscaling: { minimum: 2, maximum: 6, invocations_per_instance: 500 }'),
    );
    expect(job).toMatchObject({ exit: 0, record: { act: 'update' } });
    expect(job.log).toContain('  scales   itself from 2 to 6 instances\n');
  });

  it('that replaces instances one after the other runs few more of them', async () => {
    const place = await onePromotable();
    const job = await place.plan(described(place, 'strategy: { type: rolling, size: 1, wait: 300 }'));
    expect(job.log).toContain('both     2 x ml.m5.large, and 1 more at a time, until SageMaker has replaced all');
    expect(job.log).toContain('strategy rolling of 1 instance, 2 x 300 s: 10 min of waits');
  });

  it('has a strategy that SageMaker would not use for a new endpoint: the plan and check-model refuse it', async () => {
    const place = await scene();
    validatedInDev(place, '43000');
    const job = await place.plan(described(place, CANARY));
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', act: 'refuse', refused: 'SMC-4018' } });
    const training = await place.plan({ ...described(place, CANARY), environment: 'dev' });
    expect(training).toMatchObject({ exit: 0, record: { outcome: 'training', act: 'refuse', refused: 'SMC-4018' } });
  });

  it('has a step that does not fit the instances that the endpoint keeps', async () => {
    const place = await onePromotable();
    place.emulator.do('UpdateEndpointWeightsAndCapacities', {
      EndpointName: UAT,
      DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 30 }],
    });
    place.emulator.endpoints.settle(UAT);
    const job = await place.plan(described(place, 'strategy: { type: linear, size: 1, wait: 300 }'));
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'version', act: 'refuse', refused: 'SMC-4020' } });
    expect(job.junit).toContain('name="Nothing refuses the deployment to uat" time="0.000"><failure');
  });
});

describe('the variables of a merge request', () => {
  it('put the target branch where an input names the branch of a pipeline', async () => {
    const { plan } = await onePromotable();
    const inputs = {
      environment: '$CI_COMMIT_BRANCH',
      endpoint_name: 'resale-price-$CI_COMMIT_BRANCH',
      name_prefix: '$' + '{CI_COMMIT_BRANCH}-price',
      model_environment: 'STAGE=$CI_COMMIT_BRANCH\nPRICE=$$CI_COMMIT_BRANCH\nPLACE=$CI_ENVIRONMENT_NAME',
    };
    const job = await plan({ inputs });
    expect(job).toMatchObject({ exit: 0, record: { environment: 'uat', version: 2 } });
    expect(job.log).toContain('model_environment: STAGE added, PRICE added, PLACE added');
  });

  it('move the plan to no place that its token does not know: a forged branch is refused', async () => {
    const { plan } = await onePromotable();
    const job = await plan({ env: { CI_COMMIT_REF_NAME: 'uat' } });
    expect(job).toMatchObject({ exit: 1, calls: [] });
    expect(job.log).toContain('ERROR SMC-1101');
  });

  it('are of no environment: a token that names one is refused', async () => {
    const { plan } = await onePromotable();
    const job = await plan({ claims: { environment: 'uat' } });
    expect(job).toMatchObject({ exit: 1, calls: [] });
    expect(job.log).toContain('This job is for the environment "none", but its token is for "uat".');
  });
});
