import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';
import type { Branch } from '../../compiler/project.ts';
import type { Call } from '../../emulator/world.ts';
import { APPROVERS, approve, BRANCHES, definitionWith, type ResalePrice, startResalePrice } from './resale-price.ts';

/** One branch's pipeline: what ran and what AWS was asked, up to the gate and after it was pressed. */
interface Passage {
  readonly branch: Branch;
  readonly pipeline: Pipeline;
  readonly toTheGate: readonly Job[];
  readonly afterIt: readonly Job[];
  readonly callsToTheGate: readonly Call[];
  readonly callsAfterIt: readonly Call[];
}

/** The branch that is merged into each. */
const SOURCES = { dev: 'faster', uat: 'dev', main: 'uat' } satisfies Readonly<Record<Branch, string>>;

const WRITES = /^(Create|Update|Delete|Add|Start)/;
const AFTER = ['approve-model', 'deploy-model', 'validate-endpoint'];
/** What uat has beside these: evidence of how good the version is. */
const IN_UAT = ['evaluate-model', 'load-test', 'compare-models'];
/** What each approver types. In the registry, the signs that SageMaker refuses are spaces. */
const COMMENT = `RMSE < 45000; "as asked" $(touch ran) \`touch ran\` $HOME`;
const IN_THE_REGISTRY = 'RMSE 45000 as asked touch ran touch ran HOME';
const PACKAGE = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/ResalePriceModelGroup/1';

async function pass({ project, emulator }: ResalePrice, branch: Branch): Promise<Passage> {
  const pipeline = project.push(branch, branch === 'dev' ? definitionWith('MaxDepth', 7) : {});
  const start = emulator.calls.length;
  const toTheGate = await pipeline.run();
  const gate = emulator.calls.length;
  mustBeGreen(toTheGate);
  const afterIt = await approve(pipeline, branch, { comment: COMMENT });
  mustBeGreen(afterIt);
  return {
    branch,
    pipeline,
    toTheGate,
    afterIt,
    callsToTheGate: emulator.calls.slice(start, gate),
    callsAfterIt: emulator.calls.slice(gate),
  };
}

/** Shows the log of the job that failed, which says more than any comparison. */
function mustBeGreen(jobs: readonly Job[]): void {
  const failed = jobs.find(({ exit }) => exit !== 0);
  if (failed) throw new Error(`${failed.name} ended with exit code ${failed.exit}:\n${failed.log}`);
}

const namesAndExits = (jobs: readonly Job[]) => jobs.map(({ name, exit }) => `${name} ${exit}`);
const operations = (calls: readonly Call[]) => calls.map(({ operation }) => operation);
const jobOf = ({ toTheGate, afterIt }: Passage, name: string) =>
  [...toTheGate, ...afterIt].find((job) => job.name === name);

describe('the example on its single components', () => {
  let stage: ResalePrice;
  const passages: Passage[] = [];
  const plans: { readonly plan: Job; readonly calls: readonly Call[] }[] = [];
  const calls = () => passages.flatMap(({ callsToTheGate, callsAfterIt }) => [...callsToTheGate, ...callsAfterIt]);

  beforeAll(async () => {
    // Its load takes a minute of the clock, and says nothing on a machine that runs other tests.
    stage = await startResalePrice({ edition: 'single', hurry: true, replaced: { 'load-test': 'true' } });
    for (const branch of BRANCHES) {
      const { project, emulator } = stage;
      const start = emulator.calls.length;
      const [plan] = await project.mergeRequest(SOURCES[branch], branch).run();
      if (plan) plans.push({ plan, calls: emulator.calls.slice(start) });
      passages.push(await pass(stage, branch));
    }
  }, 120_000);
  afterAll(async () => stage?.close());

  it('says on each merge request what the merge would do, by a role that only reads, and asks nobody', () => {
    mustBeGreen(plans.map(({ plan }) => plan));
    expect(namesAndExits(plans.map(({ plan }) => plan))).toEqual(BRANCHES.map(() => 'plan-deployment 0'));
    const verdicts = plans.map(({ plan }) => plan.log.trimEnd().split('\n').at(-1));
    expect(verdicts).toEqual([
      expect.stringContaining('A merge into dev trains a version, which does not exist yet.'),
      expect.stringContaining('A merge into uat offers ResalePriceModelGroup version 1 to the approver.'),
      expect.stringContaining('A merge into main offers ResalePriceModelGroup version 1 to the approver.'),
    ]);
    const asked = operations(plans.flatMap(({ calls }) => calls));
    expect(
      asked.filter((operation) => !/^(Describe|List|GetObject|AssumeRoleWithWebIdentity)/.test(operation)),
    ).toEqual([]);
    const principals = plans.flatMap(({ calls }) =>
      calls.filter(({ service }) => service !== 'sts').map(({ principal }) => principal),
    );
    expect(new Set(principals.map((principal) => /resale-price-plan-\w+/.exec(principal)?.[0]))).toEqual(
      new Set(BRANCHES.map((branch) => `resale-price-plan-${branch}`)),
    );
  });

  it('goes green from dev to uat to main', () => {
    expect(passages.map(({ toTheGate, afterIt }) => [namesAndExits(toTheGate), namesAndExits(afterIt)])).toEqual([
      [['deploy-pipeline 0', 'check-model 0'], AFTER.map((name) => `${name} 0`)],
      [['check-model 0'], [...AFTER, ...IN_UAT].map((name) => `${name} 0`)],
      [['check-model 0'], AFTER.map((name) => `${name} 0`)],
    ]);
  });

  it('ends with the same version live everywhere, and its whole audit trail in the registry', () => {
    for (const branch of BRANCHES) expect(stage.emulator.endpoint(`resale-price-${branch}`)?.status).toBe('InService');
    const metadata = stage.emulator.package(PACKAGE)?.metadata ?? {};
    expect(Object.keys(metadata).sort()).toEqual(
      [
        'built',
        'rmse',
        'rmse_max',
        ...BRANCHES.flatMap((branch) => [`approved.${branch}`, `approved.${branch}.comment`]),
        ...BRANCHES.flatMap((branch) => [`validated.${branch}`, `validated.${branch}.asked`]),
        'quality.uat',
        'comparison.uat',
      ].sort(),
    );
    for (const { branch, pipeline } of passages) {
      const approval = metadata[`approved.${branch}`];
      expect(approval).toMatch(new RegExp(`^by=${APPROVERS[branch]} user_id=\\d+ pipeline=${pipeline.id} `));
      expect(approval).not.toContain('open=');
    }
  });

  it('keeps what each approver typed: as it is in log and record, and for the next approver', () => {
    for (const passage of passages) {
      const approval = jobOf(passage, 'approve-model');
      expect(approval?.record).toMatchObject({ comment: COMMENT });
      expect(approval?.log).toContain(`Comment: ${COMMENT}`);
      if (passage.branch === 'dev') continue;
      const shown = jobOf(passage, 'check-model')?.log;
      expect(shown).toMatch(new RegExp(`approved for dev by lim.wei.jie .*: "${IN_THE_REGISTRY}"`));
      expect(shown).toMatch(
        /asked {4}in dev: 1 request with the payload [0-9a-f]{12} \(SHA-256\); it answered in \d+ ms/,
      );
    }
  });

  it('writes nothing but the training before somebody approves', () => {
    const [dev = [], ...later] = passages.map(({ callsToTheGate }) =>
      operations(callsToTheGate).filter((operation) => WRITES.test(operation)),
    );
    expect(dev).toEqual(['CreatePipeline', 'StartPipelineExecution', 'UpdateModelPackage']);
    expect(later).toEqual([[], []]);
  });

  it('decides the approval status once, in the first environment', () => {
    const statuses = calls().flatMap(({ operation, input }) =>
      operation === 'UpdateModelPackage' && JSON.stringify(input).includes('ModelApprovalStatus') ? [input] : [],
    );
    expect(statuses).toEqual([expect.objectContaining({ ModelApprovalStatus: 'Approved', ModelPackageArn: PACKAGE })]);
  });

  it('creates one endpoint in each environment, and deletes and updates none', () => {
    for (const { callsAfterIt } of passages) {
      const writes = operations(callsAfterIt).filter((operation) => /(Endpoint|EndpointConfig|Model)$/.test(operation));
      expect(writes.filter((operation) => WRITES.test(operation))).toEqual([
        'CreateModel',
        'CreateEndpointConfig',
        'CreateEndpoint',
      ]);
    }
  });

  it('makes no call that AWS denies, and none but as the role of a job', () => {
    expect(calls().filter(({ answer }) => /Denied/.test(answer))).toEqual([]);
    const callers = calls().filter(({ operation }) => operation !== 'AssumeRoleWithWebIdentity');
    expect(callers.filter(({ principal }) => !principal.includes(':assumed-role/resale-price-'))).toEqual([]);
  });

  it('shows the approver what is approved, and tells who approved it', () => {
    for (const passage of passages) {
      expect(jobOf(passage, 'check-model')?.log).toContain(
        `ResalePriceModelGroup version 1 can be promoted to ${passage.branch}.`,
      );
      expect(jobOf(passage, 'check-model')?.log).toContain('rmse=41250');
      expect(jobOf(passage, 'approve-model')?.log).toContain(
        `Approved for ${passage.branch} by ${APPROVERS[passage.branch]}: ResalePriceModelGroup version 1.`,
      );
    }
  });

  it('shows no token in any log', () => {
    const logs = passages.flatMap(({ toTheGate, afterIt }) => [...toTheGate, ...afterIt]).map(({ log }) => log);
    expect(logs.filter((log) => /eyJ[\w-]{10}/.test(log))).toEqual([]);
  });

  it('offers to reject, and waits for nobody to do so', () => {
    for (const { pipeline } of passages) expect(pipeline.statusOf('reject-model')).toBe('manual');
  });

  it('writes nothing when jobs that are done are run again', async () => {
    const [{ pipeline } = { pipeline: undefined }] = passages;
    const before = stage.emulator.calls.length;
    const again: Job[] = [];
    for (const name of ['deploy-pipeline', ...AFTER]) {
      again.push(...((await pipeline?.retry(name, name === 'approve-model' ? APPROVERS.dev : undefined)) ?? []));
    }
    expect(namesAndExits(again)).toEqual(['deploy-pipeline', ...AFTER].map((name) => `${name} 0`));
    const asked = operations(stage.emulator.calls.slice(before));
    expect(asked.filter((operation) => WRITES.test(operation))).toEqual([]);
  }, 120_000);

  it('deploys nothing once its version is rejected, and says so to who approves it all the same', async () => {
    const before = stage.emulator.calls.length;
    const pipeline = stage.project.push('dev', definitionWith('MaxDepth', 9));
    await pipeline.run();
    expect(namesAndExits(await pipeline.press('reject-model', 'lim.wei.jie'))).toEqual(['reject-model 0']);
    const [approval, ...after] = await pipeline.press('approve-model', 'nurul.aisyah');
    expect(approval?.exit).toBe(1);
    expect(approval?.log).toContain('Rejected');
    expect(after).toEqual([]);
    expect(pipeline.statusOf('deploy-model')).toBe('skipped');
    expect(operations(stage.emulator.calls.slice(before))).not.toContain('CreateModel');
  }, 120_000);
});

it('a push that changes only documentation has no pipeline on promote', async () => {
  const stage = await startResalePrice({ edition: 'promote', hurry: true });
  expect(stage.project.push('dev', { 'README.md': 'Better words.' }).jobs).toEqual([]);
  expect(stage.project.push('dev', definitionWith('MaxDepth', 7)).jobs).not.toEqual([]);
  await stage.close();
});
