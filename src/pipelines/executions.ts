import {
  DescribePipelineDefinitionForExecutionCommand,
  type PipelineExecutionStatus,
  type PipelineExecutionSummary,
  paginateListPipelineExecutions,
  type SageMakerClient,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { hashOf } from '../ground/canonical-json.ts';
import type { PipelineDefinition } from './definition.ts';
import { type DesiredPipeline, refusedBySageMaker, sameDefinition } from './pipeline.ts';

/**
 * The beginning of an execution's display name, the same for every attempt of one GitLab pipeline at one definition,
 * role and set of parameters: that is how a job that runs again finds its own, and a person finds it in Studio.
 */
export function attemptPrefix(
  gitlabPipeline: string,
  { name, definition, roleArn: role }: DesiredPipeline,
  parameters: ReadonlyMap<string, string>,
): string {
  const meant = { name, definition: definition.value, role, parameters: [...parameters].sort() };
  return `gl-${gitlabPipeline}-${hashOf(meant, 12)}-`;
}

/** One of our own executions, found by its display name. */
export interface Attempt {
  readonly execution: string;
  readonly number: number;
  readonly status: PipelineExecutionStatus | undefined;
}

/** 100 executions a page. A job that runs again after a thousand later executions starts a new one. */
const MAX_PAGES = 10;

/** The latest attempt whose display name begins so; `undefined` when there is none, or no such pipeline. */
export async function latestAttempt(
  sagemaker: SageMakerClient,
  pipeline: string,
  prefix: string,
): Promise<Attempt | undefined> {
  return unlessNotFound(findLatestAttempt(sagemaker, pipeline, prefix));
}

async function findLatestAttempt(client: SageMakerClient, pipeline: string, prefix: string) {
  const request = { PipelineName: pipeline, SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
  let pages = 0;
  for await (const page of paginateListPipelineExecutions({ client, pageSize: 100, stopOnSameToken: true }, request)) {
    const attempts = (page.PipelineExecutionSummaries ?? []).flatMap((each) => attemptFrom(each, prefix));
    const [latest] = attempts.sort((a, b) => b.number - a.number);
    pages++;
    if (latest || pages === MAX_PAGES) return latest;
  }
  return undefined;
}

function attemptFrom(summary: PipelineExecutionSummary, prefix: string): Attempt[] {
  const { PipelineExecutionDisplayName: name = '', PipelineExecutionArn: execution } = summary;
  const number = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
  return execution && Number.isInteger(number) ? [{ execution, number, status: summary.PipelineExecutionStatus }] : [];
}

interface ExecutionStart {
  readonly pipeline: string;
  /** The version to start; the newest when SageMaker named none. */
  readonly version: number | undefined;
  readonly displayName: string;
  readonly description: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Starts an execution. The request token, made of the name, lets two jobs that race start only one. */
export async function startExecution(
  sagemaker: SageMakerClient,
  { pipeline, version, displayName, description, parameters }: ExecutionStart,
): Promise<string> {
  const request = new StartPipelineExecutionCommand({
    PipelineName: pipeline,
    ...(version !== undefined && { PipelineVersionId: version }),
    PipelineExecutionDisplayName: displayName,
    PipelineExecutionDescription: description,
    PipelineParameters: [...parameters].map(([Name, Value]) => ({ Name, Value })),
    ClientRequestToken: hashOf({ pipeline, displayName }, 64),
  });
  try {
    const { PipelineExecutionArn: execution } = await sagemaker.send(request);
    if (!execution) throw new Error('SageMaker started an execution without naming it.');
    return execution;
  } catch (error) {
    throw refusedBySageMaker(error, 'to start the execution');
  }
}

/** Whether an execution runs our definition: another job may have uploaded its own between our upload and our start. */
export async function runsDefinition(
  sagemaker: SageMakerClient,
  execution: string,
  definition: PipelineDefinition,
): Promise<boolean> {
  const request = new DescribePipelineDefinitionForExecutionCommand({ PipelineExecutionArn: execution });
  const { PipelineDefinition: text = '' } = await sagemaker.send(request);
  return sameDefinition(text, definition);
}
