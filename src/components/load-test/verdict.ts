import { capacityOf, type LoadCapacity } from './capacity.ts';
import type { Samples } from './generator.ts';
import type { LoadTestInputs } from './inputs.ts';
import { judgeLoad, type LimitFinding, type LoadLimits } from './judgement.ts';
import { whyInvalid } from './validity.ts';

/** A stage, and how each limit did in it. */
export interface JudgedStage {
  readonly samples: Samples;
  readonly judged: readonly LimitFinding[];
  /** Whether every limit has to hold in it. */
  readonly required: boolean;
}

/** What a load test shows that measured the endpoint. */
export interface ValidVerdict {
  readonly is: 'good' | 'bad' | 'inconclusive';
  readonly stages: readonly JudgedStage[];
  /** Where the load rose in steps. */
  readonly capacity?: LoadCapacity;
}

/** What a load test shows. Of an invalid one no latency is told. */
export type LoadVerdict = ValidVerdict | { readonly is: 'invalid'; readonly why: string };

/** The limits that the inputs give. */
export function limitsOf({ max_p50_ms, max_p95_ms, max_p99_ms, max_errors }: LoadTestInputs): LoadLimits {
  const latency = [
    [50, max_p50_ms],
    [95, max_p95_ms],
    [99, max_p99_ms],
  ] as const;
  const given = latency.flatMap(([percent, most]) => (most === undefined ? [] : [[percent, most] as const]));
  return { latency: new Map(given), errors: max_errors };
}

/** Judges what was measured. With steps, the limits have to hold up to the required rate, or in the first one. */
export function loadVerdictOf(
  measured: readonly Samples[],
  { shape, required_rate }: Pick<LoadTestInputs, 'shape' | 'required_rate'>,
  limits: LoadLimits,
): LoadVerdict {
  const invalid = measured.length === 0 ? 'no request was counted' : firstInvalid(measured);
  if (invalid !== undefined) return { is: 'invalid', why: invalid };
  const [first] = measured;
  const least = required_rate ?? first?.stage.to ?? 0;
  // The first step at that rate or above it is the last in which they have to hold.
  const isRequired = (index: number) =>
    shape !== 'steps' || index === 0 || (measured[index - 1]?.stage.to ?? 0) < least;
  const times = measured.filter((_, index) => isRequired(index)).length;
  const stages = measured.map((samples, index) => ({
    samples,
    judged: judgeLoad(samples, limits, times),
    required: isRequired(index),
  }));
  const held = stages.filter((stage) => stage.required);
  const steps = stages.map(({ samples: { stage, ended }, judged }) => ({ rate: stage.to, judged, ended }));
  return { is: worstOf(held), stages, ...(shape === 'steps' && { capacity: capacityOf(steps) }) };
}

function firstInvalid(measured: readonly Samples[]): string | undefined {
  return measured.map((samples) => whyInvalid(samples)).find((why) => why !== undefined);
}

function worstOf(stages: readonly JudgedStage[]): 'good' | 'bad' | 'inconclusive' {
  if (stages.some(({ samples, judged }) => samples.ended !== undefined || judged.some(({ is }) => is === 'bad')))
    return 'bad';
  return stages.some(({ judged }) => judged.some(({ is }) => is === 'inconclusive')) ? 'inconclusive' : 'good';
}
