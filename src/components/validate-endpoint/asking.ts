import { passingTrouble } from '../../aws/trouble.ts';
import {
  checksOf,
  type Expectations,
  invoke,
  type JudgedResponse,
  judgeResponse,
  opening,
} from '../../endpoints/invocation.ts';
import type { Deadline } from '../../ground/clock.ts';
import { Failure } from '../../ground/failure.ts';
import { type PollOutcome, waitFor } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';

/** What the model is asked, how often, and until when. */
interface RequestPlan {
  /** The inputs of validate-endpoint that say what is asked and what is expected. */
  readonly given: {
    readonly content_type: string;
    readonly accept: string | undefined;
    readonly expect: RegExp | undefined;
    readonly requests: number;
    readonly max_latency_ms: number | undefined;
    readonly poll_interval: number;
  };
  readonly endpoint: string;
  readonly payload: Uint8Array;
  readonly deadline: Deadline;
}

/** Asks the model so often as the inputs say, and refuses answers that are not as expected: a test case for each expectation. */
export async function sendRequests(
  { given, endpoint, payload, deadline }: RequestPlan,
  context: Context,
): Promise<void> {
  const { aws, clock, log, report } = context;
  const expectations: Expectations = {
    accept: given.accept,
    expect: given.expect,
    max_latency_ms: given.max_latency_ms,
  };
  const question = {
    endpoint,
    payload,
    contentType: given.content_type,
    accept: given.accept,
  };
  const runtime = await aws.runtime();
  const answers: JudgedResponse[] = [];
  for (let request = 1; request <= given.requests; request++) {
    if (clock.now() >= deadline.at) throw tooSlow(request, given, deadline);
    const onChange = (saying: string, elapsed: string) => log.line(`Request ${request}: ${saying} (after ${elapsed}).`);
    const look = () => invoke({ runtime, clock }, question);
    const waited = await waitFor(look, {
      clock,
      deadline,
      interval: given.poll_interval,
      tolerate: passingTrouble,
      onChange,
    });
    const answer = settled(waited, `an answer to request ${request} of ${given.requests}`);
    if (request === 1) log.section('The first answer', [opening(answer, 500)], 'open');
    answers.push(judgeResponse(answer, expectations));
  }
  report.file('answers.json', `${JSON.stringify(answers, null, 2)}\n`);
  log.line(summary(answers));
  refuseUnlessExpected(answers, expectations, context);
}

function tooSlow(request: number, { requests }: RequestPlan['given'], { because }: Deadline): Failure {
  return new Failure(
    'out of time',
    `There was no time left (${because}) for request ${request} of ${requests}: the answers came too slowly.`,
    'raise max_wait_time, or lower requests; then run this job again.',
  );
}

function summary(answers: readonly JudgedResponse[]): string {
  const times = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const good = answers.filter(({ wrong }) => Object.keys(wrong).length === 0).length;
  return `${good} of ${answers.length} answers are as expected; the median took ${times[Math.floor(times.length / 2)]} ms, the slowest ${times.at(-1)} ms.`;
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
    'refused',
    `Not validated: the endpoint is live, but its answers are not as expected.\n${failed.join('\n')}`,
    'compare the answers with payload_file, expect, accept and max_latency_ms; correct these or the model, then run this job again or start a new pipeline.',
  );
}

/** Ends red when time ran out, saying what was still missing. */
export function settled<Answer>(waited: PollOutcome<Answer>, what: string): Answer {
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for ${what} after ${waited.after} (${waited.because}): ${waited.saying}.`,
    'AWS goes on by itself: look at the endpoint (link on this page), then run this job again, which takes up from there; or raise max_wait_time.',
  );
}
