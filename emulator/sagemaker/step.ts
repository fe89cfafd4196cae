import type { Json } from './definition-parts.ts';
import type { RetryPolicy } from './step-retries.ts';

export interface Step {
  readonly name: string;
  readonly type: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly arguments: Json;
  readonly propertyFiles: readonly PropertyFile[];
  /** The steps that must have succeeded before this one: those it names, and those it refers to. */
  readonly needs: readonly string[];
  readonly retryPolicies: readonly RetryPolicy[];
  /** For how many milliseconds a run before may stand for this one; `undefined` when it is never looked for. */
  readonly cachedFor: number | undefined;
  /** The branches of a Condition. */
  readonly ifSteps: readonly Step[];
  readonly elseSteps: readonly Step[];
}

/** A JSON document that a processing step leaves among its outputs for later steps. */
export interface PropertyFile {
  readonly name: string;
  readonly output: string;
  readonly path: string;
}
