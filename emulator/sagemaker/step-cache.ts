import type * as api from '@aws-sdk/client-sagemaker';
import { isObject, type Json, knowOnly, objectIn, unparsable } from './definition-parts.ts';
import { digest, type Given } from './service.ts';

/** What a cached step has in place of a job of its own. */
export interface Cached {
  /** ARN of the execution whose job it was. */
  readonly execution: string;
  readonly ended: Date;
  readonly metadata: Given<api.PipelineExecutionStepMetadata> | undefined;
  readonly properties: Json | undefined;
}

/** Type of step -> the arguments that make two runs alike, as AWS documents them. */
const alike = new Map<string, readonly string[]>([
  ['Processing', ['AppSpecification', 'Environment', 'ProcessingInputs']],
  [
    'Training',
    [
      'AlgorithmSpecification',
      'CheckpointConfig',
      'DebugHookConfig',
      'DebugRuleConfigurations',
      'Environment',
      'HyperParameters',
      'InputDataConfig',
    ],
  ],
  ['Transform', ['DataProcessing', 'Environment', 'ModelName', 'TransformInput']],
]);

const UNITS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600, 60];
const DURATION = /^P?(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:T(?:(\d+)h)?(?:(\d+)m)?)?$/i;

/** For how many milliseconds a run before may stand for this one; `undefined` when caching is off. */
export function readCacheConfig(config: unknown): number | undefined {
  if (config === undefined) return undefined;
  const given = objectIn(config);
  knowOnly('CacheConfig', given, ['Enabled', 'ExpireAfter']);
  if (given.Enabled !== true) return undefined;
  const found = typeof given.ExpireAfter === 'string' ? DURATION.exec(given.ExpireAfter) : null;
  const seconds = UNITS.reduce((sum, unit, index) => sum + unit * Number(found?.[index + 1] ?? 0), 0);
  if (seconds === 0) throw unparsable(`CacheConfig needs an ExpireAfter in ISO 8601, and has '${given.ExpireAfter}'`);
  return seconds * 1000;
}

/** What the steps of one pipeline came to, for those that run alike later. */
export class StepCache {
  readonly #successes = new Map<string, Cached>();

  /** The newest success of such a run; `undefined` when there is none, or when it is too old. */
  find(key: string, since: Date): Cached | undefined {
    const found = this.#successes.get(key);
    return found && found.ended >= since ? found : undefined;
  }

  put(key: string, cached: Cached): void {
    this.#successes.set(key, cached);
  }
}

/** The same for runs of a step that are alike; `undefined` for steps that are never cached. */
export function cacheKey({ name, type }: { name: string; type: string }, request: unknown): string | undefined {
  const members = alike.get(type);
  if (!members || !isObject(request)) return undefined;
  return digest(name, ...members.map((member) => request[member] ?? null));
}
