import {
  CreatePipelineCommand,
  DescribePipelineCommand,
  type SageMakerClient,
  UpdatePipelineCommand,
  type UserContext,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod/mini';
import { roleArn } from '../aws/arn.ts';
import { isKnownError, unlessNotFound } from '../aws/sagemaker-errors.ts';
import { addTags, asTags, tagsOf } from '../aws/tags.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import type { PipelineDefinition } from './definition.ts';
import { differingPlaces } from './differing-places.ts';

export const pipelineName = z
  .string()
  .check(
    z.trim(),
    z.regex(
      /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/,
      'must be at most 256 letters, digits and hyphens, and start and end with a letter or digit',
    ),
  );

export const pipelineRoleArn = roleArn(
  'must be the ARN of an IAM role, like arn:aws:iam::111122223333:role/sagemaker-pipeline',
);

/** A pipeline as it should be. */
export interface DesiredPipeline {
  readonly name: string;
  readonly definition: PipelineDefinition;
  readonly roleArn: string;
  /** The project's own tags; others that it has stay. */
  readonly tags: ReadonlyMap<string, string>;
}

/** A pipeline as SageMaker describes it. */
export interface Pipeline {
  readonly arn: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly modifiedBy: string;
  readonly modifiedAt: Date | undefined;
}

export type UploadDecision = { do: 'create' } | { do: 'update'; because: string } | { do: 'nothing' };

/**
 * Decides whether to upload: only when the definition or the role differs. Definitions are compared by meaning, not by
 * layout.
 */
export function decideUpload(
  current: Pick<Pipeline, 'definition' | 'roleArn'> | undefined,
  { definition, roleArn }: Pick<DesiredPipeline, 'definition' | 'roleArn'>,
): UploadDecision {
  if (!current) return { do: 'create' };
  const differs = [
    ...(differingPlaces(current.definition, definition).length === 0 ? [] : ['its definition differed']),
    ...(current.roleArn === roleArn ? [] : [`its role was ${current.roleArn}`]),
  ];
  return differs.length > 0 ? { do: 'update', because: differs.join(' and ') } : { do: 'nothing' };
}

/** Describes a pipeline, or `undefined` when there is none. */
export async function findPipeline(sagemaker: SageMakerClient, name: string): Promise<Pipeline | undefined> {
  const answer = await unlessNotFound(sagemaker.send(new DescribePipelineCommand({ PipelineName: name })));
  return (
    answer && {
      arn: answer.PipelineArn ?? '',
      definition: answer.PipelineDefinition ?? '',
      roleArn: answer.RoleArn ?? '',
      modifiedBy: personOf(answer.LastModifiedBy),
      modifiedAt: answer.LastModifiedTime,
    }
  );
}

/** The name of a user, as SageMaker knows it. */
export function personOf(user: UserContext | undefined): string {
  return user?.UserProfileName ?? user?.IamIdentity?.Arn ?? 'an unknown user';
}

/**
 * Creates or updates the pipeline where it differs, as it was found, from the desired one (AWS: CreatePipeline, UpdatePipeline, AddTags).
 * Returns the version to start where SageMaker names one: it does after an update, and not after a creation.
 */
export async function reconcilePipeline(
  sagemaker: SageMakerClient,
  { desired, current }: { readonly desired: DesiredPipeline; readonly current: Pipeline | undefined },
  { token, log }: { token: string; log(line: string): void },
): Promise<number | undefined> {
  const { name } = desired;
  if (current) await reconcileTags(sagemaker, current.arn, desired, log);
  const decision = decideUpload(current, desired);
  if (decision.do === 'nothing') {
    log(`The pipeline ${name} already has this definition and role.`);
    return undefined;
  }
  if (decision.do === 'update') {
    const version = await update(sagemaker, desired);
    const now = version === undefined ? '' : ` to version ${version}`;
    log(`Updated the pipeline ${name}${now} because ${decision.because}.`);
    return version;
  }
  const created = await create(sagemaker, desired, token);
  log(created ? `Created the pipeline ${name}.` : `Somebody else created the pipeline ${name} at the same time.`);
  if (created) return undefined;
  return reconcilePipeline(sagemaker, { desired, current: await findPipeline(sagemaker, name) }, { token, log });
}

/** Adds the tags that an existing pipeline does not have; without own tags, SageMaker is not asked. */
async function reconcileTags(
  sagemaker: SageMakerClient,
  arn: string,
  { name, tags }: DesiredPipeline,
  log: (line: string) => void,
): Promise<void> {
  if (tags.size === 0) return;
  const found = await tagsOf(sagemaker, arn);
  const missing = [...tags].filter(([key, value]) => found.get(key) !== value);
  if (missing.length === 0) return;
  try {
    await addTags(sagemaker, arn, asTags(missing));
  } catch (error) {
    throw refusedBySageMaker(error, 'the tags of the pipeline');
  }
  log(`Tagged the pipeline ${name}: ${missing.map(([key]) => key).join(', ')}.`);
}

/** False when a pipeline of this name exists by now. */
async function create(sagemaker: SageMakerClient, desired: DesiredPipeline, token: string): Promise<boolean> {
  try {
    const tags = desired.tags.size > 0 && { Tags: asTags(desired.tags) };
    await sagemaker.send(new CreatePipelineCommand({ ...requestOf(desired), ...tags, ClientRequestToken: token }));
    return true;
  } catch (error) {
    if (isKnownError('already exists', error)) return false;
    throw refusedBySageMaker(error, 'the pipeline');
  }
}

async function update(sagemaker: SageMakerClient, desired: DesiredPipeline): Promise<number | undefined> {
  try {
    return (await sagemaker.send(new UpdatePipelineCommand(requestOf(desired)))).PipelineVersionId;
  } catch (error) {
    throw refusedBySageMaker(error, 'the pipeline');
  }
}

function requestOf({ name, definition, roleArn }: DesiredPipeline) {
  return { PipelineName: name, PipelineDefinition: definition.text, RoleArn: roleArn };
}

/**
 * Turns SageMaker's refusal into a Failure: a wrong input, a quota, or a change by somebody else at the same time.
 * Returns any other error as it is.
 */
export function refusedBySageMaker(error: unknown, what: string): unknown {
  const words = inItsOwnWords(error);
  if (isKnownError('quota', error))
    return new Failure(
      'SMC-2004',
      `The AWS account has reached a quota: ${words}`,
      'wait until other executions have ended, or request a higher quota in Service Quotas (Amazon SageMaker), then run this job again.',
      error,
    );
  if (isKnownError('conflict', error))
    return new Failure('SMC-2003', `Somebody else is changing the pipeline: ${words}`, 'run this job again.', error);
  if (partsOf(error).name === 'ValidationException')
    return new Failure(
      'SMC-2002',
      `SageMaker refused ${what}: ${words}`,
      'correct what the message names (definition_file, pipeline_role_arn, parameters or tags), then push.',
      error,
    );
  return error;
}
