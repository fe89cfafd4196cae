import type { InvocationResponse } from '../../endpoints/invocation.ts';
import type { LaterInvocation } from '../../endpoints/later-invocation.ts';
import { Failure } from '../../ground/failure.ts';
import type { PollResult } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';

/** How many requests of a whole validation SageMaker may answer in place of the model. */
const MOST = 2;
const CHECK = `At most ${MOST} requests find the endpoint not available`;

/**
 * Counts how often the endpoint was not available: SageMaker answers in place of the model, with a 5xx, or nobody does. A
 * request is repeated; an endpoint that needs this often is not validated. A model that is still being loaded (429) is counted
 * only when it has answered before.
 */
export class Availability {
  readonly #endpoint: string;
  readonly #context: Pick<Context, 'log' | 'report'>;
  #sent = 0;
  #answered = false;
  #unavailable = 0;

  constructor({ endpoint }: { readonly endpoint: string }, context: Pick<Context, 'log' | 'report'>) {
    this.#endpoint = endpoint;
    this.#context = context;
  }

  /** Takes what came of a request. Throws a Failure of kind "refused" when the endpoint was not available too often. */
  judge(seen: LaterInvocation): PollResult<InvocationResponse> {
    if (seen.is === 'waiting') return { is: 'pending', saying: seen.saying };
    this.#sent++;
    if (seen.is === 'answered') {
      this.#answered = true;
      return { is: 'settled', answer: seen.answer };
    }
    if (seen.is === 'not available' || this.#answered) this.#unavailable++;
    if (this.#unavailable > MOST) throw this.#tooOften(seen.seen);
    const what = seen.is === 'not ready' ? 'the model is not ready yet' : 'the endpoint is not available';
    return { is: 'pending', saying: `${what} (${seen.seen})` };
  }

  /** Says how often it was not available, when it was not too often. */
  report(): void {
    this.#context.report.check(CHECK);
    if (this.#unavailable > 0)
      this.#context.log.line(`${this.#unavailable} of ${this.#sent} requests found ${this.#endpoint} not available.`);
  }

  #tooOften(last: string): Failure {
    const seen = `${this.#unavailable} of ${this.#sent} requests found it not available (the last one: ${last})`;
    this.#context.report.check(CHECK, seen);
    return new Failure(
      'SMC-5004',
      `Not validated: ${this.#endpoint} is live, but ${seen}. More than ${MOST} are too many.`,
      'check the instances and the log of the endpoint (links on this page). When it answers steadily, run this job again.',
    );
  }
}
