import { thousands } from '../../ground/thousands.ts';
import { type LoadCapacity, type ScalingAdvice, scalingFor } from './capacity.ts';
import type { Samples } from './generator.ts';
import { CLASSES, type ErrorClass, type LimitFinding, percentWords, statusWords } from './judgement.ts';
import { latenciesInOrder, PERCENTILES, percentile } from './percentiles.ts';
import type { Stage } from './schedule.ts';
import type { JudgedStage } from './verdict.ts';

/** `25/s for 60 s`, `5 to 50/s in 60 s`. */
export function stageWords({ from, to, seconds }: Stage): string {
  const rate = (each: number) => Number(each.toFixed(1));
  const lasting = Number(seconds.toFixed(1));
  return from === to ? `${rate(to)}/s for ${lasting} s` : `${rate(from)} to ${rate(to)}/s in ${lasting} s`;
}

/** What came of a stage, without a latency: whether it is valid is not known yet. */
export function stageLine({ stage, sent, statuses, ended }: Samples): string {
  const failed = statuses.filter((status) => status !== 200).length;
  const what = `${stageWords(stage)}${stage.counted ? '' : ' to warm up'}: ${thousands(sent)} requests sent, ${failed === 0 ? 'none' : thousands(failed)} failed`;
  return ended === undefined ? `${what}.` : `${what}; ended early, because ${ended}.`;
}

/** A latency as it is told; a percentile that falls on a request that failed is none. */
export function millisecondWords(latency: number | undefined): string {
  if (latency === undefined || !Number.isFinite(latency)) return 'no answer';
  return `${Number(latency.toFixed(latency < 100 ? 1 : 0))} ms`;
}

/** The numbers of a stage: for the log, the report and the page. */
export function numbersOf({ samples, judged, required }: JudgedStage) {
  const { stage, sent, lateness, sending, statuses, firsts, ended } = samples;
  const ordered = latenciesInOrder(samples);
  const count = (kind: ErrorClass) => statuses.filter((status) => CLASSES[kind](status)).length;
  const kinds = Object.keys(CLASSES).filter((kind): kind is ErrorClass => kind in CLASSES);
  return {
    stage: stageWords(stage),
    rate: stage.to,
    required,
    requests: sent,
    seconds: sending / 1000,
    percentiles: Object.fromEntries(
      PERCENTILES.map((percent) => [`p${percent}`, finite(percentile(ordered, percent))]),
    ),
    slowest: finite(ordered.at(-1)),
    late_p99_ms: finite(percentile(lateness.toSorted(), 99)),
    failed: Object.fromEntries(kinds.map((kind) => [kind, count(kind)])),
    first_of_each: Object.fromEntries([...firsts].map(([status, why]) => [statusWords(status), why])),
    ended,
    judged,
  };
}

/** JSON has no infinity: null is a request that was not answered. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toFixed(3)) : null;
}

/** The lines of a stage in the log. */
export function stageLines(stage: JudgedStage): string[] {
  const { samples, judged } = stage;
  const ordered = latenciesInOrder(samples);
  const percentiles = PERCENTILES.map((percent) => `p${percent} ${millisecondWords(percentile(ordered, percent))}`);
  const late = percentile(samples.lateness.toSorted(), 99);
  return [
    `${stageWords(samples.stage)}: ${percentiles.join(', ')}, slowest ${millisecondWords(ordered.at(-1))} (${thousands(samples.sent)} requests, 99 of 100 sent at most ${millisecondWords(late)} late)`,
    ...[...samples.firsts].map(
      ([status, why]) => `  failed: ${countOf(samples, status)} with ${statusWords(status)}, the first: ${why}`,
    ),
    ...judged.map((each) => `  ${judgedWords(each)}`),
  ];
}

const countOf = ({ statuses }: Samples, status: number) => statuses.filter((each) => each === status).length;

/** `good: p99 at most 250 ms: 3 of 1,200 requests are beyond it ...` */
export function judgedWords(judged: LimitFinding): string {
  return `${judged.is}: ${limitWords(judged)}`;
}

/** What is known about a limit, without whether it held. */
export function limitWords({ name, is, beyond, requests, allowed, from, to, more }: LimitFinding): string {
  const seen = `${thousands(beyond)} of ${thousands(requests)} requests are beyond it (${percentWords(beyond / requests)}; the true share is from ${percentWords(from)} to ${percentWords(to)}, and ${percentWords(allowed)} may be)`;
  return `${name}: ${seen}${is === 'inconclusive' ? `; ${moreWords(more)}` : ''}`;
}

/** How many more requests would decide. */
function moreWords(more: number | undefined): string {
  if (more === undefined) return 'the share is so near to what is allowed that no number of requests decides';
  return `about ${thousands(Math.max(1, Math.ceil(more)))} more requests would decide`;
}

/** What the knee means, in lines. */
export function capacityLines(
  { rate, beyond }: LoadCapacity,
  { instances, wished }: { readonly instances: number | undefined; readonly wished: number | undefined },
): string[] {
  if (rate === undefined) return [`No step held: ${beyond.join(', ')}. Begin with a lower rate.`];
  const found =
    beyond.length === 0
      ? `Capacity: ${rate}/s or more; every step held. A higher rate would find where it ends.`
      : `Capacity: ${rate}/s. At the next step this did not hold: ${beyond.join(', ')}.`;
  if (instances === undefined) return [found, 'The number of instances is not known, or changed: no target is told.'];
  return [found, scalingLine(scalingFor(rate, instances, wished), { instances, wished })];
}

function scalingLine(
  { target, instances: needed }: ScalingAdvice,
  { instances, wished }: { readonly instances: number; readonly wished: number | undefined },
): string {
  const told = `Autoscaling target (SageMakerVariantInvocationsPerInstance), half of that for each of ${instances} instance${instances === 1 ? '' : 's'}: ${target} a minute.`;
  return needed === undefined ? told : `${told} ${wished}/s need ${needed} instance${needed === 1 ? '' : 's'}.`;
}
