import { type LoadPart, requestsOf, type Samples } from '../generator.ts';
import type { Stage } from '../schedule.ts';

/**
 * What one machine would have measured that sent all requests: the parts of each stage that counts, in the order of the workers, put
 * together request by request. No latency is rounded, and none is left out. A stage that a worker ended early counts up to the first
 * request that nobody sent, and is the last one.
 */
export function mergeParts(stages: readonly Stage[], parts: readonly (readonly Samples[])[]): Samples[] {
  const merged: Samples[] = [];
  for (const [place, stage] of stages.entries()) {
    // Whatever happened in the warm-up, the load went on.
    if (!stage.counted) continue;
    const one = mergeStage(
      stage,
      parts.map((stagesOfPart) => stagesOfPart[place]),
    );
    if (one.sent === 0) break;
    merged.push(one);
    if (one.sent < stage.requests) break;
  }
  const why = endedBy(parts);
  const last = merged.pop();
  return last ? [...merged, why === undefined ? last : { ...last, ended: why }] : [];
}

/** Why the first worker ended its part early that did; `undefined` where none did. */
function endedBy(parts: readonly (readonly Samples[])[]): string | undefined {
  const worker = parts.findIndex((stages) => stages.some(({ ended }) => ended !== undefined));
  const why = parts[worker]?.find(({ ended }) => ended !== undefined)?.ended;
  return why === undefined ? undefined : `of those of worker ${worker + 1}, ${why}`;
}

function mergeStage(stage: Stage, parts: readonly (Samples | undefined)[]): Samples {
  const of = parts.length;
  const sent = Math.min(stage.requests, ...parts.map((samples, index) => firstMissing(stage, samples, { index, of })));
  /** The values of the workers in turn, each of the next of its requests. */
  const inTurn = (measured: (samples: Samples) => ArrayLike<number>) => {
    const values = parts.map((samples) => (samples ? measured(samples) : []));
    return (_: unknown, index: number) => values[index % of]?.[Math.floor(index / of)] ?? Number.NaN;
  };
  const places = { length: sent };
  return {
    stage,
    sent,
    latencies: Float32Array.from(
      places,
      inTurn(({ latencies }) => latencies),
    ),
    lateness: Float32Array.from(
      places,
      inTurn(({ lateness }) => lateness),
    ),
    statuses: Uint16Array.from(
      places,
      inTurn(({ statuses }) => statuses),
    ),
    firsts: new Map(parts.flatMap((samples) => [...(samples?.firsts ?? [])]).reverse()),
    sending: Math.max(0, ...parts.map((samples) => samples?.sending ?? 0)),
  };
}

/** The number of the first request of a stage that is a worker's and that it did not send. */
function firstMissing(stage: Stage, samples: Samples | undefined, part: LoadPart): number {
  const { sent = 0 } = samples ?? {};
  return sent < requestsOf(stage, part) ? part.index + sent * part.of : Number.POSITIVE_INFINITY;
}
