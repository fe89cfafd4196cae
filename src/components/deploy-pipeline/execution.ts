import { resourceId } from '../../aws/arn.ts';
import { passingTrouble } from '../../aws/trouble.ts';
import { hashOf } from '../../ground/canonical-json.ts';
import { Failure } from '../../ground/failure.ts';
import { Reads } from '../../ground/reads.ts';
import { waitFor } from '../../ground/wait.ts';
import type { KnownAttempts } from '../../pipelines/decision.ts';
import { definedSteps, type PipelineDefinition } from '../../pipelines/definition.ts';
import {
  type Attempt,
  attemptPrefix,
  definitionDifferences,
  findAttempts,
  pipelinePrefix,
  startExecution,
} from '../../pipelines/executions.ts';
import { type DesiredPipeline, findPipeline, type Pipeline, reconcilePipeline } from '../../pipelines/pipeline.ts';
import { askForExecution, type Execution, type ExecutionAnswers, executionPoller } from '../../pipelines/steps.ts';
import type { Context } from '../../program/context.ts';
import { timestamp } from '../../registry/entries.ts';

/** The inputs of deploy-pipeline that say how an execution is started and followed. */
interface ExecutionInputs {
  readonly parameters: ReadonlyMap<string, string>;
  readonly wait: boolean;
  /** Seconds. */
  readonly max_wait_time: number;
  /** Seconds. */
  readonly poll_interval: number;
  readonly new_run: boolean;
}

/** What SageMaker has of a pipeline before this job changes anything. */
export interface Found {
  /** What this GitLab pipeline already started: at this definition, role and parameters, else at others. */
  readonly attempts: KnownAttempts;
  /** The pipeline as it is, asked for at the same time. */
  pipeline(): Promise<Pipeline | undefined>;
  /** Throws a Failure when a later job would refuse what is trained, asked for at the same time. */
  refuseAhead(): Promise<void>;
}

/** Looks for the executions of this GitLab pipeline, and beside them for what only a start needs. */
export async function findBefore(wanted: DesiredPipeline, given: ExecutionInputs, context: Context): Promise<Found> {
  const reads = new Reads();
  const find = reads.once((name) => findPipeline(context.aws.sagemaker, name));
  const refuse = reads.once(() => context.refuseAhead());
  const attempts = knownAttempts(wanted, given, context);
  find(wanted.name);
  refuse(wanted.name);
  return {
    attempts: await reads.beside(attempts),
    pipeline: () => find(wanted.name),
    refuseAhead: () => refuse(wanted.name),
  };
}

async function knownAttempts(
  wanted: DesiredPipeline,
  given: ExecutionInputs,
  { aws, job }: Context,
): Promise<KnownAttempts> {
  const { own, other, leftOut } = await findAttempts(aws.sagemaker, {
    pipeline: wanted.name,
    own: attemptPrefix(job.pipeline, wanted, given.parameters),
    all: pipelinePrefix(job.pipeline),
  });
  const differences = ({ execution }: Attempt) => definitionDifferences(aws.sagemaker, execution, wanted.definition);
  if (!own) return { other: other && { ...other, differences: await differences(other) }, leftOut };
  if (own.status !== 'Executing' && own.status !== 'Succeeded') return { own, leftOut };
  return { own: { ...own, runs: (await differences(own)).length === 0 ? 'ours' : 'another' }, leftOut };
}

interface Attempted {
  readonly number: number;
  readonly wanted: DesiredPipeline;
  /** The pipeline as it was found. */
  readonly current: Pipeline | undefined;
}

/** An execution to follow; of one that was just started, the first answer is asked for already. */
export interface Followed {
  readonly execution: string;
  readonly asked?: Promise<ExecutionAnswers>;
}

/**
 * Uploads the definition where it differs and starts an execution of it. Throws a Failure when that runs another one, because
 * somebody changed the pipeline in between.
 */
export async function startAttempt(
  { number, wanted, current }: Attempted,
  given: ExecutionInputs,
  context: Context,
): Promise<Followed> {
  const { aws, job, log } = context;
  const version = await reconcilePipeline(
    aws.sagemaker,
    { desired: wanted, current },
    {
      token: hashOf({ account: aws.account, pipeline: wanted.name, job: job.id }, 64),
      log: log.line,
    },
  );
  const displayName = `${attemptPrefix(job.pipeline, wanted, given.parameters)}${number}`;
  context.begun(`the execution ${displayName}, if SageMaker received the request to start it`);
  const execution = await startExecution(aws.sagemaker, {
    pipeline: wanted.name,
    version,
    displayName,
    description: `${job.url} at commit ${job.commit}`,
    parameters: given.parameters,
  });
  context.begun(`the execution ${resourceId(execution)}`);
  log.line(`Started ${displayName}: ${execution}`);
  const reads = new Reads();
  const ask = reads.once((arn) => askForExecution(aws.sagemaker, arn));
  const compared = definitionDifferences(aws.sagemaker, execution, wanted.definition);
  const asked = ask(execution);
  const differences = await reads.beside(compared);
  if (differences.length === 0) return { execution, asked };
  const now = await findPipeline(aws.sagemaker, wanted.name);
  throw new Failure(
    'SMC-2005',
    `The execution ${resourceId(execution)} runs a different definition: ${now?.modifiedBy ?? 'an unknown user'} changed the pipeline ${wanted.name} between this job's upload and start${now?.modifiedAt ? `, at ${timestamp(now.modifiedAt)}` : ''}.`,
    `stop it (aws sagemaker stop-pipeline-execution --pipeline-execution-arn ${execution}), then run this job again: it starts the next attempt.`,
  );
}

/** Waits until the execution has ended; with `wait: false`, polls once. `undefined` when it is still running then. */
export async function followExecution(
  { execution, asked, definition }: Followed & { readonly definition: PipelineDefinition },
  given: ExecutionInputs,
  context: Context,
): Promise<Execution | undefined> {
  const { clock, log, aws } = context;
  const defined = definedSteps(definition);
  const look = executionPoller(aws.sagemaker, { execution, defined, asked, clock, log: log.line });
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
    'SMC-2007',
    `Stopped waiting for the execution ${resourceId(execution)} after ${waited.after} (${waited.because}). Pending: ${waited.saying}. SageMaker continues.`,
    `run this job again${given.new_run ? ' with new_run: false' : ''}: it joins this execution. To see the status: aws sagemaker describe-pipeline-execution --pipeline-execution-arn ${execution}`,
  );
}
