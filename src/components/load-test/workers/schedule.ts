import { aboutDeployed } from '../../../asking/deployed.ts';
import type { Done } from '../../../program/component.ts';
import type { Context } from '../../../program/context.ts';
import { instancesOf, type LoadTask, prepareLoad, refuseToLoad } from '../preparation.ts';
import { stagesOf } from '../schedule.ts';
import { stageWords } from '../show.ts';
import { checkClock } from './clock-check.ts';
import type { SchedulingInputs } from './inputs.ts';
import { hashOfSchedule } from './records.ts';

interface SchedulingTask extends LoadTask {
  readonly given: SchedulingInputs;
}

/** Sees that the endpoint may be loaded and answers, and records what each worker sends from when. */
export async function schedule(task: SchedulingTask, context: Context): Promise<Done<never>> {
  const { aws, clock, job, report } = context;
  const { given, deployed } = task;
  refuseToLoad(task, context);
  const { plan: alone, before } = await prepareLoad(task, context);
  await checkClock(aws, clock);
  const plan = { ...alone, workers: given.workers };
  const start = clock.now().getTime() + given.start_delay * 1000;
  const { endpoint, config, content } = aboutDeployed(deployed);
  const hash = hashOfSchedule({ pipeline: job.pipeline, job: job.id, endpoint, config, content, start, plan });
  const instances = instancesOf(before);
  report.record({ outcome: 'scheduled', ...aboutDeployed(deployed), start, instances, plan, hash });
  const load = stagesOf(plan).map(stageWords).join(', ');
  const at = new Date(start).toISOString();
  return { verdict: `${given.workers} workers send ${load} to ${endpoint}, from ${at}.`, outputs: {} };
}
