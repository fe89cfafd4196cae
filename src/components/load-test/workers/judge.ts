import { aboutDeployed } from '../../../asking/deployed.ts';
import { describeServed, untilLive } from '../../../asking/live.ts';
import { hashOf } from '../../../ground/canonical-json.ts';
import { Failure } from '../../../ground/failure.ts';
import type { Context } from '../../../program/context.ts';
import { type ConcludedLoad, concludeLoad } from '../judged.ts';
import { instancesOf, type LoadTask, planLoad, refuseToLoad } from '../preparation.ts';
import { stagesOf } from '../schedule.ts';
import { VALID } from '../validity.ts';
import { limitsOf, loadVerdictOf } from '../verdict.ts';
import type { JudgingInputs } from './inputs.ts';
import { mergeParts } from './merge.ts';
import { otherLoad } from './other-load.ts';
import { readParts } from './parts.ts';
import { hashOfSchedule, type ScheduleRecord } from './records.ts';

interface JudgingTask extends LoadTask {
  readonly given: JudgingInputs;
  readonly scheduled: ScheduleRecord;
}

/** Judges what all workers measured as if one machine had, and records that. */
export async function judgeWorkers(task: JudgingTask, context: Context): Promise<ConcludedLoad> {
  const { given, deployed, scheduled } = task;
  refuseToLoad(task, context);
  const plan = { ...(await planLoad(given, context)).plan, workers: given.workers };
  refuseOtherSchedule(task, plan);
  const refuse = (why: readonly string[]) => refuseInvalidWorkers(why, context);
  const found = readParts(scheduled, context);
  if (found.is === 'invalid') {
    context.report.record({ outcome: 'invalid', ...aboutDeployed(deployed), why: found.why });
    throw refuse(found.why);
  }
  const measured = mergeParts(stagesOf(plan), found.parts);
  const verdict = loadVerdictOf(measured, given, limitsOf(given));
  const liveness = { deployed, poll_interval: given.poll_interval, deadline: context.deadline(given.max_wait_time) };
  const after = await untilLive(liveness, context, 'still ');
  const now = await describeServed(deployed, after, context, { judged: 'load-tested', still: 'still ' });
  const instances = instancesOf(after) === scheduled.instances ? scheduled.instances : undefined;
  const tested = { verdict, now, instances, plan };
  return concludeLoad(tested, task, { ...context, refuse: (why) => refuse([why]) });
}

/** Refuses a schedule of another load than this job is to judge: what is judged, is what the include of this job says. */
function refuseOtherSchedule({ deployed, scheduled }: JudgingTask, plan: ScheduleRecord['plan']): void {
  const { endpoint, config, content } = deployed;
  if (scheduled.plan.workers !== plan.workers)
    throw otherLoad(`it was scheduled for ${scheduled.plan.workers} workers, and this job judges ${plan.workers}`);
  if (hashOf(scheduled.plan, 64) !== hashOf(plan, 64))
    throw otherLoad('the payload, the rate or another input differs');
  if (scheduled.hash !== hashOfSchedule({ ...scheduled, endpoint, config, content }))
    throw otherLoad('its record is of another deployment, or somebody changed it');
}

/** The Failure for a load that its workers did not send as it was scheduled. No latency of it is told, and nothing is recorded. */
function refuseInvalidWorkers(why: readonly string[], { report }: Pick<Context, 'report'>): Failure {
  report.check(VALID, why.join('; '));
  return new Failure(
    'SMC-5308',
    `This load test is invalid, says nothing about the endpoint, and is not recorded:\n${why.map((each) => `  ${each}`).join('\n')}`,
    'start a new pipeline, with runners that have a free processor. If a worker was late, raise start_delay first; if it sent too late, raise workers or lower rate.',
  );
}
