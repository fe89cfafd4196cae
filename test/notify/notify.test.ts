import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Emulator } from '../../emulator/emulator.ts';
import { EVENTS } from '../../src/notify/events.ts';
import { Messages } from '../../src/program/messages.ts';
import { gitlab } from '../components/gitlab-host.ts';
import { type FinishedJob, type JobOptions, startJob } from '../components/job.ts';
import { jobOf, type Stage, setStage, startAndKill } from '../interruption/killing.ts';
import {
  approving,
  checking,
  rejecting,
  rolledBack,
  type Scene,
  scenes,
  updatingEndpoint,
  validating,
} from '../interruption/scenes.ts';
import { UAT_JOB } from '../preview/known.ts';
import { under } from './project.ts';
import { webhook } from './receiver.ts';

const SLACK = { channel: 'slack', address: 'SLACK_WEBHOOK', host: 'localhost' };
const EVERYTHING = { ...SLACK, notify_failures: true };

const slackMessage = z.object({
  text: z.string(),
  blocks: z.array(
    z.object({
      fields: z.optional(z.array(z.object({ text: z.string() }))),
      text: z.optional(z.object({ text: z.string() })),
    }),
  ),
});

/** What Slack shows of a body: the title, and each fact and link. */
function shownIn(body: string): { title: string; facts: string[]; links: string } {
  const { text, blocks } = slackMessage.parse(JSON.parse(body));
  const facts = blocks.flatMap(({ fields = [] }) => fields.map((field) => field.text));
  return { title: text, facts, links: blocks.at(-1)?.text?.text ?? '' };
}

/** Runs a job with further variables. */
function startWith(env: Record<string, string>, stage: Stage, more: Partial<JobOptions> = {}): Promise<FinishedJob> {
  const options = jobOf(stage, more);
  return startJob(stage.scene.component, { ...options, env: { ...options.env, ...env } });
}

/** Runs the job of a scene with a Slack on this machine, and returns what arrived there. */
async function toldBy(scene: Scene, channels: readonly object[], more: Partial<JobOptions> = {}) {
  const slack = await webhook();
  const stage = await setStage(under(channels, scene));
  const job = await startWith({ SLACK_WEBHOOK: slack.address }, stage, more);
  expect(job.log).not.toContain('a-secret');
  return { job, stage, messages: slack.received.map(({ body }) => shownIn(body)) };
}

const sceneOf = (about: string) => {
  const found = scenes.find((each) => each.about.startsWith(about));
  if (!found) throw new Error(`There is no scene "${about}"`);
  return found;
};

describe('people are told once', () => {
  it.each<[event: keyof typeof EVENTS, scene: Scene, title: RegExp, facts: readonly string[]]>([
    [
      'approval_wanted',
      checking,
      /^ResalePriceModelGroup version \d for uat waits for approval$/,
      ['live: ', 'rmse: '],
    ],
    ['approved', approving, /^ResalePriceModelGroup version 1 was approved for dev by jane$/, ['comment: Looks good.']],
    ['rejected', rejecting, /^ResalePriceModelGroup version 1 was rejected for dev by jane$/, ['comment: Looks good.']],
    [
      'deployed',
      updatingEndpoint,
      /^ResalePriceModelGroup version 2 is live in dev on resale-price-dev$/,
      ['serving: ', 'approved by: jane'],
    ],
    [
      'rolled_back',
      rolledBack,
      /^SageMaker rolled resale-price-dev back from ResalePriceModelGroup version 2 in dev$/,
      ['serves again: resale-price-dev-v1', 'alarm: The alarm '],
    ],
    [
      'rolled_back',
      sceneOf('rollback-endpoint'),
      /^jane rolled resale-price-dev back to ResalePriceModelGroup version \d in dev$/,
      ['package: '],
    ],
    ['validated', validating, /^ResalePriceModelGroup version 1 was validated in dev on resale-price-dev$/, []],
    ['evidence', sceneOf('evaluate-model'), /^ResalePriceModelGroup version 1 in dev: quality is good$/, ['rows: ']],
  ])('%s', async (event, scene, title, facts) => {
    const { job, messages } = await toldBy(scene, [SLACK]);
    expect(messages, job.log).toHaveLength(1);
    expect(messages[0]?.title).toMatch(title);
    for (const fact of facts) expect(messages[0]?.facts.join('\n')).toContain(fact);
    expect(messages[0]?.links).toMatch(/-\/jobs\/1\|The job>\n<http.*-\/pipelines\/101\|The pipeline>$/);
    expect(job.log).toContain(`Told by slack (SLACK_WEBHOOK): ${event}.`);
    expect(EVENTS[event].by).toContain(scene.component.name);
  });

  it('of what waits, with the page of the job that approves it, where GitLab tells it', async () => {
    const { clock } = (await setStage(under([SLACK], checking))).emulator;
    const job = { name: 'approve-model', environment: 'uat/approval', sha: 'a'.repeat(40) };
    onTestFinished(() => gitlab.deployments.clear());
    gitlab.deployments.create({ ...job, id: 8, pipeline: 101 }, clock.now());
    gitlab.deployments.create({ ...job, id: 9, pipeline: 102 }, clock.now());
    const [told] = (await toldBy(checking, [SLACK])).messages;
    expect(told?.links).toMatch(/approve\.html\|What you approve>\n<http.*-\/jobs\/8\|The job that approves it>\n/);
    gitlab.trouble('sign-in page', { to: /\/(jobs|deployments)\b/ });
    onTestFinished(() => gitlab.trouble('sign-in page', { times: 0 }));
    const [untold] = (await toldBy(checking, [SLACK])).messages;
    expect(untold?.links).toMatch(/approve\.html\|What you approve>\n<http.*-\/jobs\/1\|The job>\n/);
  });

  it('by a policy that GitLab is asked for once, although its rules are held, too', async () => {
    const before = gitlab.asked.length;
    await toldBy(approving, [SLACK]);
    const policies = gitlab.asked.slice(before).filter((path) => path.includes('/files/policy.yml/raw'));
    expect(policies).toHaveLength(1);
  });

  it('an emergency is an event of its own, with its reason, and every channel is told of it', async () => {
    const inEmergency = { ...approving, inputs: { ...approving.inputs, emergency: 'The endpoint answers nonsense' } };
    const slack = await webhook();
    const channels = [{ ...SLACK, events: ['approval_wanted'] }];
    const stage = await setStage(under(channels, inEmergency, { never: ['trained'], emergency: ['never'] }));
    const job = await startWith({ SLACK_WEBHOOK: slack.address }, stage);
    expect(
      slack.received.map(({ body }) => shownIn(body)),
      job.log,
    ).toMatchObject([
      {
        title: 'ResalePriceModelGroup version 1 was approved in an emergency for dev by jane',
        facts: expect.arrayContaining(['comment: Emergency: The endpoint answers nonsense / Looks good.']),
      },
    ]);
  });

  it('what was written already is not told again', async () => {
    const { stage, messages } = await toldBy(approving, [SLACK]);
    const again = await webhook();
    const job = await startWith({ SLACK_WEBHOOK: again.address }, stage, { job: '2' });
    expect([job.exit, messages.length, again.received.length], job.log).toEqual([0, 1, 0]);
  });

  it('a job that was killed between its entry and its message tells nothing when it runs again', async () => {
    const slack = await webhook();
    const stage = await setStage(under([SLACK], approving));
    const env = { ...jobOf(stage).env, SLACK_WEBHOOK: slack.address };
    expect(await startAndKill(stage, { call: 'UpdateModelPackage', answered: false }, { env })).toBe('dead');
    const job = await startWith({ SLACK_WEBHOOK: slack.address }, stage, { job: '2' });
    expect([job.exit, slack.received.length], job.log).toEqual([0, 0]);
    expect(job.log).toContain('Nothing was written.');
  });

  it('a channel is told only the events that it lists', async () => {
    const { job, messages } = await toldBy(approving, [{ ...SLACK, events: ['deployed', 'rejected'] }]);
    expect([job.exit, messages.length]).toEqual([0, 0]);
    expect(job.log).not.toMatch(/told/i);
  });
});

describe('a job that fails', () => {
  const alone = { manual: false };

  it('is told only where a channel asks for it, with its code and nothing that its log says', async () => {
    const { job, messages } = await toldBy(approving, [EVERYTHING], alone);
    expect(job.exit).toBe(1);
    expect(messages).toEqual([
      {
        title: 'approve-model failed in dev: SMC-3101',
        facts: expect.arrayContaining(['job: approve-model', 'code: SMC-3101']),
        links: expect.stringContaining('The job'),
      },
    ]);
    expect((await toldBy(approving, [SLACK], alone)).messages).toEqual([]);
  });

  it('tells nothing where GitLab retries it', async () => {
    const slack = await webhook();
    const stage = await setStage(under([EVERYTHING], approving, { approvals: 2 }));
    gitlab.trouble('bad gateway', { to: /\/(jobs|deployments)\b/ });
    onTestFinished(() => gitlab.trouble('bad gateway', { times: 0 }));
    const job = await startWith({ SLACK_WEBHOOK: slack.address }, stage);
    expect([job.exit, slack.received.length], job.log).toEqual([75, 0]);
  });

  it('tells nothing where nothing was to be promoted', async () => {
    const nothing = {
      ...checking,
      set(emulator: Emulator) {
        emulator.register();
        return {};
      },
    };
    const { job, messages } = await toldBy(nothing, [EVERYTHING]);
    expect([job.exit, messages.length], job.log).toEqual([80, 0]);
  });
});

it('a link that GitLab does not tell is waited for ten seconds in all', async () => {
  const { timeout } = AbortSignal;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => timeout.call(AbortSignal, milliseconds / 100));
  onTestFinished(() => void vi.restoreAllMocks());
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const channel = { ...SLACK, channel: 'slack', notify_failures: false } as const;
  const channels = async () => [channel];
  const clock = { now: () => new Date(), elapsed: () => 0, sleep: async () => undefined, random: () => 0.5 };
  const messages = new Messages({ component: 'check-model', job: UAT_JOB, env: {}, clock, log, channels });
  messages.tell({
    event: 'approval_wanted',
    title: 'It waits',
    facts: [],
    askedLink: () => new Promise(() => undefined),
  });
  await messages.ended();
  expect(lines).toEqual(['Warning: nobody was told: approval_wanted: no answer within 10 s']);
});

describe('a receiver', () => {
  it('that refuses costs a warning, and the verdict stays', async () => {
    const slack = await webhook({ answer: 404 });
    const job = await startWith({ SLACK_WEBHOOK: slack.address }, await setStage(under([SLACK], approving)));
    expect(job.exit).toBe(0);
    expect(job.log).toContain(
      'Warning: not told by slack (SLACK_WEBHOOK): approved: the receiver answered with HTTP 404.',
    );
    expect(job.log).toMatch(/Approved for dev by jane: ResalePriceModelGroup version 1\.$/);
  });

  it('that never answers is not waited for by a job that is cancelled', async () => {
    const slack = await webhook({ answer: 'never' });
    const stage = await setStage(under([SLACK], approving));
    const stopped = vi.waitUntil(() => slack.received.length > 0, { timeout: 5_000 }).then(() => undefined);
    const began = performance.now();
    const job = await startWith({ SLACK_WEBHOOK: slack.address }, stage, { stopped });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toMatch(/Approved for dev by jane: ResalePriceModelGroup version 1\.$/);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('that never answers is waited for ten seconds in all, beside the work of the job', async () => {
    const waited: number[] = [];
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      waited.push(milliseconds);
      return timeout.call(AbortSignal, milliseconds === 10_000 ? 200 : milliseconds);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const slack = await webhook({ answer: 'never' });
    const channels = [SLACK, { ...SLACK, address: 'OTHER' }];
    const env = { SLACK_WEBHOOK: slack.address, OTHER: slack.address };
    const began = performance.now();
    const job = await startWith(env, await setStage(under(channels, approving)));
    expect(job.exit).toBe(0);
    expect(job.log.match(/Warning: not told by slack \(\w+\): approved: no answer within 10 s\./g)).toHaveLength(2);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(waited.filter((each) => each === 10_000)).toHaveLength(1);
  });
});
