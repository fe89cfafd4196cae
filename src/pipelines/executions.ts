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
import { differingPlaces } from './differing-places.ts';
import { type DesiredPipeline, refusedBySageMaker } from './pipeline.ts';

/** The beginning of the display names of all executions that one GitLab pipeline started. */
export function pipelinePrefix(gitlabPipeline: string): string {
  return `gl-${gitlabPipeline}-`;
}

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
  return `${pipelinePrefix(gitlabPipeline)}${hashOf(meant, 12)}-`;
}

/** One of our own executions, found by its display name. */
export interface Attempt {
  readonly execution: string;
  readonly number: number;
  readonly status: PipelineExecutionStatus | undefined;
}

/** What the executions of a SageMaker Pipeline say about one GitLab pipeline. */
export interface AttemptSearch {
  /** The latest attempt at the same definition, role and parameters. */
  readonly own: Attempt | undefined;
  /** The latest attempt at another definition, role or set of parameters; looked for only as far as `own` is. */
  readonly other: Attempt | undefined;
  /** How many executions were left out, because there are too many: all older ones, or none. */
  readonly leftOut: 'older' | 'none';
}

interface AttemptQuery {
  /** The name of the SageMaker Pipeline. */
  readonly pipeline: string;
  /** The beginnings of display names: of attempts at the same, and of all that the GitLab pipeline started. */
  readonly own: string;
  readonly all: string;
}

const PAGE_SIZE = 100;
/** A job that runs again after so many pages of later executions does not find its own. */
const MAX_PAGES = 10;
/** How many executions are looked through at most, the newest first. */
export const MAX_EXECUTIONS = PAGE_SIZE * MAX_PAGES;

/** Finds the latest attempts among the newest executions; none when there is no such pipeline. */
export async function findAttempts(sagemaker: SageMakerClient, query: AttemptQuery): Promise<AttemptSearch> {
  const none = { own: undefined, other: undefined, leftOut: 'none' } as const;
  return (await unlessNotFound(searchAttempts(sagemaker, query))) ?? none;
}

async function searchAttempts(client: SageMakerClient, query: AttemptQuery): Promise<AttemptSearch> {
  const request = { PipelineName: query.pipeline, SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
  const config = { client, pageSize: PAGE_SIZE, stopOnSameToken: true };
  let [other, pages]: [Attempt | undefined, number] = [undefined, 0];
  for await (const page of paginateListPipelineExecutions(config, request)) {
    const summaries = page.PipelineExecutionSummaries ?? [];
    const [own] = summaries.flatMap((each) => attemptFrom(each, query.own)).sort((a, b) => b.number - a.number);
    other ??= summaries.flatMap((each) => attemptFrom(each, query.all))[0];
    if (own) return { own, other: undefined, leftOut: 'none' };
    pages++;
    if (pages === MAX_PAGES) return { own, other, leftOut: page.NextToken === undefined ? 'none' : 'older' };
  }
  return { own: undefined, other, leftOut: 'none' };
}

/** The attempt of an execution whose display name begins so; what stands before its number is no matter. */
function attemptFrom(summary: PipelineExecutionSummary, prefix: string): Attempt[] {
  const { PipelineExecutionDisplayName: name = '', PipelineExecutionArn: execution } = summary;
  const [, number] = name.startsWith(prefix) ? (/^(?:[0-9a-f]{12}-)?(\d+)$/.exec(name.slice(prefix.length)) ?? []) : [];
  return execution && number ? [{ execution, number: Number(number), status: summary.PipelineExecutionStatus }] : [];
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

/**
 * Where the definition that an execution runs differs from ours; nowhere when it runs ours: another job may have
 * uploaded its own between our upload and our start.
 */
export async function definitionDifferences(
  sagemaker: SageMakerClient,
  execution: string,
  definition: PipelineDefinition,
): Promise<string[]> {
  const request = new DescribePipelineDefinitionForExecutionCommand({ PipelineExecutionArn: execution });
  const { PipelineDefinition: text = '' } = await sagemaker.send(request);
  return differingPlaces(text, definition);
}
