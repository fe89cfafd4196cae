import * as z from 'zod/mini';
import { resourceId } from '../aws/arn.ts';
import { logsUrl, studioUrl } from '../aws/console.ts';
import { lastLogLines } from '../aws/logs.ts';
import { passingTrouble } from '../aws/trouble.ts';
import { assignments, flag, path, wholeNumber } from '../gitlab/inputs.ts';
import { hashOf } from '../ground/canonical-json.ts';
import { Failure } from '../ground/failure.ts';
import { waitFor } from '../ground/wait.ts';
import { readDefinition } from '../pipelines/definition.ts';
import { type Attempt, attemptPrefix, latestAttempt, runsDefinition, startExecution } from '../pipelines/executions.ts';
import { type DesiredPipeline, findPipeline, pipelineName, pipelineRoleArn, upload } from '../pipelines/pipeline.ts';
import { type Execution, executionPoller, hasEnded, type Step } from '../pipelines/steps.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { BUILT, timestamp } from '../registry/entries.ts';
import { describePackage, displayName } from '../registry/packages.ts';
import { recordBuild } from '../registry/provenance.ts';

const inputs = z.strictObject({
  pipeline_name: pipelineName,
  definition_file: path,
  pipeline_role_arn: pipelineRoleArn,
  parameters: assignments.check(
    z.refine((pairs) => pairs.size <= 200, 'must hold at most 200 parameters'),
    z.refine((pairs) => [...pairs].every(([name, value]) => name.length <= 256 && value.length <= 1024), {
      error: 'must hold names of at most 256 and values of at most 1024 characters',
    }),
  ),
  wait: flag,
  max_wait_time: wholeNumber(60, 604_800),
  poll_interval: wholeNumber(1, 300),
  new_run: flag,
});

type Inputs = z.output<typeof inputs>;
type Output = 'PIPELINE_EXECUTION_ARN' | 'PIPELINE_STATUS';

export default defineComponent({
  name: 'deploy-pipeline',
  inputs,
  safetyInputs: [],
  outputs: {
    PIPELINE_EXECUTION_ARN: 'The ARN of the execution that this pipeline started or joined.',
    PIPELINE_STATUS: 'Its status when the job ended: Succeeded, or Executing when the job did not wait.',
  } satisfies Record<Output, string>,
  permissions: [
    { action: 'sagemaker:ListPipelineExecutions', on: 'pipeline' },
    { action: 'sagemaker:DescribePipeline', on: 'pipeline' },
    { action: 'sagemaker:CreatePipeline', on: 'pipeline', when: 'it does not exist' },
    { action: 'sagemaker:UpdatePipeline', on: 'pipeline', when: 'its definition or role differs' },
    { action: 'sagemaker:StartPipelineExecution', on: 'pipeline' },
    { action: 'iam:PassRole', on: 'pipeline role' },
    { action: 'sagemaker:DescribePipelineExecution', on: 'execution' },
    { action: 'sagemaker:DescribePipelineDefinitionForExecution', on: 'execution' },
    { action: 'sagemaker:ListPipelineExecutionSteps', on: 'execution' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: BUILT },
    { action: 'logs:DescribeLogStreams', on: 'job logs', when: 'a step failed' },
    { action: 'logs:GetLogEvents', on: 'job logs', when: 'a step failed' },
  ],

  async checkFiles({ definition_file: file, parameters }, root) {
    await readDefinition({ root, file, parameters });
  },

  async run(given, context) {
    context.report.link('SageMaker', 'Pipelines in Studio', studioUrl(context.aws));
    const wanted = await wantedPipeline(given, context.root);
    const plan = decideExecution(await ownAttempt(wanted, given, context), given.new_run);
    context.log.line(plan.why);
    const execution = plan.do === 'join' ? plan.execution : await start(plan.attempt, wanted, given, context);
    context.report.record({ outcome: 'running', execution, why: 'its execution is under way' });

    const followed = await followExecution(execution, given, context);
    if (!followed) return exitWithoutWaiting(execution);
    checkSteps(followed, context);
    if (followed.status !== 'Succeeded') throw await explainEnd(followed, context);
    return handOver(followed, context);
  },
});

/** `runs` is looked up only for an attempt that could be joined. */
type KnownAttempt = Attempt & { readonly runs?: 'ours' | 'another' };
type ExecutionPlan = { do: 'join'; execution: string; why: string } | { do: 'start'; attempt: number; why: string };

/** A GitLab pipeline joins its own execution while that runs or has succeeded with our definition; otherwise it starts the next attempt. */
export function decideExecution(latest: KnownAttempt | undefined, newRun: boolean): ExecutionPlan {
  if (!latest)
    return { do: 'start', attempt: 1, why: 'This pipeline has no execution yet: starting the first attempt.' };
  const { execution, number, status } = latest;
  const next = (why: string): ExecutionPlan => ({
    do: 'start',
    attempt: number + 1,
    why: `${why}: starting attempt ${number + 1}.`,
  });
  if (newRun) return next(`Attempt ${number} is ${status}, and new_run asks for another`);
  switch (status) {
    case 'Executing':
    case 'Succeeded':
      if (latest.runs !== 'ours') return next(`Attempt ${number} runs another definition than ours`);
      return {
        do: 'join',
        execution,
        why: `Attempt ${number} of this pipeline is ${status}: joining it (${execution}).`,
      };
    default:
      return next(`Attempt ${number} of this pipeline is ${status}`);
  }
}

async function wantedPipeline(given: Inputs, root: string): Promise<DesiredPipeline> {
  const { definition_file: file, parameters } = given;
  return {
    name: given.pipeline_name,
    definition: await readDefinition({ root, file, parameters }),
    roleArn: given.pipeline_role_arn,
  };
}

async function ownAttempt(
  wanted: DesiredPipeline,
  given: Inputs,
  { aws, job }: Context,
): Promise<KnownAttempt | undefined> {
  const prefix = attemptPrefix(job.pipeline, wanted, given.parameters);
  const latest = await latestAttempt(aws.sagemaker, wanted.name, prefix);
  if (latest?.status !== 'Executing' && latest?.status !== 'Succeeded') return latest;
  return {
    ...latest,
    runs: (await runsDefinition(aws.sagemaker, latest.execution, wanted.definition)) ? 'ours' : 'another',
  };
}

async function start(attempt: number, wanted: DesiredPipeline, given: Inputs, context: Context): Promise<string> {
  const { aws, job, log } = context;
  const version = await upload(aws.sagemaker, wanted, {
    token: hashOf({ account: aws.account, pipeline: wanted.name, job: job.id }, 64),
    tell: log.line,
  });
  const displayName = `${attemptPrefix(job.pipeline, wanted, given.parameters)}${attempt}`;
  const execution = await startExecution(aws.sagemaker, {
    pipeline: wanted.name,
    version,
    displayName,
    description: `${job.url} at commit ${job.commit}`,
    parameters: given.parameters,
  });
  log.line(`Started ${displayName}: ${execution}`);
  if (await runsDefinition(aws.sagemaker, execution, wanted.definition)) return execution;
  const now = await findPipeline(aws.sagemaker, wanted.name);
  throw new Failure(
    'refused',
    `The execution ${resourceId(execution)} does not run our definition: ${now?.modifiedBy ?? 'somebody'} changed the pipeline ${wanted.name} between our upload and our start${now?.modifiedAt ? `, at ${timestamp(now.modifiedAt)}` : ''}.`,
    `stop it (aws sagemaker stop-pipeline-execution --pipeline-execution-arn ${execution}), then run this job again: it starts the next attempt.`,
  );
}

/** Waits for the execution's end; with `wait: false` it looks once. Nothing when it is still under way then. */
async function followExecution(execution: string, given: Inputs, context: Context): Promise<Execution | undefined> {
  const { clock, log, aws } = context;
  const look = executionPoller(aws.sagemaker, execution, { clock, tell: log.line });
  if (!given.wait) {
    const once = await look();
    return once.is === 'settled' ? once.answer : undefined;
  }
  const waited = await waitFor(look, {
    clock,
    interval: given.poll_interval,
    deadline: context.deadline(given.max_wait_time),
    tolerate: passingTrouble,
    onChange: () => undefined,
  });
  if (waited.is === 'settled') return waited.answer;
  throw new Failure(
    'out of time',
    `Stopped waiting for the execution ${resourceId(execution)} after ${waited.after} (${waited.because}): ${waited.saying}. SageMaker goes on with it.`,
    `run this job again${given.new_run ? ' with new_run: false' : ''}: it joins this execution (aws sagemaker describe-pipeline-execution --pipeline-execution-arn ${execution} shows how it stands).`,
  );
}

function exitWithoutWaiting(execution: string): Done<Output> {
  return {
    verdict: `The execution ${resourceId(execution)} is under way; this job does not wait for it (wait: false). Run it again to hand over what it registered.`,
    outputs: { PIPELINE_EXECUTION_ARN: execution, PIPELINE_STATUS: 'Executing' },
  };
}

/** A test case for each step that ended. */
function checkSteps({ steps }: Execution, { report }: Context): void {
  for (const { name, status, why, took } of steps.filter(hasEnded))
    report.check(`Step ${name}`, status === 'Succeeded' ? undefined : (why ?? `it is ${status}`), (took ?? 0) / 1000);
}

/** Says why an execution did not succeed, with the last lines that its failed steps' jobs wrote. */
async function explainEnd(ended: Execution, context: Context): Promise<Failure> {
  const { arn, status, failureReason, modifiedBy, steps } = ended;
  const failed = steps.filter((step) => step.status === 'Failed');
  const reasons = failed.map(({ name, why }) => `step ${name}: ${why ?? 'SageMaker gives no reason'}`);
  const why =
    status === 'Stopped'
      ? `was stopped by ${modifiedBy}`
      : `${status === 'Failed' ? 'failed' : `is ${status}`}: ${reasons.join('; ') || failureReason || 'SageMaker gives no reason'}`;
  context.report.record({ outcome: 'nothing', execution: arn, why: `its execution ${why}` });
  for (const step of failed) await showJob(step, context);
  return new Failure(
    'refused',
    `The execution ${resourceId(arn)} ${why.replace(/\.$/, '')}.`,
    status === 'Stopped'
      ? 'run this job again: it starts the next attempt.'
      : 'fix what the step says, then push. If the failure was temporary, run this job again: it starts the next attempt.',
  );
}

const LOG_LINES = 30;

async function showJob({ name, job }: Step, { aws, log, report }: Context): Promise<void> {
  if (!job) return;
  report.link('CloudWatch', `Logs of step ${name}`, logsUrl(aws, job.logGroup, job.name));
  const logs = await aws.logs();
  const place = { group: job.logGroup, streamPrefix: `${job.name}/`, most: LOG_LINES };
  log.section(`Step ${name}: the last lines of ${job.name}`, await lastLogLines(logs, place), 'open');
}

/** Hands over the packages that this execution registered, or says why there is none. */
async function handOver({ arn, status, steps }: Execution, context: Context): Promise<Done<Output>> {
  const { aws, clock, job, log, report } = context;
  const outputs = { PIPELINE_EXECUTION_ARN: arn, PIPELINE_STATUS: status };
  const arns = steps.flatMap(({ registered }) => (registered ? [registered] : []));
  if (arns.length === 0) {
    const why = whyNothing(steps);
    report.record({ outcome: 'nothing', execution: arn, why });
    return { verdict: `The execution ${resourceId(arn)} succeeded and registered nothing: ${why}.`, outputs };
  }
  const packages = await Promise.all(arns.map((each) => describePackage(aws.sagemaker, each)));
  report.record({
    outcome: 'registered',
    execution: arn,
    packages: packages.map((each) => ({ group: each.group, package: each.arn, version: each.version })),
  });
  const at = timestamp(clock.now());
  for (const each of packages) {
    const entry = { pipeline: job.pipeline, job: job.id, commit: job.commit, at, execution: resourceId(arn) };
    const told = await recordBuild(aws.sagemaker, each, entry);
    if (told) log.line(told);
  }
  return {
    verdict: `The execution ${resourceId(arn)} succeeded and registered ${packages.map(displayName).join(', ')}.`,
    outputs,
  };
}

function whyNothing(steps: readonly Step[]): string {
  const closed = steps.filter(({ outcome }) => outcome === 'False').map(({ name }) => `condition ${name} was false`);
  return closed.join(' and ') || 'no step of it registers a model';
}
