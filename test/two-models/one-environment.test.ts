import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { emulated, type FinishedJob, projectFolder, startJob } from '../components/job.ts';
import { approving, checking, creatingEndpoint, type Scene, validating } from '../interruption/scenes.ts';

const GROUPS = { voluntary: 'VoluntaryChurn', involuntary: 'InvoluntaryChurn' } as const;
type Model = keyof typeof GROUPS;
const MODELS: readonly Model[] = ['voluntary', 'involuntary'];
const ENVIRONMENT = 'dev/churn';

/** A pipeline whose jobs serve two models in one environment: each finds the artifacts of all before it. */
function pipeline(emulator: Emulator) {
  const root = projectFolder();
  writeFileSync(join(root, 'payload.json'), '{"instances": [{"months": 12}]}');
  return ({ component, inputs }: Scene, model: Model, own: Record<string, string>): Promise<FinishedJob> =>
    startJob(component, {
      ...{
        emulator,
        root,
        environment: ENVIRONMENT,
        name: `${component.name}-${model}`,
        job: String(1 + MODELS.indexOf(model)),
      },
      inputs: { ...inputs, ...own },
    });
}

/** Runs a step for both models; each tells its own group or endpoint. */
async function both(start: (model: Model) => Promise<FinishedJob>): Promise<FinishedJob[]> {
  const jobs: FinishedJob[] = [];
  for (const model of MODELS) jobs.push(await start(model));
  expect(
    jobs.map(({ exit }) => exit),
    jobs.map(({ log }) => log).join('\n'),
  ).toEqual([0, 0]);
  return jobs;
}

it('two models in one environment are told apart by their groups and endpoints, at every step', async () => {
  const emulator = await emulated();
  emulator.register({ group: GROUPS.involuntary, status: 'Rejected' });
  const versions = MODELS.map((model) => emulator.register({ group: GROUPS[model] }));
  const run = pipeline(emulator);
  const group = (model: Model) => ({ model_package_group_name: GROUPS[model] });
  const endpoint = (model: Model) => ({ endpoint_name: `churn-${model}` });

  const path = { promotion_path: `${ENVIRONMENT}, uat/churn`, source: 'registry' };
  const steps = [
    await both((model) => run(checking, model, { ...group(model), ...endpoint(model), ...path })),
    await both((model) => run(approving, model, group(model))),
    await both((model) => run(creatingEndpoint, model, { ...group(model), ...endpoint(model) })),
    await both((model) => run(validating, model, endpoint(model))),
  ];

  for (const jobs of steps) expect(jobs.map(({ record }) => record?.package)).toEqual(versions);
  for (const [index, model] of MODELS.entries()) {
    const { metadata = {} } = emulator.package(versions[index] ?? '') ?? {};
    expect(Object.keys(metadata).sort()).toEqual([
      `approved.${ENVIRONMENT}`,
      `approved.${ENVIRONMENT}.comment`,
      `validated.${ENVIRONMENT}`,
      `validated.${ENVIRONMENT}.asked`,
    ]);
    expect(metadata[`validated.${ENVIRONMENT}`]).toContain(`endpoint=churn-${model} config=churn-${model}-dev-churn-v`);
  }
  expect([...emulator.endpoints.all.keys()].sort()).toEqual(['churn-involuntary', 'churn-voluntary']);
});

it('a model with nothing to promote is not taken for the other, at any step', async () => {
  const emulator = await emulated();
  emulator.register({ group: GROUPS.voluntary });
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUPS.involuntary });
  const run = pipeline(emulator);
  const group = (model: Model) => ({ model_package_group_name: GROUPS[model] });
  const endpoint = (model: Model) => ({ endpoint_name: `churn-${model}` });
  const path = { promotion_path: `${ENVIRONMENT}, uat/churn`, source: 'registry', on_missing: 'continue' };
  await both((model) => run(checking, model, { ...group(model), ...endpoint(model), ...path }));

  // Nobody has approved the one, and the other's "nothing" says nothing of it.
  expect((await run(approving, 'involuntary', group('involuntary'))).exit).toBe(0);
  const early = await run(creatingEndpoint, 'voluntary', { ...group('voluntary'), ...endpoint('voluntary') });
  expect(early.exit, early.log).toBe(64);

  await both((model) => run(approving, model, group(model)));
  await both((model) => run(creatingEndpoint, model, { ...group(model), ...endpoint(model) }));
  await both((model) => run(validating, model, endpoint(model)));
  expect([...emulator.endpoints.all.keys()]).toEqual(['churn-voluntary']);
});

it('a job that does not tell which of two models it means touches neither', async () => {
  const emulator = await emulated();
  for (const model of MODELS) emulator.register({ group: GROUPS[model] });
  const run = pipeline(emulator);
  const own = { promotion_path: ENVIRONMENT, source: 'registry', endpoint_name: '' };
  await both((model) => run(checking, model, { ...own, model_package_group_name: GROUPS[model] }));

  const job = await run(approving, 'voluntary', {});
  expect(job).toMatchObject({ exit: 64, calls: [] });
  expect(job.log).toContain(
    'This pipeline has 2 check-model jobs for the environment dev/churn ("VoluntaryChurn", "InvoluntaryChurn"), and model_package_group_name does not say which one to use.',
  );
});
