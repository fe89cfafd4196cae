import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { virtualClock } from '../../emulator/clock.ts';
import { Emulator } from '../../emulator/emulator.ts';
import type { GitLabUser } from '../../emulator/gitlab/deployments.ts';
import type { GitLab } from '../../emulator/gitlab.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import type { Component } from '../../src/program/component.ts';
import { builtValue, contentIn, enter, timeIn, validationValue, verdictValue } from '../components/handover.ts';
import { COMMIT, type FinishedJob, startJob } from '../components/job.ts';
import { type Caller, callingFrom } from './nearby.ts';
import {
  type ApprovalRun,
  type GivenRun,
  PASSABLE,
  PEOPLE,
  POLICIES,
  type PolicyPipeline,
  textOf,
} from './policies-known.ts';
import { PolicyAuditor } from './policy-auditor.ts';
import { ROOM } from './project.ts';

const some = fc.nat({ max: 5 });
const person = fc.nat({ max: PEOPLE.length - 1 });

/** What may happen around the approvals of uat. Numbers choose among what there is. */
const steps = {
  push: fc.record({
    does: fc.constant('push' as const),
    policy: fc.nat({ max: POLICIES.length - 1 }),
    again: fc.boolean(),
  }),
  check: fc.record({ does: fc.constant('check again' as const), pipeline: some }),
  voice: fc.record({
    does: fc.constant('speak in GitLab' as const),
    pipeline: some,
    person,
    against: fc.nat({ max: 9 }).map((one) => one === 9),
  }),
  approve: fc.record({
    does: fc.constant('approve' as const),
    pipeline: some,
    person,
    emergency: fc.nat({ max: 3 }).map((one) => one === 3),
    silent: fc.nat({ max: 9 }).map((one) => one === 9),
  }),
  deploy: fc.record({ does: fc.constant('deploy' as const), pipeline: some }),
  reject: fc.record({ does: fc.constant('reject' as const), pipeline: some }),
  elapse: fc.record({ does: fc.constant('elapse' as const), hours: fc.constantFrom(1, 3, 11, 25) }),
};

type PolicyStep = ReturnType<(typeof steps)[keyof typeof steps]['generate']>['value'];

/** Most pipelines are approved and deployed soon after they were shown: else nothing would come about. */
const passage: fc.Arbitrary<PolicyStep[]> = fc
  .tuple(
    steps.push,
    fc.array(steps.voice, { maxLength: 4 }),
    fc.array(steps.approve, { minLength: 1, maxLength: 3 }),
    fc.option(steps.elapse, { nil: undefined, freq: 2 }),
  )
  .map(([push, voices, approvals, late]) => [
    push,
    ...voices.map((each) => ({ ...each, pipeline: 0 })),
    ...approvals.map((each) => ({ ...each, pipeline: 0 })),
    ...(late ? [late] : []),
    { does: 'deploy', pipeline: 0 },
  ]);

/** An emergency, and a pipeline beside it that was shown before it was a day old. */
const crisis: fc.Arbitrary<PolicyStep[]> = fc
  .tuple(steps.approve, passage, steps.approve, fc.constantFrom(3, 11, 25))
  .map(([first, [beside, ...later], second, hours]) => [
    { does: 'push', policy: PASSABLE, again: false },
    { ...first, pipeline: 0, emergency: true, silent: false },
    ...(beside ? [{ ...beside, again: false }] : []),
    { does: 'elapse', hours },
    ...later,
    { ...second, pipeline: 1 },
    { does: 'deploy', pipeline: 1 },
  ]);

const alone: readonly fc.Arbitrary<PolicyStep>[] = [
  steps.check,
  steps.voice,
  steps.approve,
  steps.deploy,
  steps.reject,
  steps.elapse,
];

export const policyHistory: fc.Arbitrary<PolicyStep[]> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: passage },
      { weight: 2, arbitrary: crisis },
      ...alone.map((each) => each.map((step) => [step])),
    ),
    { minLength: 2, maxLength: 4, size: 'max' },
  )
  .map((all) => all.flat());

interface Surroundings {
  readonly gitlab: GitLab;
  readonly tally: Map<string, number>;
}

/** Lives through a history; throws when something came true that no policy permits. Counts what came about. */
export async function liveUnderPolicies(
  history: readonly PolicyStep[],
  { gitlab, tally }: Surroundings,
): Promise<void> {
  const life = new PolicyLife(gitlab, (what) => tally.set(what, (tally.get(what) ?? 0) + 1));
  try {
    for (const step of history) await life.go(step);
  } finally {
    life.end();
  }
}

const SOMEBODY: GitLabUser = { id: 50, username: 'maker' };

/** A job, of which pipeline, and who started it. */
interface Started {
  readonly component: Component;
  readonly job: number;
  readonly pipeline: PolicyPipeline;
  readonly by?: GitLabUser;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Each pipeline has a folder of its own, for its artifacts and for the policy of its commit. */
class PolicyLife {
  readonly #emulator = new Emulator(virtualClock());
  readonly #gitlab: GitLab;
  readonly #count: (what: string) => void;
  readonly #pipelines: PolicyPipeline[] = [];
  readonly #auditor = new PolicyAuditor(this.#emulator);
  #job = 1000;

  constructor(gitlab: GitLab, count: (what: string) => void) {
    [this.#gitlab, this.#count] = [gitlab, count];
    gitlab.deployments.clear();
    this.#emulator.trust(gitlab.url);
    this.#emulator.endpoints.pace.describes = 1;
  }

  end(): void {
    for (const { root } of this.#pipelines) rmSync(root, { recursive: true, force: true });
  }

  async go(step: PolicyStep): Promise<void> {
    this.#emulator.clock.advance(61_000);
    if (step.does === 'elapse') this.#emulator.clock.advance(step.hours * 3_600_000);
    if (step.does === 'push') return this.#push(step);
    const pipeline = 'pipeline' in step ? this.#pipelines.at(-1 - step.pipeline) : undefined;
    if (pipeline === undefined) return;
    if (step.does === 'check again') await this.#check(pipeline);
    if (step.does === 'speak in GitLab') this.#speak(pipeline, step);
    if (step.does === 'approve') await this.#approve(pipeline, step);
    if (step.does === 'deploy') await this.#deploy(pipeline);
    if (step.does === 'reject') await this.#reject(pipeline);
  }

  /** A pipeline with a new version of dev, which somebody trained; or with whatever there is already. */
  async #push({ policy: which, again }: Extract<PolicyStep, { does: 'push' }>): Promise<void> {
    const policy = POLICIES[which] ?? {};
    const id = 101 + this.#pipelines.length;
    if (!again || this.#pipelines.length === 0) this.#train(id);
    const root = mkdtempSync(join(ROOM, 'policies-'));
    writeFileSync(join(root, 'policy.yml'), textOf(policy));
    const pipeline: PolicyPipeline = { id, policy, root, approvals: [], shown: undefined };
    this.#pipelines.push(pipeline);
    await this.#check(pipeline);
  }

  #train(pipeline: number): void {
    const emulator = this.#emulator;
    const arn = emulator.register({ status: 'Approved' });
    const [content, at, trainer] = [contentIn(emulator, arn), timeIn(emulator), PEOPLE[pipeline % 3]?.id ?? 0];
    enter(emulator, arn, {
      built: builtValue({ at, user_id: String(trainer) }),
      'approved.dev': verdictValue(content, { at }),
      'validated.dev': validationValue(content, { at }),
    });
    this.#auditor.trained.set(arn, trainer);
  }

  async #check(pipeline: PolicyPipeline): Promise<void> {
    const job = this.#create('check-model', pipeline);
    const { exit, record } = await this.#run({ component: checkModel, job, pipeline });
    this.#count(`check-model: ${exit}`);
    const now = this.#emulator.clock.now();
    this.#gitlab.deployments.report(job, exit === 0 ? 'success' : 'failed', now);
    if (exit === 0) pipeline.shown = { arn: String(record?.package), at: now };
    if (pipeline.approvals.length === 0) this.#nextApproval(pipeline);
  }

  #create(name: string, { id: pipeline }: PolicyPipeline, environment?: string): number {
    const id = ++this.#job;
    const job = { id, name, pipeline, sha: COMMIT, ...(environment !== undefined && { environment }) };
    this.#gitlab.deployments.create(job, this.#emulator.clock.now());
    return id;
  }

  /** GitLab makes the manual job with the pipeline, and another one each time that it is run again. */
  #nextApproval(pipeline: PolicyPipeline): ApprovalRun {
    const run: ApprovalRun = {
      job: this.#create('approve-model', pipeline, 'uat/approval'),
      voices: [],
      started: undefined,
      ended: undefined,
    };
    pipeline.approvals.push(run);
    return run;
  }

  #waitingApproval(pipeline: PolicyPipeline): ApprovalRun {
    const last = pipeline.approvals.at(-1);
    return last && last.started === undefined ? last : this.#nextApproval(pipeline);
  }

  #speak(pipeline: PolicyPipeline, { person, against }: Extract<PolicyStep, { does: 'speak in GitLab' }>): void {
    const run = this.#waitingApproval(pipeline);
    const user = PEOPLE[person];
    if (user === undefined || run.voices.some((voice) => voice.person.id === user.id)) return;
    const at = this.#emulator.clock.now();
    this.#gitlab.deployments.approve(run.job, user, at, { status: against ? 'rejected' : 'approved' });
    run.voices.push({ person: user, at, against });
  }

  async #approve(
    pipeline: PolicyPipeline,
    { person, emergency, silent }: Extract<PolicyStep, { does: 'approve' }>,
  ): Promise<void> {
    const by = PEOPLE[person];
    if (pipeline.shown === undefined || by === undefined) return;
    const run = this.#waitingApproval(pipeline);
    const { clock } = this.#emulator;
    run.started = { person: by, at: clock.now() };
    this.#gitlab.deployments.report(run.job, 'running', clock.now(), by, 0);
    if (silent) this.#gitlab.trouble('bad gateway', { to: /deployments|jobs/ });
    const given: GivenRun = { pipeline, run, by, emergency, silent, before: this.#auditor.entryOf(pipeline.shown.arn) };
    const inputs = { comment: 'RMSE fell', emergency: emergency ? 'Wrong prices' : '' };
    const ended = await this.#run({ component: approveModel, job: run.job, pipeline, by, inputs });
    this.#gitlab.trouble('bad gateway', { times: 0 });
    run.ended = ended.exit === 0 ? 'success' : 'failed';
    this.#gitlab.deployments.report(run.job, run.ended, clock.now());
    this.#count(`approve-model: ${ended.exit}${emergency ? ' in an emergency' : ''}`);
    if (this.#auditor.approved(given, ended)) this.#count(`approved under ${JSON.stringify(pipeline.policy)}`);
  }

  async #deploy(pipeline: PolicyPipeline): Promise<void> {
    if (pipeline.approvals.at(-1)?.ended !== 'success') return;
    const began = this.#emulator.clock.now();
    const ended = await this.#run({ component: deployModel, job: ++this.#job, pipeline });
    this.#count(`deploy-model: ${ended.exit}`);
    this.#auditor.deployed(pipeline, began, ended);
  }

  async #reject(pipeline: PolicyPipeline): Promise<void> {
    if (pipeline.shown === undefined) return;
    const { exit } = await this.#run({ component: rejectModel, job: ++this.#job, pipeline });
    if (exit === 0) this.#auditor.rejected.add(pipeline.shown.arn);
  }

  /** No call of AWS fails here: what a policy permits is asked of its answers. */
  async #run({ component, job, pipeline, by = SOMEBODY, inputs = {} }: Started): Promise<FinishedJob> {
    const emulator = this.#emulator;
    const nothing = async () => undefined;
    const caller: Caller = { emulator, before: nothing, done: () => undefined, answered: nothing };
    const clock = {
      now: () => emulator.clock.now(),
      sleep: async (milliseconds: number) => emulator.clock.advance(milliseconds),
      random: () => 0.5,
    };
    this.#gitlab.commit(COMMIT, { 'policy.yml': textOf(pipeline.policy) });
    const ended = await callingFrom(caller, () =>
      startJob(component, {
        ...{ emulator, clock, root: pipeline.root, environment: 'uat', pipeline: `${pipeline.id}`, job: `${job}` },
        user: by.username,
        claims: { iss: this.#gitlab.url, user_id: `${by.id}` },
        env: { CI_JOB_TOKEN: this.#gitlab.jobToken, GIT_STRATEGY: 'empty' },
        inputs: { policy_file: 'policy.yml', require_evidence: '', poll_interval: '60', ...inputs },
      }),
    );
    this.#auditor.sane(component.name, ended);
    const [, code] = /ERROR (SMC-\d+)/.exec(ended.log) ?? [];
    if (code !== undefined) this.#count(`${component.name}: ${code}`);
    return ended;
  }
}
