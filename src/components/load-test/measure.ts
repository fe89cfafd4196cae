import type { Invocations } from '../../aws/invocations.ts';
import type { Context } from '../../program/context.ts';
import { stepHolds } from './capacity.ts';
import { type Limits, runStage, type Samples } from './generator.ts';
import type { LoadTestInputs } from './inputs.ts';
import { judgeLoad, type LoadLimits } from './judgement.ts';
import { stagesOf } from './schedule.ts';
import { stageLine } from './show.ts';
import { whyInvalid } from './validity.ts';

/** Requests that may be under way at once: each has a connection, and a machine has few more. */
const UNDER_WAY = 2_000;

/** Milliseconds after which the requests are signed anew: AWS takes a signature for five minutes. */
const SIGNED_FOR = 60_000;

/** What is sent, again and again. */
export interface LoadRequest {
  readonly endpoint: string;
  readonly payload: Uint8Array;
  readonly asked: Pick<LoadTestInputs, 'content_type' | 'request_timeout' | 'stop_at_error_percent'> &
    Partial<Pick<LoadTestInputs, 'accept' | 'custom_attributes'>>;
}

/** Signed requests, which are signed anew in time until they are closed, and when a load of them is ended. */
interface OpenLoad extends Pick<Invocations, 'send' | 'close'> {
  readonly limits: Limits;
}

/** Signs the request of a load. */
export async function openLoad(
  { endpoint, payload, asked }: LoadRequest,
  { aws }: Pick<Context, 'aws'>,
): Promise<OpenLoad> {
  const { content_type, accept, custom_attributes, request_timeout, stop_at_error_percent } = asked;
  const request = {
    EndpointName: endpoint,
    Body: payload,
    ContentType: content_type,
    ...(accept && { Accept: accept }),
    ...(custom_attributes && { CustomAttributes: custom_attributes }),
  };
  const invocations = await aws.invocations(request, request_timeout * 1000);
  await invocations.sign();
  // Where that fails, the requests do soon, and their first answer says why.
  const signing = setInterval(() => void invocations.sign().catch(() => undefined), SIGNED_FOR).unref();
  return {
    send: invocations.send,
    limits: { errors: stop_at_error_percent / 100, underWay: UNDER_WAY },
    close() {
      clearInterval(signing);
      invocations.close();
    },
  };
}

/**
 * Sends the load, and returns what was measured in each stage that counts. A search ends with the first step at which a limit did
 * not hold; whatever the shape, a stage that measured this machine instead of the endpoint is the last.
 */
export async function measureLoad(
  given: LoadTestInputs,
  { endpoint, payload, limits }: Pick<LoadRequest, 'endpoint' | 'payload'> & { readonly limits: LoadLimits },
  { aws, clock, log }: Context,
): Promise<Samples[]> {
  const load = await openLoad({ endpoint, payload, asked: given }, { aws });
  const measured: Samples[] = [];
  try {
    for (const stage of stagesOf(given)) {
      const samples = await runStage(stage, { send: load.send, clock, limits: load.limits });
      log.line(stageLine(samples));
      if (!stage.counted) continue;
      measured.push(samples);
      const rate = stage.to;
      if (whyInvalid(samples) !== undefined) break;
      if (!stepHolds({ rate, judged: judgeLoad(samples, limits), ended: samples.ended })) break;
    }
    return measured;
  } finally {
    load.close();
  }
}
