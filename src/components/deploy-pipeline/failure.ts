import { resourceId } from '../../aws/arn.ts';
import { logsUrl } from '../../aws/console.ts';
import { lastLogLines } from '../../aws/logs.ts';
import { Failure } from '../../ground/failure.ts';
import type { Execution, Step } from '../../pipelines/steps.ts';
import type { Context } from '../../program/context.ts';

/** Says why an execution did not succeed, with the last lines that its failed steps' jobs wrote. */
export async function explainExecutionEnd(ended: Execution, context: Context): Promise<Failure> {
  const { arn, status, failureReason, modifiedBy, steps } = ended;
  const failed = steps.filter((step) => step.status === 'Failed');
  const reasons = failed.map(({ name, why }) => `step ${name}: ${why ?? 'SageMaker gave no reason'}`);
  const why =
    status === 'Stopped'
      ? `was stopped by ${modifiedBy}`
      : `${status === 'Failed' ? 'failed' : `is ${status}`}: ${reasons.join('; ') || failureReason || 'SageMaker gave no reason'}`;
  context.report.record({ outcome: 'nothing', execution: arn, why: `its execution ${why}` });
  for (const step of failed) await showJob(step, context);
  return new Failure(
    'SMC-2006',
    `The execution ${resourceId(arn)} ${why.replace(/\.$/, '')}.`,
    status === 'Stopped'
      ? 'run this job again: it starts the next attempt.'
      : 'fix the error of the step, then push. If the failure was temporary, run this job again: it starts the next attempt.',
  );
}

const LOG_LINES = 30;

async function showJob({ name, job }: Step, { aws, log, report }: Context): Promise<void> {
  if (!job) return;
  report.link('CloudWatch', `Logs of step ${name}`, logsUrl(aws, job.logGroup, job.name));
  const logs = await aws.logs();
  const place = { group: job.logGroup, streamPrefix: `${job.name}/`, limit: LOG_LINES };
  log.section(`Step ${name}: the last lines of ${job.name}`, await lastLogLines(logs, place), 'open');
}
