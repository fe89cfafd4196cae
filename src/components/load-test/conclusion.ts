import { Failure } from '../../ground/failure.ts';
import { thousands } from '../../ground/thousands.ts';
import type { Context } from '../../program/context.ts';
import { judgedWords, stageWords } from './show.ts';
import { VALID } from './validity.ts';
import type { ValidVerdict } from './verdict.ts';

/** The Failure for a load test that measured the machine which sent it. No latency of it is told, and nothing is recorded. */
export function refuseInvalid(why: string, { report }: Pick<Context, 'report'>): Failure {
  report.check(VALID, why);
  return new Failure(
    'SMC-5304',
    `This load test is invalid: ${why}. It says nothing about the endpoint, and nothing was recorded.`,
    'run this job again on a runner with a free processor. If it is invalid again, lower rate.',
  );
}

interface Concluded {
  /** The version, as it is shown. */
  readonly version: string;
  readonly endpoint: string;
  readonly allow_inconclusive: boolean;
}

/** How a valid load test ends: the last line of the log. Throws a Failure of kind "refused" when it does not end well. */
export function conclude(verdict: ValidVerdict, { version, endpoint, allow_inconclusive }: Concluded): string {
  const required = verdict.stages.filter((stage) => stage.required);
  const requests = thousands(required.reduce((sum, { samples }) => sum + samples.sent, 0));
  const load = `${required.map(({ samples }) => stageWords(samples.stage)).join(', ')} (${requests} requests)`;
  if (verdict.is === 'good') return `Every limit held: ${version} on ${endpoint} under ${load}.`;
  const lines = required.flatMap(({ samples: { stage, ended }, judged }) => [
    ...(ended === undefined ? [] : [`  ${stageWords(stage)} ended early: ${ended}`]),
    ...judged.filter(({ is }) => is !== 'good').map((each) => `  ${stageWords(stage)}: ${judgedWords(each)}`),
  ]);
  const seen = lines.join('\n');
  if (verdict.is === 'bad')
    throw new Failure(
      'SMC-5305',
      `${version} does not hold the limits on ${endpoint} under ${load}:\n${seen}`,
      'give the endpoint more or larger instances, correct the model, or lower what is asked. Then start a new pipeline.',
    );
  const inconclusive = `Too few requests to tell whether ${version} holds the limits on ${endpoint} under ${load}:\n${seen}`;
  if (allow_inconclusive) return `${inconclusive}\nThis is accepted, because allow_inconclusive is true.`;
  throw new Failure(
    'SMC-5306',
    inconclusive,
    'raise duration or rate, so that as many more requests are sent. Then start a new pipeline.',
  );
}
