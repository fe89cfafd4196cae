import * as z from 'zod/mini';
import { resourceId } from '../aws/arn.ts';
import { studioUrl } from '../aws/console.ts';
import { decidingAssignments, decidingPath, flag, wholeNumber } from '../gitlab/inputs.ts';
import { ownTags } from '../gitlab/tags.ts';
import { decideExecution } from '../pipelines/decision.ts';
import { definitionInFolder, readDefinition } from '../pipelines/definition.ts';
import { definitionFile } from '../pipelines/definition-file.ts';
import { type DesiredPipeline, pipelineName, pipelineRoleArn } from '../pipelines/pipeline.ts';
import { type Execution, hasEnded } from '../pipelines/steps.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { BUILT } from '../registry/entry-keys.ts';
import { type Followed, findBefore, followExecution, startAttempt } from './deploy-pipeline/execution.ts';
import { explainExecutionEnd } from './deploy-pipeline/failure.ts';
import { handOver, type PipelineOutput } from './deploy-pipeline/hand-over.ts';

const inputs = z.strictObject({
  pipeline_name: pipelineName,
  definition_file: decidingPath,
  pipeline_role_arn: pipelineRoleArn,
  parameters: decidingAssignments.check(
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

const BY_PROMOTE = 'promote includes the job, so that an endpoint of another costs no training';

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
  safetyInputs: ['definition_file', 'parameters', 'new_run', 'wait', 'gitlab_environment_suffix'],
  outputs: {
    PIPELINE_EXECUTION_ARN: 'The ARN of the execution that this pipeline started or joined.',
    PIPELINE_STATUS: 'Its status when the job ended: Succeeded, or Executing when the job did not wait.',
  } satisfies Record<PipelineOutput, string>,
  permissions: [
    { action: 'sagemaker:ListPipelineExecutions', on: 'pipeline' },
    { action: 'sagemaker:DescribePipeline', on: 'pipeline' },
    { action: 'sagemaker:CreatePipeline', on: 'pipeline', when: 'it does not exist' },
    { action: 'sagemaker:UpdatePipeline', on: 'pipeline', when: 'its definition or role differs' },
    { action: 'sagemaker:ListTags', on: 'pipeline', when: 'tags is given' },
    { action: 'sagemaker:AddTags', on: 'pipeline', when: 'tags is given' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint', when: BY_PROMOTE },
    { action: 'sagemaker:ListTags', on: 'endpoint', when: BY_PROMOTE },
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

  async checkFiles({ definition_file: file, parameters }, { root }) {
    if (file !== undefined && parameters !== undefined) await definitionInFolder(root, { file, parameters });
  },

  async run(given, context) {
    context.report.link('SageMaker', 'Pipelines in Studio', studioUrl(context.aws));
    const wanted = await desiredPipeline(given, context);
    const found = await findBefore(wanted, given, context);
    const plan = decideExecution(found.attempts, given.new_run);
    if (plan.do === 'start') await found.refuseAhead();
    context.log.line(plan.why);
    const started: Followed =
      plan.do === 'join'
        ? plan
        : await startAttempt({ number: plan.attempt, wanted, current: await found.pipeline() }, given, context);
    const { execution } = started;
    context.begun(`the execution ${resourceId(execution)}`);
    context.report.record({ outcome: 'running', execution, why: 'its execution is still running' });

    const { definition } = wanted;
    const followed = await followExecution({ ...started, definition }, given, context);
    if (!followed) return exitWithoutWaiting(execution);
    context.begun('');
    checkSteps(followed, context);
    if (followed.status !== 'Succeeded') throw await explainExecutionEnd(followed, context);
    return handOver(followed, { definition, firstLook: plan.do === 'start' }, context);
  },
});

async function desiredPipeline(given: Inputs, { fileOfPipeline }: Context): Promise<DesiredPipeline> {
  const { definition_file: file, parameters } = given;
  const content = await fileOfPipeline(definitionFile(file));
  return {
    name: given.pipeline_name,
    definition: await readDefinition({ file, content, parameters }),
    roleArn: given.pipeline_role_arn,
    tags: given.tags,
  };
}

function exitWithoutWaiting(execution: string): Done<PipelineOutput> {
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
