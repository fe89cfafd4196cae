import type { LimitFinding } from './judgement.ts';
import { holds } from './judgement.ts';

/** A step of a search, and how each limit did in it. */
export interface LoadStep {
  /** Requests a second. */
  readonly rate: number;
  readonly judged: readonly LimitFinding[];
  /** Why it was ended early. */
  readonly ended?: string | undefined;
}

/** Where an endpoint can no more. */
export interface LoadCapacity {
  /** The highest rate at which every limit held, in requests a second; `undefined` where none did. */
  readonly rate: number | undefined;
  /** The limits that did not hold at the next step; empty where every step held, so that the capacity may be more. */
  readonly beyond: readonly string[];
}

/** Finds the knee: the last step at which every limit held, before the first at which one did not. */
export function capacityOf(steps: readonly LoadStep[]): LoadCapacity {
  const knee = steps.findIndex((step) => !stepHolds(step));
  if (knee < 0) return { rate: steps.at(-1)?.rate, beyond: [] };
  const { judged = [], ended } = steps[knee] ?? {};
  const beyond = judged.filter((each) => !holds(each)).map(({ name }) => name);
  return { rate: steps[knee - 1]?.rate, beyond: [...beyond, ...(ended === undefined ? [] : [ended])] };
}

/** Whether every limit held in a step. */
export function stepHolds({ judged, ended }: LoadStep): boolean {
  return ended === undefined && judged.every(holds);
}

/**
 * How much of the capacity an instance is to be given before others are started: AWS begins with half
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html).
 */
const SAFETY_FACTOR = 0.5;

/** What a capacity means for autoscaling. */
export interface ScalingAdvice {
  /** SageMakerVariantInvocationsPerInstance: requests a minute and instance. */
  readonly target: number;
  /** Instances for the rate that is wished for; absent where none is. */
  readonly instances?: number;
}

/** The target of autoscaling, and how many instances a rate needs, in requests a second, where one instance can so much. */
export function scalingFor(capacity: number, instances: number, wished: number | undefined): ScalingAdvice {
  const perInstance = (capacity / instances) * SAFETY_FACTOR;
  const target = Math.floor(perInstance * 60);
  return { target, ...(wished !== undefined && { instances: Math.ceil(wished / perInstance) }) };
}
