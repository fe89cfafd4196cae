import { createHash } from 'node:crypto';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { OverdueError } from '../aws/handler.ts';
import { type Clock, elapsedOn } from '../ground/clock.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import type { PatternMatcher } from './pattern-matcher.ts';

/** What is sent to an endpoint. */
export interface InvocationRequest {
  readonly endpoint: string;
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly accept: string | undefined;
  /** For the container, which SageMaker passes on as it is. */
  readonly customAttributes: string | undefined;
  /** The variant that is to answer; by their weights, where nothing is said. */
  readonly variant?: string | undefined;
}

/** What a model answered to one request. */
export interface InvocationResponse {
  /** The HTTP status of the model's container. */
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly milliseconds: number;
  /** The variant that answered; SageMaker does not name it where the model failed. */
  readonly variant?: string | undefined;
}

/** The most that SageMaker takes in one request. */
export const MAX_PAYLOAD_BYTES = 6_291_456;

/** What came of one request: an answer of the model, or what was seen in its place (`HTTP 503`). */
export type Invocation =
  | { is: 'answered'; answer: InvocationResponse }
  | { is: 'not ready'; seen: string }
  | { is: 'not available'; seen: string };

/**
 * Sends one request (AWS: InvokeEndpoint). "not ready" is a model that is still being loaded. An error of the model is
 * an answer. Throws a Failure of kind "refused" when the endpoint no longer exists.
 */
export async function invoke(
  { runtime, clock }: { runtime: SageMakerRuntimeClient; clock: Clock },
  { endpoint, payload, contentType, accept, customAttributes, variant }: InvocationRequest,
): Promise<Invocation> {
  const { InvokeEndpointCommand, ModelError } = await import('../aws/sagemaker-runtime.ts');
  const request = {
    EndpointName: endpoint,
    Body: payload,
    ContentType: contentType,
    ...(accept && { Accept: accept }),
    ...(customAttributes && { CustomAttributes: customAttributes }),
    ...(variant && { TargetVariant: variant }),
  };
  const start = elapsedOn(clock);
  // A model that takes few milliseconds is compared with another by their tenths.
  const elapsed = () => Math.round(100 * (elapsedOn(clock) - start)) / 100;
  try {
    const { Body, ContentType, InvokedProductionVariant, $metadata } = await runtime.send(
      new InvokeEndpointCommand(request),
    );
    const answer = { contentType: ContentType ?? '', body: Body ?? new Uint8Array(), milliseconds: elapsed() };
    const from = { status: $metadata.httpStatusCode ?? 200, variant: InvokedProductionVariant };
    return { is: 'answered', answer: { ...from, ...answer } };
  } catch (error) {
    if (!(error instanceof ModelError)) return insteadOfAnswer(error, endpoint);
    const body = Buffer.from(error.OriginalMessage ?? error.message);
    const status = error.OriginalStatusCode ?? 500;
    return { is: 'answered', answer: { status, contentType: 'text/plain', body, milliseconds: elapsed() } };
  }
}

/** What an error says that is none of the model. Throws it where it says nothing about the endpoint. */
export function insteadOfAnswer(error: unknown, endpoint: string): Invocation {
  const { name, message, status = 0 } = partsOf(error);
  if (name === 'ModelNotReadyException') return { is: 'not ready', seen: `HTTP ${status}` };
  // Also where the answer is a page that is not SageMaker's own: a load balancer stands before it.
  if (status >= 500) return { is: 'not available', seen: `HTTP ${status}` };
  if (error instanceof OverdueError) return { is: 'not available', seen: error.what };
  if (name === 'ValidationError' && /not found/.test(message)) throw gone(endpoint, error);
  if (name === 'ValidationError' && /oversize body/.test(message)) throw tooLarge(endpoint, error);
  throw error;
}

/** The Failure for an endpoint that disappeared between two requests. */
function gone(endpoint: string, error: unknown): Failure {
  return new Failure(
    'SMC-5005',
    `${endpoint} stopped serving during the requests (${inItsOwnWords(error)}).`,
    'find out who changed it in CloudTrail (UpdateEndpoint, DeleteEndpoint). Then run the deploy-model job again, then run this job again.',
    error,
  );
}

/** The Failure for a payload that SageMaker takes for an endpoint on instances, and not without them. */
function tooLarge(endpoint: string, error: unknown): Failure {
  return new Failure(
    'SMC-5008',
    `Not validated: SageMaker does not take a request of this size for ${endpoint} (${inItsOwnWords(error)}).`,
    'send a smaller payload_file: a serverless endpoint takes at most 4 MB. If its users send more, serve on instances.',
    error,
  );
}

/** What every answer must fulfil; `undefined` members are not checked. */
export interface Expectations {
  /** Media types, as in an Accept header. */
  readonly accept: string | undefined;
  readonly expect: RegExp | undefined;
  readonly max_latency_ms: number | undefined;
}

const CHECKS = {
  status: 'Every answer has the HTTP status 200',
  contentType: 'Every answer has the requested content type',
  match: 'Every answer matches the expected pattern',
  time: 'Every answer arrives within max_latency_ms',
};

/** One answer: what is wrong with it, and what identifies it. */
export interface JudgedResponse {
  readonly wrong: Readonly<Partial<Record<keyof typeof CHECKS, string>>>;
  readonly status: number;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly milliseconds: number;
}

/** What tries the expected pattern, and for how many milliseconds at most. */
export interface Matching {
  readonly matcher: PatternMatcher;
  readonly milliseconds: number;
}

/** An answer is good when its status is 200, and its type, text and time are as expected. */
export async function judgeResponse(
  answer: InvocationResponse,
  { accept, expect, max_latency_ms }: Expectations,
  matching: Matching,
): Promise<JudgedResponse> {
  const { status, contentType, body, milliseconds } = answer;
  const wrong = {
    ...(status !== 200 && { status: `HTTP ${status}: ${opening(answer, 200) || withoutWords(status)}` }),
    ...(accept && !isAccepted(contentType, accept) && { contentType: `"${contentType}" instead of "${accept}"` }),
    ...(expect && (await mismatch(answer, expect, matching))),
    ...(max_latency_ms !== undefined &&
      milliseconds > max_latency_ms && { time: `${milliseconds} ms, more than ${max_latency_ms} ms` }),
  };
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { wrong, status, contentType, bytes: body.byteLength, sha256, milliseconds };
}

/** SageMaker gives the status 0 when the container gave none, often without a word. */
function withoutWords(status: number): string {
  return status === 0 ? 'the container ended, closed the connection, or took longer than 60 s' : 'its body is empty';
}

/** The beginning of an answer's text. */
export function opening({ body }: Pick<InvocationResponse, 'body'>, characters: number): string {
  const text = Buffer.from(body.subarray(0, characters * 4)).toString('utf8');
  return text.length > characters ? `${text.slice(0, characters)}...` : text;
}

function isAccepted(contentType: string, accept: string): boolean {
  const type = mediaType(contentType);
  return accept
    .split(',')
    .map(mediaType)
    .some((wanted) => wanted === type || wanted === '*/*' || wanted === type.replace(/\/.*$/, '/*'));
}

function mediaType(header: string): string {
  return header.replace(/;.*$/s, '').trim().toLowerCase();
}

const MAX_TEXT_BYTES = 1_048_576;

/** Why an answer does not match. Bytes and milliseconds are limited; a pattern that was not tried did not match. */
async function mismatch(
  { body }: InvocationResponse,
  expect: RegExp,
  { matcher, milliseconds }: Matching,
): Promise<{ match?: string }> {
  if (milliseconds <= 0) return { match: `${expect} was not tried: no time was left` };
  const text = Buffer.from(body.subarray(0, MAX_TEXT_BYTES)).toString('utf8');
  const cut = body.byteLength > MAX_TEXT_BYTES ? ` in its first ${MAX_TEXT_BYTES} bytes` : '';
  const matches = await matcher.matches(expect, text, milliseconds);
  if (typeof matches === 'string') return { match: `${expect} ${matches}; use a simpler pattern` };
  return matches ? {} : { match: `no match of ${expect}${cut} in ${quoted(opening({ body }, 200))}` };
}

/** In quotes, so that a newline at its end is seen. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\\"', '"');
}

export interface ResponseCheck {
  readonly name: string;
  /** Why it failed; absent when it passed. */
  readonly why?: string;
}

/** One check for each expectation of all answers, with the first answers that failed it. */
export function checksOf(
  answers: readonly JudgedResponse[],
  { accept, expect, max_latency_ms }: Expectations,
): ResponseCheck[] {
  const asked = { status: true, contentType: accept, match: expect, time: max_latency_ms };
  const keys = ['status', 'contentType', 'match', 'time'] as const;
  return keys.filter((key) => asked[key] !== undefined).map((key) => checkOf(answers, key));
}

function checkOf(answers: readonly JudgedResponse[], key: keyof typeof CHECKS): ResponseCheck {
  const wrong = answers.flatMap(({ wrong: each }, index) => (each[key] ? [`request ${index + 1}: ${each[key]}`] : []));
  if (wrong.length === 0) return { name: CHECKS[key] };
  const more = wrong.length > 3 ? [`and ${wrong.length - 3} more of ${answers.length}`] : [];
  return { name: CHECKS[key], why: [...wrong.slice(0, 3), ...more].join('; ') };
}
