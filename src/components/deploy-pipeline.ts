import * as z from 'zod/mini';
import { resourceId } from '../aws/arn.ts';
import { studioUrl } from '../aws/console.ts';
import { assignments, flag, path, wholeNumber } from '../gitlab/inputs.ts';
import { ownTags } from '../gitlab/tags.ts';
import { Failure } from '../ground/failure.ts';
import { decideExecution } from '../pipelines/decision.ts';
import { readDefinition } from '../pipelines/definition.ts';
import { type DesiredPipeline, pipelineName, pipelineRoleArn } from '../pipelines/pipeline.ts';
import { type Execution, hasEnded, type Step } from '../pipelines/steps.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { BUILT, entryTime } from '../registry/entries.ts';
import { describePackage, displayName, type ModelPackage } from '../registry/packages.ts';
import { decideBuild, recordBuild } from '../registry/provenance.ts';
import { followExecution, knownAttempts, startAttempt } from './deploy-pipeline/execution.ts';
import { explainExecutionEnd } from './deploy-pipeline/failure.ts';

const inputs = z.strictObject({
  pipeline_name: pipelineName,
  definition_file: path,
  pipeline_role_arn: pipelineRoleArn,
  parameters: assignments.check(
    z.refine((pairs) => pairs.size <= 200, 'must have at most 200 parameters'),
    z.refine((pairs) => [...pairs].every(([name, value]) => name.length <= 256 && value.length <= 1024), {
      error: 'must have names of at most 256 and values of at most 1024 characters',
    }),
  ),
  tags: ownTags,
  wait: flag,
  max_wait_time: wholeNumber(60, 604_800),
  poll_interval: wholeNumber(1, 300),
  new_run: flag,
});

type Inputs = z.output<typeof inputs>;
type Output = 'PIPELINE_EXECUTION_ARN' | 'PIPELINE_STATUS';

export default defineComponent({
  name: 'deploy-pipeline',
  duty: 'pipeline',
  gitlab: {
    stage: 'deploy_pipeline',
    branches: 'first',
    timeout: '6 hours',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
  },
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
    { action: 'sagemaker:ListTags', on: 'pipeline', when: 'tags is given' },
    { action: 'sagemaker:AddTags', on: 'pipeline', when: 'tags is given' },
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
    const wanted = await desiredPipeline(given, context.root);
    const plan = decideExecution(await knownAttempts(wanted, given, context), given.new_run);
    context.log.line(plan.why);
    const execution = plan.do === 'join' ? plan.execution : await startAttempt(plan.attempt, wanted, given, context);
    context.begun(`the execution ${resourceId(execution)}`);
    context.report.record({ outcome: 'running', execution, why: 'its execution is still running' });

    const followed = await followExecution(execution, given, context);
    if (!followed) return exitWithoutWaiting(execution);
    context.begun('');
    checkSteps(followed, context);
    if (followed.status !== 'Succeeded') throw await explainExecutionEnd(followed, context);
    return handOver(followed, plan.do === 'start', context);
  },
});

async function desiredPipeline(given: Inputs, root: string): Promise<DesiredPipeline> {
  const { definition_file: file, parameters } = given;
  return {
    name: given.pipeline_name,
    definition: await readDefinition({ root, file, parameters }),
    roleArn: given.pipeline_role_arn,
    tags: given.tags,
  };
}

function exitWithoutWaiting(execution: string): Done<Output> {
  return {
    verdict: `The execution ${resourceId(execution)} is still running. This job does not wait for it (wait: false). When it has ended, run this job again to record its versions.`,
    outputs: { PIPELINE_EXECUTION_ARN: execution, PIPELINE_STATUS: 'Executing' },
  };
}

/** A test case for each step that ended. */
function checkSteps({ steps }: Execution, { report }: Context): void {
  for (const { name, status, why, took } of steps.filter(hasEnded))
    report.check(`Step ${name}`, status === 'Succeeded' ? undefined : (why ?? `it is ${status}`), (took ?? 0) / 1000);
}

/** Hands over the packages that this execution registered, or says why there is none. */
async function handOver(
  { arn, status, steps }: Execution,
  firstLook: boolean,
  context: Context,
): Promise<Done<Output>> {
  const { aws, clock, report } = context;
  const outputs = { PIPELINE_EXECUTION_ARN: arn, PIPELINE_STATUS: status };
  const arns = steps.flatMap(({ registered }) => (registered ? [registered] : []));
  if (arns.length === 0) {
    const why = whyNothing(steps);
    report.record({ outcome: 'nothing', execution: arn, why });
    return { verdict: `The execution ${resourceId(arn)} succeeded and registered nothing: ${why}.`, outputs };
  }
  const packages = await Promise.all(arns.map((each) => describePackage({ ...aws, clock }, each)));
  const unrecorded = packages.filter((each) => needsEntry(each, { arn, firstLook }, context));
  report.record({
    outcome: 'registered',
    execution: arn,
    packages: packages.map((each) => ({ group: each.group, package: each.arn, version: each.version })),
  });
  keepMetadata(unrecorded, context);
  for (const each of unrecorded) await recordOne(each, arn, context);
  return {
    verdict: `The execution ${resourceId(arn)} succeeded and registered ${packages.map(displayName).join(', ')}.`,
    outputs,
  };
}

/** Whether the entry `built` is still to be written. Throws a Failure for a version that came with entries. */
function needsEntry(
  registered: ModelPackage,
  { arn, firstLook }: { arn: string; firstLook: boolean },
  { job, report }: Context,
): boolean {
  const decision = decideBuild(registered, { pipeline: job.pipeline, execution: resourceId(arn), firstLook });
  if (decision.do !== 'refuse') return decision.do === 'write';
  report.record({ outcome: 'nothing', execution: arn, why: decision.why });
  throw new Failure('refused', decision.why, decision.next);
}

/** Keeps the metadata from before the writes, because a write might lose it: a file for each version. */
function keepMetadata(versions: readonly ModelPackage[], { report }: Context): void {
  for (const { group, version, metadata } of versions) {
    const file = versions.length === 1 ? 'metadata-before.json' : `metadata-before-${group}-${version}.json`;
    report.file(file, `${JSON.stringify(metadata, null, 2)}\n`);
  }
}

async function recordOne(registered: ModelPackage, execution: string, context: Context): Promise<void> {
  const { aws, clock, job, log } = context;
  await recordBuild({ ...aws, clock }, registered, {
    pipeline: job.pipeline,
    job: job.id,
    commit: job.commit,
    at: entryTime(clock.now(), registered),
    execution: resourceId(execution),
  });
  log.line(`Recorded that this pipeline built ${displayName(registered)}.`);
}

function whyNothing(steps: readonly Step[]): string {
  const closed = steps.filter(({ outcome }) => outcome === 'False').map(({ name }) => `condition ${name} was false`);
  return closed.join(' and ') || 'it has no step that registers a model';
}
