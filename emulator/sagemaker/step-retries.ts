import { arrayIn, knowOnly, objectIn, unparsable } from './definition-parts.ts';

/** How often a step that failed for one of these reasons begins again. */
export interface RetryPolicy {
  readonly exceptions: readonly string[];
  /** After the first attempt. */
  readonly attempts: number;
  /** Milliseconds after the start of the first attempt in which another may begin. */
  readonly within: number;
}

const MEMBERS = ['ExceptionType', 'BackoffRate', 'IntervalSeconds', 'MaxAttempts', 'ExpireAfterMin'];

/** The most that the Python SDK lets a policy ask for. */
const MOST_ATTEMPTS = 20;

/** Type of exception -> how the FailureReason of such a step begins. */
const exceptions = new Map([
  ['Step.SERVICE_FAULT', /^(InternalFailure|ServiceUnavailable)/],
  ['Step.THROTTLING', /^ThrottlingException/],
  ['SageMaker.JOB_INTERNAL_ERROR', /^InternalServerError/],
  ['SageMaker.CAPACITY_ERROR', /^CapacityError/],
  ['SageMaker.RESOURCE_LIMIT', /^ResourceLimitExceeded/],
]);

export function readRetryPolicies(policies: unknown = []): RetryPolicy[] {
  return arrayIn(policies).map((policy) => {
    const given = objectIn(policy);
    knowOnly('RetryPolicy', given, MEMBERS);
    const { ExceptionType: types, MaxAttempts: attempts, ExpireAfterMin: minutes } = given;
    const named = arrayIn(types).map(String);
    const unknown = named.find((type) => !exceptions.has(type));
    if (unknown !== undefined) throw unparsable(`Unknown exception type '${unknown}' of a retry policy`);
    return {
      exceptions: named,
      attempts: typeof attempts === 'number' ? attempts : MOST_ATTEMPTS,
      within: typeof minutes === 'number' ? minutes * 60_000 : Number.POSITIVE_INFINITY,
    };
  });
}

interface Failed {
  readonly step: { readonly retryPolicies: readonly RetryPolicy[] };
  readonly attempts: number;
  /** When its first attempt began. */
  readonly began: Date;
}

/** Whether a policy lets the step begin again. The pause before it is left out: who looks would see nothing of it. */
export function mayRetry({ step, attempts, began }: Failed, reason: string, at: Date): boolean {
  return step.retryPolicies.some(
    (policy) =>
      policy.exceptions.some((type) => exceptions.get(type)?.test(reason)) &&
      attempts <= policy.attempts &&
      at.getTime() - began.getTime() < policy.within,
  );
}
