import type { FailureCode } from '../../ground/failure-codes.ts';
import type { FallBack, Strategy } from '../description/strategy.ts';
import { accepts } from '../description/strategy-effects.ts';

/** Why an update would not be brought in by its strategy, as one look at the endpoint and the version shows. */
export interface RefusedFallBack {
  readonly code: FailureCode;
  readonly why: string;
  readonly next: string;
}

const WORDS = {
  first_deployment: 'is new, and SageMaker creates an endpoint with all the traffic at once',
  marketplace: 'is to serve a container of AWS Marketplace, and SageMaker moves all the traffic to it at once',
} as const satisfies Partial<Record<FallBack, string>>;

/** Refuses what SageMaker would silently do at once, unless the strategy accepts it. */
export function refusedFallBack(
  endpoint: string,
  strategy: Strategy | undefined,
  situation: keyof typeof WORDS,
): RefusedFallBack | undefined {
  if (!strategy || accepts(strategy, situation)) return undefined;
  return {
    code: 'SMC-4018',
    why: `${endpoint} ${WORDS[situation]}: the strategy ${strategy.type} would do nothing.`,
    next: `add ${situation} to strategy.all_at_once_for in the endpoint file if that is what you want, then push.`,
  };
}
