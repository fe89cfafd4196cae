import { settled } from '../../asking/settled.ts';
import { passingTrouble } from '../../aws/trouble.ts';
import {
  checksOf,
  type Expectations,
  type InvocationResponse,
  type JudgedResponse,
  judgeResponse,
  opening,
} from '../../endpoints/invocation.ts';
import type { LaterInvocation } from '../../endpoints/later-invocation.ts';
import { PatternMatcher } from '../../endpoints/pattern-matcher.ts';
import type { Deadline } from '../../ground/clock.ts';
import { Failure } from '../../ground/failure.ts';
import { waitFor } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';
import { Availability } from './availability.ts';

/** What the model is asked, how often, and until when. */
export interface RequestPlan {
  /** The inputs of validate-endpoint that say what is asked and what is expected. */
  readonly given: {
    readonly content_type: string;
    readonly accept: string | undefined;
    readonly custom_attributes: string | undefined;
    readonly expect: RegExp | undefined;
    readonly requests: number;
    readonly max_latency_ms: number | undefined;
    readonly poll_interval: number;
  };
  readonly endpoint: string;
  readonly deadline: Deadline;
}

/** A new request with each call, which is looked at until it is answered. */
export type NewRequest = () => () => Promise<LaterInvocation>;

/** Milliseconds that the pattern may take for one answer. */
const LONGEST_MATCH = 10_000;

/** How many requests a model answered, and how fast. */
interface Pace {
  readonly requests: number;
  readonly median_ms: number;
  readonly slowest_ms: number;
}

/**
 * Sends the requests and checks the answers, with a test case for each expectation. Throws a Failure of kind "refused"
 * when one is not met. However it ends, the answers so far are kept.
 */
export async function sendRequests(plan: RequestPlan, newRequest: NewRequest, context: Context): Promise<Pace> {
  const { accept, expect, max_latency_ms } = plan.given;
  const expectations: Expectations = { accept, expect, max_latency_ms };
  const answers: JudgedResponse[] = [];
  try {
    await askAll(plan, { newRequest, expectations, answers }, context);
  } finally {
    if (answers.length > 0) {
      context.report.file('answers.json', `${JSON.stringify(answers.map(keptOf), null, 2)}\n`);
      context.log.line(summary(answers));
    }
  }
  refuseUnlessExpected(answers, expectations, context);
  return paceOf(answers);
}

interface AskingFor {
  readonly newRequest: NewRequest;
  readonly expectations: Expectations;
  /** Receives each answer when it is judged. */
  readonly answers: JudgedResponse[];
}

async function askAll(
  plan: RequestPlan,
  { newRequest, expectations, answers }: AskingFor,
  context: Context,
): Promise<void> {
  const { clock, log } = context;
  const asking = { ...context, newRequest, availability: new Availability(plan, context) };
  const matcher = new PatternMatcher();
  try {
    for (let number = 1; number <= plan.given.requests; number++) {
      const answer = await ask(number, plan, asking);
      if (number === 1) log.section('The first answer', [opening(answer, 500)], 'open');
      const left = plan.deadline.at.getTime() - clock.now().getTime();
      const matching = { matcher, milliseconds: Math.min(LONGEST_MATCH, left) };
      answers.push(await judgeResponse(answer, expectations, matching));
    }
  } finally {
    await matcher.close();
  }
  asking.availability.report();
}

type Asking = Context & {
  readonly newRequest: NewRequest;
  readonly availability: Availability;
};

/** Sends one request, and looks again while the endpoint is not ready, or has not answered yet. */
async function ask(number: number, { given, deadline }: RequestPlan, context: Asking): Promise<InvocationResponse> {
  const { clock, log, availability, newRequest } = context;
  if (clock.now() >= deadline.at) throw tooSlow(number, given, deadline);
  const look = newRequest();
  const outcome = await waitFor(async () => availability.judge(await look()), {
    clock,
    deadline,
    interval: given.poll_interval,
    tolerate: passingTrouble,
    onChange: (saying, elapsed) => log.line(`Request ${number}: ${saying} (after ${elapsed}).`),
  });
  return settled(outcome, `an answer to request ${number} of ${given.requests}`);
}

function tooSlow(request: number, { requests }: RequestPlan['given'], { because }: Deadline): Failure {
  return new Failure(
    'SMC-5006',
    `No time was left (${because}) for request ${request} of ${requests}: the answers were too slow.`,
    'raise max_wait_time or lower requests, then run this job again.',
  );
}

/** What is kept of an answer: no word of it, because the record of a validation does not expire. */
function keptOf({ wrong, ...answer }: JudgedResponse) {
  return { ...answer, wrong: Object.keys(wrong) };
}

function paceOf(answers: readonly JudgedResponse[]): Pace {
  // A registry entry has whole milliseconds.
  const times = answers.map(({ milliseconds }) => Math.round(milliseconds)).sort((a, b) => a - b);
  const median_ms = times[Math.floor(times.length / 2)] ?? 0;
  return { requests: times.length, median_ms, slowest_ms: times.at(-1) ?? 0 };
}

function summary(answers: readonly JudgedResponse[]): string {
  const { requests, median_ms, slowest_ms } = paceOf(answers);
  const good = answers.filter(({ wrong }) => Object.keys(wrong).length === 0).length;
  return `${good} of ${requests} answers are as expected; the median took ${median_ms} ms, the slowest ${slowest_ms} ms.`;
}

function refuseUnlessExpected(
  answers: readonly JudgedResponse[],
  expectations: Expectations,
  { report }: Context,
): void {
  const seconds = answers.reduce((sum, { milliseconds }) => sum + milliseconds / 1000, 0);
  const checks = checksOf(answers, expectations);
  for (const { name, why } of checks) report.check(name, why, seconds);
  const failed = checks.flatMap(({ name, why }) => (why === undefined ? [] : [`  failed: ${name} (${why})`]));
  if (failed.length === 0) return;
  throw new Failure(
    'SMC-5003',
    `Not validated: the endpoint is live, but its answers are not as expected.\n${failed.join('\n')}`,
    'compare the answers with payload_file, accept, custom_attributes, expect and max_latency_ms. Correct these or the model, then run this job again or start a new pipeline.',
  );
}
