import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Emulator } from '../../emulator/emulator.ts';
import { GROUP, IMAGE } from '../../emulator/scene.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import { decideExecution } from '../../src/pipelines/decision.ts';
import type { Attempt } from '../../src/pipelines/executions.ts';
import { decideUpload } from '../../src/pipelines/pipeline.ts';
import { arnOf, CONTENT } from '../registry/package.ts';
import { register, train } from './definition.ts';
import { OWN_TAGS } from './deploy-model/scene.ts';
import { ofPromote } from './example.ts';
import { contentIn, enter, validationValue, verdictValue } from './handover.ts';
import { COMMIT, emulated, type JobOptions, projectFolder, startJob } from './job.ts';

const ROLE = 'arn:aws:iam::111122223333:role/resale-price-pipeline';

const definition = {
  Version: '2020-12-01',
  Parameters: [
    { Name: 'MaxRmse', Type: 'Float', DefaultValue: 50_000 },
    { Name: 'Months', Type: 'Integer' },
  ],
  Steps: [
    train,
    {
      Name: 'Evaluate',
      Type: 'Processing',
      DependsOn: ['Train'],
      Arguments: {
        AppSpecification: { ImageUri: IMAGE },
        ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
      },
      PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'report', FilePath: 'evaluation.json' }],
    },
    {
      Name: 'GoodEnough',
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'LessThanOrEqualTo',
            LeftValue: {
              'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' }, Path: 'metrics.rmse' },
            },
            RightValue: { Get: 'Parameters.MaxRmse' },
          },
        ],
        IfSteps: [register],
        ElseSteps: [],
      },
    },
  ],
};

const inputs = { definition_file: 'pipelines/definition.json', parameters: 'Months=36' };

function project(content: unknown = definition, file = inputs.definition_file): string {
  const root = projectFolder();
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return root;
}

async function deploy(options: Omit<JobOptions, 'root'> & { root?: string }) {
  return startJob(deployPipeline, { root: project(), ...options, inputs: { ...inputs, ...options.inputs } });
}

const executions = ({ executions: { all } }: Emulator) => [...all.values()];

describe('a job joins its own execution or starts one', () => {
  type Known = Parameters<typeof decideExecution>[0];
  const leftOut = 'none';
  const latest = { execution: 'arn:e1', number: 2, runs: 'ours' } as const;
  const own = (status: Attempt['status'], runs: 'ours' | 'another' = 'ours'): Known => ({
    own: { ...latest, status, runs },
    leftOut,
  });
  const other = (...differences: string[]): Known => ({
    other: { execution: 'arn:p/execution/e0', number: 4, status: 'Succeeded', differences },
    leftOut,
  });
  const started = 'This pipeline already started the execution e0 (Succeeded)';
  const cases: [string, Known, boolean, object][] = [
    [
      'there is none',
      { leftOut },
      false,
      { do: 'start', attempt: 1, why: 'This pipeline has no execution yet: starting attempt 1.' },
    ],
    [
      'there is none among those that it looks through',
      { leftOut: 'older' },
      false,
      {
        do: 'start',
        attempt: 1,
        why: 'None of the 1000 newest executions is of this pipeline, and older ones are not checked: starting attempt 1.',
      },
    ],
    [
      'there is one of another definition',
      other('Steps.Train.A', 'Steps.Train.B', 'Steps.Train.C', 'Steps.Train.D'),
      false,
      {
        do: 'start',
        attempt: 1,
        why: `${started}, with another definition (different: Steps.Train.A, Steps.Train.B, Steps.Train.C and 1 more): starting a second training.`,
      },
    ],
    [
      'there is one of a definition that differs in three places',
      other('Steps.Train.A', 'Steps.Train.B', 'Steps.Train.C'),
      false,
      { do: 'start', why: expect.stringContaining('(different: Steps.Train.A, Steps.Train.B, Steps.Train.C):') },
    ],
    [
      'there is one with other parameters',
      other(),
      true,
      {
        do: 'start',
        attempt: 1,
        why: `${started}, with the same definition, but another role or other parameters: starting a second training.`,
      },
    ],
    ['it runs', own('Executing'), false, { do: 'join', execution: 'arn:e1' }],
    ['it has succeeded', own('Succeeded'), false, { do: 'join', execution: 'arn:e1' }],
    ['it has failed', own('Failed'), false, { do: 'start', attempt: 3 }],
    ['it was stopped', own('Stopped'), false, { do: 'start', attempt: 3 }],
    ['it is being stopped', own('Stopping'), false, { do: 'start', attempt: 3 }],
    ['its status is not known', own(undefined), false, { do: 'start', attempt: 3 }],
    ['it runs a definition that another job uploaded', own('Executing', 'another'), false, { do: 'start', attempt: 3 }],
    ['it runs and new_run is true', own('Executing'), true, { do: 'start', attempt: 3 }],
    ['there is none and new_run is true', { leftOut }, true, { do: 'start', attempt: 1 }],
  ];
  it.each(cases)('when %s', (_, known, newRun, expected) => {
    expect(decideExecution(known, newRun)).toMatchObject(expected);
  });
});

describe('a pipeline is written only when it differs', () => {
  const wanted = { roleArn: ROLE, definition: { text: '{"a":1,"b":2}', value: { a: 1, b: 2 } } };
  const same = { definition: '{ "b": 2, "a": 1 }', roleArn: ROLE };
  it.each([
    ['there is none', undefined, { do: 'create' }],
    ['only the layout differs', same, { do: 'nothing' }],
    ['the definition differs', { ...same, definition: '{}' }, { do: 'update', because: 'its definition differed' }],
    ['the definition is no JSON', { ...same, definition: '' }, { do: 'update', because: 'its definition differed' }],
    ['the role differs', { ...same, roleArn: 'arn:other' }, { do: 'update', because: 'its role was arn:other' }],
  ] as const)('when %s', (_, current, expected) => {
    expect(decideUpload(current, wanted)).toEqual(expected);
  });
});

describe('the first run', () => {
  it('creates the pipeline, follows its steps and hands over what it registered', async () => {
    const emulator = await emulated();
    const job = await deploy({ emulator });
    expect(job.log).toContain('Created the pipeline resale-price.');
    expect(job.log).toMatch(/1 s {2}Train: Succeeded, took 1 s\n/);
    expect(job.log).toMatch(/GoodEnough: Succeeded \(True\)/);
    expect(job.log.trimEnd()).toMatch(/succeeded and registered ResalePriceModelGroup version 1\.$/);
    const [execution] = executions(emulator);
    const packageArn = `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${GROUP}/1`;
    expect(job.exit).toBe(0);
    expect(job.record).toMatchObject({
      component: 'deploy-pipeline',
      environment: 'dev',
      pipeline: '101',
      outcome: 'registered',
      execution: execution?.arn,
      packages: [{ group: GROUP, package: packageArn, version: 1 }],
    });
    expect(job.outputs).toEqual({ PIPELINE_EXECUTION_ARN: execution?.arn, PIPELINE_STATUS: 'Succeeded' });
    expect(execution?.name).toMatch(/^gl-101-[0-9a-f]{12}-1$/);
    expect(emulator.package(packageArn)?.metadata.built).toMatch(
      new RegExp(
        `^user_id=7 pipeline=101 job=1 commit=${COMMIT} at=2026-11-22T[0-9:]{5}Z execution=${execution?.arn.slice(-12)}$`,
      ),
    );
  });

  it('starts what it uploaded with the parameters that it was given, for SageMaker to run as the pipeline role', async () => {
    const emulator = await emulated();
    const job = await deploy({ emulator, inputs: { parameters: 'Months=36\n\nMaxRmse=61000.5\n' } });
    const start = job.received.find(({ operation }) => operation === 'StartPipelineExecution');
    expect(start?.input).toMatchObject({
      PipelineName: 'resale-price',
      PipelineParameters: [
        { Name: 'Months', Value: '36' },
        { Name: 'MaxRmse', Value: '61000.5' },
      ],
      ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      PipelineExecutionDescription: `https://sgts.gitlab-dedicated.com/wog/mlops/resale-price/-/jobs/1 at commit ${COMMIT}`,
    });
    expect(emulator.pipelines.find('resale-price')?.role).toBe(ROLE);
  });

  it('sends a definition in JSON as it is, with no more than the schema of AWS asks for', async () => {
    const emulator = await emulated();
    const content = `{ "Parameters": [{"Name": "Stage"}],\n  "Steps": [${JSON.stringify({ ...train, Arguments: { ...train.Arguments, HyperParameters: { seed: '9007199254740993' } } })}] }\n`;
    const root = project(content);
    const job = await deploy({ emulator, root, inputs: { parameters: 'Stage=dev' } });
    expect(job.exit).toBe(0);
    expect(emulator.pipelines.find('resale-price')?.versions.map(({ text }) => text)).toEqual([content]);
  });

  it('reads a definition in YAML as it would the same in JSON', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    const file = 'pipelines/definition.yml';
    const root = project(stringify(definition), file);
    const job = await deploy({ emulator, root, pipeline: '102', inputs: { definition_file: file } });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('The pipeline resale-price already has this definition and role.');
    expect(job.calls).not.toContain('UpdatePipeline');
  });
});

describe('the same job again', () => {
  it('joins an execution that runs, and hands over what it registers', async () => {
    const emulator = await emulated();
    const left = await deploy({ emulator, inputs: { wait: 'false' } });
    expect(left.exit).toBe(0);
    expect(left.record).toMatchObject({ outcome: 'running', execution: executions(emulator)[0]?.arn });
    expect(left.outputs.PIPELINE_STATUS).toBe('Executing');

    const joined = await deploy({ emulator, job: '2' });
    expect(joined.exit).toBe(0);
    expect(joined.record).toMatchObject({ outcome: 'registered', packages: [{ version: 1 }] });
    expect(joined.calls).not.toContain('StartPipelineExecution');
    expect(executions(emulator)).toHaveLength(1);
  });

  it('writes nothing when everything is done', async () => {
    const emulator = await emulated();
    const first = await deploy({ emulator });
    const again = await deploy({ emulator, job: '2' });
    expect(again.exit).toBe(0);
    expect(again.record).toEqual({ ...first.record, job: '2' });
    expect(again.calls.filter((call) => /^(Create|Update|Start)/.test(call))).toEqual([]);
  });

  it('starts another execution when new_run is true', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    const again = await deploy({ emulator, job: '2', inputs: { new_run: 'true' } });
    expect(again.record).toMatchObject({ outcome: 'registered', packages: [{ version: 2 }] });
    expect(executions(emulator)).toHaveLength(2);
  });

  it('leaves a definition alone that a later pipeline uploaded', async () => {
    const emulator = await emulated();
    const first = await deploy({ emulator });
    const later = project({ ...definition, Steps: [train] });
    await deploy({ emulator, root: later, pipeline: '102' });
    const again = await deploy({ emulator, job: '3' });
    expect(again.record).toMatchObject({ execution: first.record?.execution });
    expect(again.calls).not.toContain('UpdatePipeline');
    expect(emulator.pipelines.find('resale-price')?.versions).toHaveLength(2);
  });

  it('finds its execution behind a hundred and more of others', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    for (let number = 0; number < 130; number++) {
      emulator.do('StartPipelineExecution', {
        PipelineName: 'resale-price',
        PipelineExecutionDisplayName: `gl-999-aaaaaaaaaaaa-${number + 1}`,
        PipelineParameters: [{ Name: 'Months', Value: '1' }],
      });
    }
    const again = await deploy({ emulator, job: '2' });
    expect(again.exit).toBe(0);
    expect(again.calls.filter((call) => call === 'ListPipelineExecutions')).toHaveLength(2);
    expect(again.calls).not.toContain('StartPipelineExecution');
  });

  it('looks through the thousand newest executions and no further, and says so when it does not find its own', async () => {
    const emulator = await emulated();
    const root = project({ Steps: [{ Name: 'Gate', Type: 'Condition', Arguments: { Conditions: [] } }] });
    await deploy({ emulator, root, inputs: { parameters: '' } });
    const startOthers = (many: number) => {
      for (let number = 0; number < many; number++)
        emulator.do('StartPipelineExecution', {
          PipelineName: 'resale-price',
          PipelineExecutionDisplayName: `gl-999-aaaaaaaaaaaa-${number + 1}`,
        });
    };
    startOthers(999);
    const joins = await deploy({ emulator, root, job: '2', inputs: { parameters: '' } });
    expect(joins.calls.filter((call) => call === 'ListPipelineExecutions')).toHaveLength(10);
    expect(joins.calls).not.toContain('StartPipelineExecution');

    startOthers(1);
    const starts = await deploy({ emulator, root, job: '3', inputs: { parameters: '' } });
    expect(starts.calls.filter((call) => call === 'ListPipelineExecutions')).toHaveLength(10);
    expect(starts.log).toContain('None of the 1000 newest executions is of this pipeline');
  });

  it('has no execution yet when there are a thousand of others, and not one more', async () => {
    const emulator = await emulated();
    const root = project({ Steps: [{ Name: 'Gate', Type: 'Condition', Arguments: { Conditions: [] } }] });
    await deploy({ emulator, root, pipeline: '999', inputs: { parameters: '' } });
    for (let number = 0; number < 999; number++)
      emulator.do('StartPipelineExecution', { PipelineName: 'resale-price' });
    const job = await deploy({ emulator, root, inputs: { parameters: '' } });
    expect(job.log).toContain('This pipeline has no execution yet: starting attempt 1.');
  });

  it('with other parameters is told that its pipeline trains a second time', async () => {
    const emulator = await emulated();
    const first = await deploy({ emulator });
    const again = await deploy({ emulator, job: '2', inputs: { parameters: 'Months=12' } });
    const execution = String(first.record?.execution).slice(-12);
    expect(again.log).toContain(
      `This pipeline already started the execution ${execution} (Succeeded), with the same definition, but another role or other parameters: starting a second training.`,
    );
    expect(executions(emulator)).toHaveLength(2);
  });

  it('trains once when two of it start at the same moment', async () => {
    const emulator = await emulated();
    const [one, other] = await Promise.all([
      deploy({ emulator }),
      deploy({ emulator, job: '2', name: 'deploy-pipeline-2' }),
    ]);
    expect(one.log + other.log).not.toContain('ERROR');
    expect([one.exit, other.exit]).toEqual([0, 0]);
    expect(executions(emulator)).toHaveLength(1);
  });
});

describe('the endpoint for which promote trains', () => {
  const ANOTHERS = { ...OWN_TAGS, 'sagemaker-components:project': '7' };
  const deployOfPromote = (emulator: Emulator, given: Readonly<Record<string, string>> = {}, job = '1') =>
    deploy({ emulator, job, ...ofPromote({ ...inputs, ...given }) });
  const takeAway = (emulator: Emulator) =>
    emulator.deployed({ endpoint: 'resale-price-dev', package: emulator.register(), tags: ANOTHERS });
  const asked = /Endpoint|ListTags/;

  it('may be another’s where take_over_endpoint says so, or be none yet', async () => {
    const emulator = await emulated();
    expect((await deployOfPromote(emulator)).exit).toBe(0);
    takeAway(emulator);
    const taken = await deployOfPromote(emulator, { take_over_endpoint: 'true', new_run: 'true' }, '2');
    expect(taken.exit, taken.log).toBe(0);
  });

  it('stops no job that joins its execution: that is paid for already', async () => {
    const emulator = await emulated();
    await deployOfPromote(emulator, { wait: 'false' });
    takeAway(emulator);
    const joined = await deployOfPromote(emulator, {}, '2');
    expect(joined.exit, joined.log).toBe(0);
    expect(joined.record).toMatchObject({ outcome: 'registered' });
    expect((await deployOfPromote(emulator, { new_run: 'true' }, '3')).exit).toBe(1);
  });

  it('is not asked for where its name waits for a variable of another job, or nobody gives one', async () => {
    const emulator = await emulated();
    const waiting = await deployOfPromote(emulator, { endpoint_name: '$ENDPOINT_NAME' });
    expect(waiting.log).toContain('Not checked here: endpoint_name (no CI/CD variable ENDPOINT_NAME is visible');
    const alone = await deploy({ emulator, job: '2' });
    expect([...waiting.calls, ...alone.calls].filter((call) => asked.test(call))).toEqual([]);
  });
});

describe('another pipeline of the project', () => {
  it('updates the definition, and starts the version that it uploaded', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    const root = project({ ...definition, Steps: [train, register] });
    const job = await deploy({ emulator, root, pipeline: '102' });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('Updated the pipeline resale-price to version 2 because its definition differed.');
    expect(job.received.find(({ operation }) => operation === 'StartPipelineExecution')?.input).toMatchObject({
      PipelineVersionId: 2,
    });
    expect(job.record).toMatchObject({ outcome: 'registered', packages: [{ version: 2 }] });
  });

  it('updates the role alone when only that differs', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    const role = `${ROLE}-new`;
    const job = await deploy({ emulator, pipeline: '102', inputs: { pipeline_role_arn: role } });
    expect(job.log).toContain(`because its role was ${ROLE}.`);
    expect(emulator.pipelines.find('resale-price')?.role).toBe(role);
  });
});

describe('the tags of the SageMaker Pipeline', () => {
  const tagsIn = (emulator: Emulator) => emulator.tags.of(emulator.pipelines.find('resale-price')?.arn ?? '');
  const tags = 'cost-centre=housing\nteam=resale';

  it('are those of the project from its creation on', async () => {
    const emulator = await emulated();
    const job = await deploy({ emulator, inputs: { tags } });
    expect(job.exit).toBe(0);
    expect(tagsIn(emulator)).toEqual({ 'cost-centre': 'housing', team: 'resale' });
    expect(job.calls).not.toContain('AddTags');
  });

  it('are added where they differ, once, and others stay', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    emulator.tags.put(emulator.pipelines.find('resale-price')?.arn ?? '', [
      { Key: 'owner', Value: 'jane' },
      { Key: 'team', Value: 'sales' },
    ]);
    const tagged = await deploy({ emulator, pipeline: '102', inputs: { tags } });
    expect(tagged.log).toContain('Tagged the pipeline resale-price: cost-centre, team.');
    expect(tagsIn(emulator)).toEqual({ owner: 'jane', 'cost-centre': 'housing', team: 'resale' });

    const again = await deploy({ emulator, pipeline: '103', inputs: { tags } });
    expect(again.exit).toBe(0);
    expect(again.calls).not.toContain('AddTags');
  });

  it('are not looked at when the project gives none, and start no other training', async () => {
    const emulator = await emulated();
    const first = await deploy({ emulator });
    const again = await deploy({ emulator, job: '2', inputs: { tags } });
    expect(again.record).toMatchObject({ execution: first.record?.execution });
    const later = await deploy({ emulator, pipeline: '102' });
    expect([...first.calls, ...later.calls].filter((call) => call.endsWith('Tags'))).toEqual([]);
  });

  it('are refused where they are too many for SageMaker', async () => {
    const emulator = await emulated();
    await deploy({ emulator });
    const full = Array.from({ length: 50 }, (_, number) => ({ Key: `key-${number}`, Value: 'x' }));
    emulator.tags.put(emulator.pipelines.find('resale-price')?.arn ?? '', full);
    const job = await deploy({ emulator, pipeline: '102', inputs: { tags } });
    expect(job.exit).toBe(64);
    expect(job.log).toContain('SageMaker refused the tags of the pipeline: ValidationException');
    expect(job.calls).not.toContain('StartPipelineExecution');
  });
});

describe('somebody else at the same moment', () => {
  const other = {
    PipelineName: 'resale-price',
    RoleArn: ROLE,
    PipelineDefinition: JSON.stringify({ ...definition, Steps: [train] }),
  };

  it('creates the pipeline first: ours becomes an update', async () => {
    const emulator = await emulated();
    emulator.faults.meanwhile('CreatePipeline', () => {
      emulator.do('CreatePipeline', { ...other, ClientRequestToken: 'x'.repeat(32) });
    });
    const job = await deploy({ emulator });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('Somebody else created the pipeline resale-price at the same time.');
    expect(job.record).toMatchObject({ outcome: 'registered' });
  });

  it("starts the next attempt with our definition when the first one runs another's", async () => {
    const emulator = await emulated();
    emulator.faults.meanwhile('StartPipelineExecution', () => {
      emulator.do('UpdatePipeline', other);
    });
    expect((await deploy({ emulator })).exit).toBe(1);

    const again = await deploy({ emulator, job: '2' });
    expect(again.exit).toBe(0);
    expect(again.log).toContain('Attempt 1 runs a different definition: starting attempt 2.');
  });
});

describe('an execution that registers nothing', () => {
  it('has a link to the log of the step that failed, and that step among the test results', async () => {
    const emulator = await emulated();
    emulator.scenario('training fails');
    const job = await deploy({ emulator });
    expect(job.links).toContain('Logs of step Train');
    expect(job.links).toMatch(/log-group\/\$252Faws\$252Fsagemaker\$252FTrainingJobs/);
    expect(job.junit).toMatch(/name="Step Train"[^>]*><failure message="AlgorithmError/);
  });

  it('says so when no step registers a model at all', async () => {
    const emulator = await emulated();
    const job = await deploy({ emulator, root: project({ ...definition, Steps: [train] }) });
    const why = 'it has no step that registers a model';
    expect(job.record).toMatchObject({ outcome: 'nothing', why, no_register_step: true });
  });

  it('has a step for it in a branch that was not taken: that is no reason to look elsewhere', async () => {
    const emulator = await emulated();
    const gate = (IfSteps: object[], ElseSteps: object[], Conditions: object[] = []) =>
      project({ Steps: [{ Name: 'Gate', Type: 'Condition', Arguments: { Conditions, IfSteps, ElseSteps } }] });
    const never = [{ Type: 'Equals', LeftValue: 1, RightValue: 2 }];
    const given = { emulator, inputs: { parameters: '' } };
    const passed = await deploy({
      ...given,
      root: gate([], [{ ...register, Arguments: { ModelPackageGroupName: GROUP } }]),
    });
    const failed = await deploy({ ...given, root: gate([], [], never), pipeline: '102' });
    expect(passed.record).toMatchObject({ outcome: 'nothing', why: 'no step that registers a model was executed' });
    expect(failed.record).toMatchObject({ outcome: 'nothing', why: 'condition Gate was false' });
    for (const { record } of [passed, failed]) expect(record).not.toHaveProperty('no_register_step');
  });
});

describe('waiting', () => {
  it('tells each change of a step once, however often it looks', async () => {
    const emulator = await emulated();
    emulator.executions.pace.describes = 40;
    emulator.executions.pace.milliseconds = 45 * 60_000;
    const job = await deploy({ emulator });
    const lines = job.log.split('\n').filter((line) => line.includes(' Train: '));
    expect(job.calls.filter((call) => call === 'DescribePipelineExecution').length).toBeGreaterThan(20);
    expect(lines.map((line) => line.trim())).toEqual([
      expect.stringMatching(/^0 s {2}Train: Starting$/),
      expect.stringMatching(/Train: Executing$/),
      expect.stringMatching(/^\d+ min.* Train: Succeeded, took \d+ min/),
    ]);
  });

  it.each([
    ['started', []],
    ['joined', ['Attempt 1 of this pipeline is Executing: joining it']],
  ])('ends when GitLab cancels the job, and names the execution that it %s, which AWS continues', async (_, told) => {
    const emulator = await emulated();
    emulator.executions.pace.describes = 1000;
    emulator.executions.pace.milliseconds = 3_600_000;
    if (told.length > 0) await deploy({ emulator, inputs: { wait: 'false' } });
    const stopped = new Promise<void>((seen) => {
      emulator.faults.meanwhile('DescribePipelineExecution', () => seen());
    });
    const job = await deploy({ emulator, job: '2', stopped });
    const execution = executions(emulator)[0]?.arn.slice(-12);
    expect(job.exit).toBe(143);
    for (const line of [...told, `AWS continues the execution ${execution}.`]) expect(job.log).toContain(line);
  });

  it('outlives throttled and broken looks', async () => {
    const emulator = await emulated();
    emulator.fault({ operation: 'DescribePipelineExecution', kind: 'throttle', nth: 2, times: 12 });
    emulator.fault({ operation: 'ListPipelineExecutionSteps', kind: 'reset before', times: 9 });
    const job = await deploy({ emulator });
    expect(job.exit).toBe(0);
    expect(job.record).toMatchObject({ outcome: 'registered' });
  });

  it('lists the steps of an ended execution once more when they may have been listed before its end', async () => {
    const emulator = await emulated();
    const listed = Promise.withResolvers<void>();
    emulator.executions.pace.milliseconds = 3_600_000;
    emulator.executions.pace.describes = 1000;
    emulator.onAsked = ({ operation }) => (operation === 'DescribePipelineExecution' ? listed.promise : undefined);
    emulator.onAnswered = ({ operation }) => {
      if (operation !== 'ListPipelineExecutionSteps') return;
      Object.assign(emulator.executions.pace, { milliseconds: 0, describes: 0 });
      listed.resolve();
    };
    const job = await deploy({ emulator, root: project({ Steps: [train, register] }), inputs: { parameters: '' } });
    expect(job.record).toMatchObject({ outcome: 'registered', packages: [{ version: 1 }] });
    expect(job.calls.filter((call) => call === 'DescribePipelineExecution')).toHaveLength(1);
    expect(job.calls.filter((call) => call === 'ListPipelineExecutionSteps')).toHaveLength(2);
  });

  it('finds the registered model behind a hundred steps', async () => {
    const emulator = await emulated();
    const many = Array.from({ length: 120 }, (_, number) => ({
      Name: `Gate${number}`,
      Type: 'Condition',
      Arguments: { Conditions: [], IfSteps: [], ElseSteps: [] },
    }));
    const job = await deploy({ emulator, root: project({ ...definition, Steps: [...many, train, register] }) });
    expect(job.record).toMatchObject({ outcome: 'registered', packages: [{ version: 1 }] });
  });
});

describe('the registry entry on what was built', () => {
  it('is missing when the role may not write it: the record stands, and the job run again writes it', async () => {
    const emulator = await emulated();
    emulator.fault({ operation: 'UpdateModelPackage', kind: 'access denied' });
    const job = await deploy({ emulator });
    expect(job.exit).toBe(77);
    expect(job.record).toMatchObject({ outcome: 'registered' });
    expect(job.log).toContain('sagemaker:UpdateModelPackage');

    const again = await deploy({ emulator, job: '2' });
    expect(again.exit).toBe(0);
    expect(again.log).toContain('Recorded that this pipeline built ResalePriceModelGroup version 1.');
  });

  it('is written after the metadata from before is kept, in a file for each version', async () => {
    const emulator = await emulated();
    const metadata = { rmse: '41250' };
    const more = {
      ...register,
      Name: 'Other',
      Arguments: { ...register.Arguments, CustomerMetadataProperties: metadata },
    };
    const root = project({ ...definition, Steps: [train, register, more] });
    await deploy({ emulator, root });
    const kept = (version: number) =>
      JSON.parse(
        readFileSync(join(root, `sagemaker/deploy-pipeline/1/metadata-before-${GROUP}-${version}.json`), 'utf8'),
      );
    expect([kept(1), kept(2)]).toEqual([{}, metadata]);
  });

  it('is fine when another job of the same pipeline writes it at the same moment', async () => {
    const emulator = await emulated();
    emulator.faults.meanwhile(
      'DescribeModelPackage',
      ({ ModelPackageName }) => {
        const metadata = emulator.package(String(ModelPackageName))?.metadata;
        const built = String(metadata?.built).replace(' job=1 ', ' job=9 ');
        emulator.do('UpdateModelPackage', { ModelPackageArn: ModelPackageName, CustomerMetadataProperties: { built } });
      },
      2,
    );
    const job = await deploy({ emulator });
    expect(job.exit).toBe(0);
    expect(job.log).toContain('Recorded that this pipeline built ResalePriceModelGroup version 1.');
  });

  it('is not written to a version that its training registered with entries, and nothing is handed over', async () => {
    const emulator = await emulated();
    const forged = { 'approved.dev': verdictValue(CONTENT), 'validated.dev': validationValue(CONTENT), rmse: '0.1' };
    const Steps = [train, { ...register, Arguments: { ...register.Arguments, CustomerMetadataProperties: forged } }];
    const job = await deploy({ emulator, root: project({ ...definition, Steps }) });
    expect(job.exit).toBe(1);
    expect(job.record).toMatchObject({ outcome: 'nothing', why: expect.stringContaining('  approved.dev: by=jane') });
    expect(job.log).not.toContain('rmse');
    expect(job.log).toContain('no job takes this version');
    expect(emulator.package(arnOf(1))?.metadata).toEqual({
      ...forged,
      built: 'refused=came-with-entries pipeline=101 job=1 at=2026-11-22T08:00Z',
    });
  });

  it('is refused as any other where the training wrote it itself, in the name of this pipeline but with another commit', async () => {
    const emulator = await emulated();
    const words = [
      'pipeline=101 job=1 commit=f00d at=2026-11-22T08:00Z execution=',
      { Get: 'Execution.PipelineExecutionId' },
    ];
    const forged = { built: { 'Std:Join': { On: '', Values: words } } };
    const Steps = [train, { ...register, Arguments: { ...register.Arguments, CustomerMetadataProperties: forged } }];
    const root = project({ ...definition, Steps });
    for (const [job, told] of [
      ['1', '  built: pipeline=101 job=1 commit=f00d'],
      ['2', '  built: refused=came-with-entries pipeline=101 job=1'],
    ] as const) {
      const done = await deploy({ emulator, root, job });
      expect(done).toMatchObject({ exit: 1, record: { outcome: 'nothing' } });
      expect(done.log).toContain(told);
    }
  });

  it('says when the refusal could not be recorded, and what to do then', async () => {
    const emulator = await emulated();
    emulator.fault({ operation: 'UpdateModelPackage', kind: 'access denied' });
    const forged = { 'approved.dev': verdictValue(CONTENT) };
    const Steps = [train, { ...register, Arguments: { ...register.Arguments, CustomerMetadataProperties: forged } }];
    const job = await deploy({ emulator, root: project({ ...definition, Steps }) });
    expect(job.exit).toBe(1);
    expect(job.log).toContain('  approved.dev: by=jane');
    expect(job.log).toContain('This could not be recorded (AccessDeniedException');
  });

  it('is not written again where the job runs again after an approval', async () => {
    const emulator = await emulated();
    const root = project();
    await deploy({ emulator, root });
    enter(emulator, arnOf(1), { 'approved.dev': verdictValue(contentIn(emulator, arnOf(1))) });
    const again = await deploy({ emulator, root, job: '2' });
    expect(again).toMatchObject({ exit: 0, record: { outcome: 'registered' } });
    expect(again.calls).not.toContain('UpdateModelPackage');
  });
});

describe('wrong inputs', () => {
  it.each([
    ['pipeline_name', 'resale_price', 'must be at most 256 letters, digits and hyphens'],
    ['definition_file', '', 'must not be empty'],
    ['pipeline_role_arn', 'resale-price-pipeline', 'must be the ARN of an IAM role'],
    ['parameters', 'Months', 'must have one Name=Value per line'],
    ['parameters', 'Months=1\nMonths=2', 'must not set "Months" twice'],
    ['parameters', `Months=${'1'.repeat(1025)}`, 'at most 1024 characters'],
    ['tags', 'aws:owner=me', 'must not have keys that start with'],
    ['wait', 'maybe', 'must be true or false'],
    ['max_wait_time', '6h', 'must be a whole number from 60 to 604800'],
    ['poll_interval', '0', 'must be a whole number from 1 to 300'],
    ['new_run', '', 'must be true or false'],
  ])('%s: "%s" is named with what would be right', async (name, value, told) => {
    const emulator = await emulated();
    const job = await deploy({ emulator, inputs: { [name]: value } });
    expect(job.exit).toBe(64);
    expect(job.log).toContain(`${name}: received "${value.slice(0, 20).split('\n')[0]}`);
    expect(job.log).toContain(told);
    expect(job.received).toEqual([]);
  });
});

describe('a wrong definition', () => {
  const long = { ...definition, Metadata: { Notes: 'x'.repeat(1_048_576) } };
  it.each([
    ['no JSON', '{ "Version": ', 'it is not valid JSON'],
    ['a list', [1], 'the document must be an object with Steps'],
    ['with a version that is a number', { Version: 1, Steps: [train] }, 'Version must be a text like "2020-12-01"'],
    ['without steps', { Version: '2020-12-01' }, 'Steps must be a list of steps'],
    [
      'with a step without a name',
      { Version: '2020-12-01', Steps: [{ Type: 'Fail' }] },
      'Steps.0.Name must have a Name',
    ],
    ['too long for SageMaker', long, 'characters, and SageMaker accepts at most 1048576'],
    [
      'that does not declare a parameter',
      { ...definition, Parameters: [] },
      'parameters: received "Months", which pipelines/definition.json does not declare; it declares none.',
    ],
    [
      'with a parameter of no type that there is',
      { ...definition, Parameters: [{ Name: 'Months', Type: 'Number' }] },
      'Parameters.0.Type must be String, Integer, Float or Boolean',
    ],
    [
      'with a parameter of another type than it is given',
      { ...definition, Parameters: [{ Name: 'Months', Type: 'Boolean' }] },
      'but pipelines/definition.json declares Months as Boolean',
    ],
  ])('%s is refused before AWS is reached', async (_, content, told) => {
    const emulator = await emulated();
    const job = await deploy({ emulator, root: project(content) });
    expect(job.exit).toBe(64);
    expect(job.log).toContain(told);
    expect(job.log).toMatch(/\nNext: correct the definition/);
    expect(job.received).toEqual([]);
  });

  it('leaves out a parameter that has no default: all mistakes are told at once', async () => {
    const emulator = await emulated();
    const job = await deploy({ emulator, inputs: { parameters: 'Month=36\nYears=3' } });
    expect(job.exit).toBe(64);
    expect(job.log).toContain('parameters: received "Month"');
    expect(job.log).toContain('parameters: received "Years"');
    expect(job.log).toContain('parameters: "Months" is missing, and has no DefaultValue in pipelines/definition.json.');
  });

  it('is no YAML', async () => {
    const emulator = await emulated();
    const file = 'pipelines/definition.yaml';
    const job = await deploy({ emulator, root: project('Steps: [', file), inputs: { definition_file: file } });
    expect(job.exit).toBe(64);
    expect(job.log).toContain('it is not valid YAML');
  });
});
