import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishCatalog } from '../../compiler/catalog.ts';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import { createProject, type Project } from '../../compiler/project.ts';
import { machineClock } from '../../emulator/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { builtPrograms } from '../built.ts';
import { filesOf, GROUPS, MODELS, type Model } from './models.ts';

const BRANCHES = ['dev', 'uat'] as const;
const APPROVERS: Readonly<Record<Model, string>> = { resale: 'lim.wei.jie', churn: 'nurul.aisyah' };
const config = readFileSync(new URL('.gitlab-ci.yml', import.meta.url), 'utf8');

/** A model's roles may do everything to what is called like the model, and nothing else. */
function addRoles(emulator: Emulator, model: Model): void {
  const named = [model, GROUPS[model].replace('Models', '')].map((name) => `arn:*/${name}*`);
  const Resource = [...named, `arn:aws:s3:::${model}-models/*`];
  for (const branch of BRANCHES) {
    const arn = `arn:aws:iam::${emulator.account}:role/${model}-${branch}`;
    const subject = `project_path:wog/mlops/resale-price:ref_type:branch:ref:${branch}`;
    const everything = { Effect: 'Allow' as const, Action: '*', Resource };
    // What lists names no resource.
    const lists = { Effect: 'Allow' as const, Action: ['sagemaker:List*'], Resource: '*' };
    const policies = [{ Statement: [everything, lists] }];
    emulator.roles.set(arn, { arn, audience: 'https://sgts.gitlab-dedicated.com', subject, policies });
  }
}

describe('two models of one project', () => {
  let root: string;
  let emulator: Emulator;
  let project: Project;
  const pipelines: Pipeline[] = [];
  const jobs = new Map<string, Job>();

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'two-models-'));
    emulator = await startEmulator({ clock: machineClock() });
    Object.assign(emulator.executions.pace, { describes: 1, milliseconds: 20 });
    Object.assign(emulator.endpoints.pace, { describes: 1, milliseconds: 20 });
    emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: GROUPS.resale });
    // The versions of the two are not the same, so that one could not pass for the other.
    emulator.register({ group: GROUPS.churn, status: 'Rejected' });
    for (const model of MODELS) addRoles(emulator, model);
    const files = { '.gitlab-ci.yml': config, ...filesOf('resale'), ...filesOf('churn') };
    project = await createProject(files, {
      emulator,
      catalog: publishCatalog(root, '1.0.0'),
      programs: await builtPrograms(),
      hurry: true,
      variables: { AWS_REGION: emulator.region, AWS_ACCOUNT_ID: emulator.account },
      protectedEnvironments: MODELS.map((model) => `uat/${model}/approval`),
    });
    for (const branch of BRANCHES) await promote(branch);
  }, 120_000);
  afterAll(async () => {
    await project?.close();
    await emulator?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function promote(branch: (typeof BRANCHES)[number]): Promise<void> {
    const pipeline = project.push(branch);
    pipelines.push(pipeline);
    const ran = [
      ...(await pipeline.run()),
      ...(await pipeline.press('churn-approve', APPROVERS.churn)),
      ...(await pipeline.press('resale-approve', APPROVERS.resale)),
    ];
    for (const job of ran) jobs.set(`${branch} ${job.name}`, job);
  }

  const each = BRANCHES.flatMap((branch) => MODELS.map((model) => ({ branch, model })));

  it.each(each)('$model goes its whole way on $branch, by jobs of its own', ({ branch, model }) => {
    const steps = ['train', 'check', 'approve', 'deploy', 'validate'].slice(branch === 'dev' ? 0 : 1);
    const ran = steps.map((step) => jobs.get(`${branch} ${model}-${step}`));
    expect(
      ran.map((job) => job?.exit),
      ran.map((job) => job?.log).join('\n'),
    ).toEqual(steps.map(() => 0));
    for (const job of ran.slice(-4))
      expect(job?.record).toMatchObject({ environment: `${branch}/${model}`, group: GROUPS[model] });
  });

  it.each(each)(
    '$model serves on its own endpoint of $branch, from its own config and version',
    ({ branch, model }) => {
      const endpoint = emulator.endpoint(`${model}-${branch}`);
      const name = endpoint?.config.request.ProductionVariants[0]?.ModelName;
      const served = emulator.models.models.get(String(name))?.request.PrimaryContainer?.ModelPackageName;
      expect(endpoint?.status).toBe('InService');
      expect(endpoint?.config.name).toMatch(new RegExp(`^${model}-${branch}-`));
      expect(served).toBe(versionOf(model));
    },
  );

  const versionOf = (model: Model) =>
    `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${GROUPS[model]}/${model === 'churn' ? 2 : 1}`;

  it.each(MODELS)('%s has in the registry the audit trail of its own environments and approver', (model) => {
    const { metadata = {}, approval } = emulator.package(versionOf(model)) ?? {};
    const entries = BRANCHES.flatMap((branch) => [
      `approved.${branch}/${model}`,
      `validated.${branch}/${model}`,
      `validated.${branch}/${model}.asked`,
    ]);
    expect(approval).toBe('Approved');
    expect(Object.keys(metadata).sort()).toEqual(['built', 'rmse', 'rmse_max', ...entries].sort());
    for (const [index, branch] of BRANCHES.entries()) {
      const pipeline = pipelines[index]?.id;
      expect(metadata[`approved.${branch}/${model}`]).toMatch(
        new RegExp(`^by=${APPROVERS[model]} user_id=\\d+ pipeline=${pipeline} `),
      );
      expect(metadata[`validated.${branch}/${model}`]).toContain(
        `endpoint=${model}-${branch} config=${model}-${branch}-`,
      );
    }
  });

  it('makes four endpoints and no fifth, and leaves the version alone that nobody promoted', () => {
    expect([...emulator.endpoints.all.keys()].sort()).toEqual(['churn-dev', 'churn-uat', 'resale-dev', 'resale-uat']);
    const rejected = emulator.package(versionOf('churn').replace(/2$/, '1'));
    expect(rejected).toMatchObject({ approval: 'Rejected', metadata: {} });
  });

  it.each([
    ['resale', /churn/i],
    ['churn', /resale/i],
  ] as const)('%s asks AWS for nothing of the other', (model, other) => {
    const calls = emulator.calls.filter(({ principal }) => principal.includes(`:assumed-role/${model}-`));
    expect(calls.length).toBeGreaterThan(30);
    const crossing = calls.filter(({ input }) =>
      other.test(JSON.stringify(input).replaceAll('wog/mlops/resale-price', '')),
    );
    expect(crossing.map(({ operation, input }) => ({ operation, input }))).toEqual([]);
    expect(calls.filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
  });
});
