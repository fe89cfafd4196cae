import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Objects, StoredObject } from '../aws/objects.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import { type Invocation, type InvocationRequest, type InvocationResponse, insteadOfAnswer } from './invocation.ts';

/** Where SageMaker says that the answer to a request will be, or why there is none. */
interface Receipt {
  readonly output: string;
  readonly failure: string;
}

/** A request to an asynchronous endpoint. */
export interface LaterRequest extends Omit<InvocationRequest, 'payload'> {
  /** Where its payload lies: `s3://bucket/key`. */
  readonly input: string;
  /** After it, nobody waits for the answer: SageMaker gives up, too. */
  readonly deadline: Deadline;
}

interface LaterContext {
  readonly runtime: SageMakerRuntimeClient;
  readonly objects: Objects;
  readonly clock: Clock;
}

/** What came of a look at a request: the same as of one that is answered at once, or that it was taken and waits. */
export type LaterInvocation = Invocation | { readonly is: 'waiting'; readonly saying: string };

/** The most that is read of an answer. */
const MOST_BYTES = 104_857_600;

/**
 * One request to an asynchronous endpoint (AWS: InvokeEndpointAsync). The first look sends it; each further one looks in S3 for
 * its answer, or for the error with which SageMaker gave up. The time counts from the sending until one of them is seen.
 */
export function invocationLater(context: LaterContext, request: LaterRequest): () => Promise<LaterInvocation> {
  const { objects, clock } = context;
  let sent: { readonly receipt: Receipt; readonly at: number } | undefined;
  return async () => {
    if (sent) {
      const found = await lookFor(sent.receipt, objects);
      if (!found) return WAITING;
      return { is: 'answered', answer: { ...found, milliseconds: clock.now().getTime() - sent.at } };
    }
    const at = clock.now().getTime();
    const receipt = await send(context, request);
    if ('is' in receipt) return receipt;
    sent = { receipt, at };
    return WAITING;
  };
}

const WAITING: LaterInvocation = {
  is: 'waiting',
  saying: 'the endpoint has taken the request, and there is no answer yet',
};

async function send({ runtime, clock }: LaterContext, request: LaterRequest): Promise<Receipt | Invocation> {
  const { InvokeEndpointAsyncCommand } = await import('../aws/sagemaker-runtime.ts');
  const { endpoint, input, contentType, accept, customAttributes, deadline } = request;
  const seconds = Math.ceil((deadline.at.getTime() - clock.now().getTime()) / 1000);
  const command = new InvokeEndpointAsyncCommand({
    EndpointName: endpoint,
    InputLocation: input,
    ContentType: contentType,
    ...(accept && { Accept: accept }),
    ...(customAttributes && { CustomAttributes: customAttributes }),
    RequestTTLSeconds: within(seconds, [60, 21_600]),
    InvocationTimeoutSeconds: within(seconds, [1, 3600]),
  });
  try {
    const { OutputLocation: output, FailureLocation: failure } = await runtime.send(command);
    if (output && failure) return { output, failure };
  } catch (error) {
    return insteadOfAnswer(error, endpoint);
  }
  throw new Error(`SageMaker took a request for ${endpoint} without saying where its answer or its failure will be.`);
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}

async function lookFor({ output, failure }: Receipt, objects: Objects): Promise<AnsweredLater | undefined> {
  const answer = await objects.find(output, MOST_BYTES);
  if (answer) return { status: 200, ...answer };
  const error = await objects.find(failure, MOST_BYTES);
  return error && { status: statusIn(error), ...error };
}

type AnsweredLater = Omit<InvocationResponse, 'milliseconds'>;

/** The status that the container gave, as SageMaker tells it in its text; 0 where it tells none. */
function statusIn({ body }: StoredObject): number {
  const [, status = '0'] =
    /^Received (?:client|server) error \((\d{1,3})\)/.exec(Buffer.from(body).toString('utf8')) ?? [];
  return Number(status);
}
