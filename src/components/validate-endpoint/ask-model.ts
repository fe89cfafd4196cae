import type { DeployedRecord } from '../../asking/live.ts';
import { settled } from '../../asking/settled.ts';
import type { Objects } from '../../aws/objects.ts';
import { passingTrouble, troubleOf } from '../../aws/trouble.ts';
import { type InvocationRequest, invoke } from '../../endpoints/invocation.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import { waitFor } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';
import { type NewRequest, type RequestPlan, sendRequests } from './requests.ts';

/** What the model is asked, with the payload itself. */
interface ModelQuestion extends RequestPlan {
  readonly payload: Uint8Array;
}

/**
 * Asks the model as its endpoint takes requests, and judges the answers. An asynchronous endpoint reads the payload in S3: it is put
 * there under a key of this job's own, and is deleted after.
 */
export async function askModel(
  question: ModelQuestion,
  { asynchronous }: Pick<DeployedRecord, 'asynchronous'>,
  context: Context,
): ReturnType<typeof sendRequests> {
  if (!asynchronous) return sendRequests(question, await requestsAtOnce(question, context), context);
  const objects = await context.aws.objects();
  const input = `${asynchronous.s3_input_path.replace(/\/$/, '')}/job-${context.job.id}/payload`;
  await putPayload(input, question, { ...context, objects });
  try {
    return await sendRequests(question, await requestsLater(input, question, { ...context, objects }), context);
  } finally {
    await removePayload(input, { ...context, objects });
  }
}

type WithObjects = Context & { readonly objects: Objects };

async function requestsAtOnce(question: ModelQuestion, { aws, clock }: Context): Promise<NewRequest> {
  const runtime = await aws.runtime();
  const request = { ...requestOf(question), payload: question.payload };
  return () => () => invoke({ runtime, clock }, request);
}

async function requestsLater(input: string, question: ModelQuestion, context: WithObjects): Promise<NewRequest> {
  const { aws, clock, objects } = context;
  const { invocationLater } = await import('../../endpoints/later-invocation.ts');
  const runtime = await aws.runtime();
  const request = { ...requestOf(question), input, deadline: question.deadline };
  return () => invocationLater({ runtime, objects, clock }, request);
}

function requestOf({ given, endpoint }: ModelQuestion): Omit<InvocationRequest, 'payload'> {
  const { content_type: contentType, accept, custom_attributes: customAttributes } = given;
  return { endpoint, contentType, accept, customAttributes };
}

/** Puts the payload where the endpoint can read it (AWS: PutObject). Throws a Failure of kind "refused" when S3 does not take it. */
async function putPayload(
  input: string,
  { payload, given, deadline }: ModelQuestion,
  { clock, log, objects }: WithObjects,
): Promise<void> {
  const put = async () => {
    await objects.put(input, { body: payload, contentType: given.content_type });
    return { is: 'settled', answer: input } as const;
  };
  const outcome = await waitFor(put, {
    clock,
    deadline,
    interval: given.poll_interval,
    tolerate: passingTrouble,
    onChange: (saying, elapsed) => log.line(`The payload: ${saying} (after ${elapsed}).`),
  }).catch((error: unknown) => {
    throw troubleOf(error) === 'other' ? notTaken(input, error) : error;
  });
  log.line(`The endpoint is asynchronous. Its payload for this job: ${settled(outcome, 'S3 to take the payload')}.`);
}

function notTaken(input: string, error: unknown): Failure {
  return new Failure(
    'SMC-5009',
    `Not validated: S3 did not take the payload at ${input} (${inItsOwnWords(error)}).`,
    'correct s3_input_path in the endpoint file: a folder in a bucket of aws_region. Then push.',
    error,
  );
}

/** A payload that stays costs next to nothing, and says nothing of the model: the job ends as it would. */
async function removePayload(input: string, { log, objects }: WithObjects): Promise<void> {
  try {
    await objects.remove(input);
  } catch (error) {
    log.line(`The payload stays at ${input} (${inItsOwnWords(error)}).`);
  }
}
