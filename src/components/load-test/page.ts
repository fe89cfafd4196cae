import { type Fact, factsPart, html, type Part, pageOf } from '../../pages/page.ts';
import { lineThrough, type PlotPoint, plotPart } from '../../pages/plots.ts';
import type { Samples } from './generator.ts';
import { latenciesInOrder, percentile } from './percentiles.ts';
import { intendedAt } from './schedule.ts';
import { capacityLines, limitWords, millisecondWords, stageWords } from './show.ts';
import type { JudgedStage, ValidVerdict } from './verdict.ts';

interface LoadPage {
  readonly title: string;
  readonly instances: number | undefined;
  readonly wished: number | undefined;
}

/** The page of a load test: the verdict, then what was measured, each plot with its numbers as a table. */
export function loadPage(verdict: ValidVerdict, { title, instances, wished }: LoadPage): string {
  const { stages, capacity } = verdict;
  const facts = stages.filter(({ required }) => required).flatMap((stage) => factsOf(stage, stages.length > 1));
  const knee = capacity ? capacityLines(capacity, { instances, wished }) : [];
  const found = knee.map((text, index) => ({ label: index === 0 ? 'capacity' : 'scaling', text }));
  // The last of the stages that count is what the verdict rests on most.
  const shown = stages.filter(({ required }) => required).at(-1)?.samples;
  return pageOf({
    title,
    lead: `<p>${html(`Verdict: ${verdict.is}.`)}</p>\n`,
    parts: [
      factsPart('Verdict', [...facts, ...found]),
      ...(stages.length > 1 ? [kneePart(stages)] : []),
      ...(shown ? [percentilesPart(shown), timePart(shown)] : []),
    ],
  });
}

function factsOf({ samples, judged }: JudgedStage, oneOfMany: boolean): Fact[] {
  const place = oneOfMany ? `at ${samples.stage.to}/s, ` : '';
  const facts = judged.map((each) => ({ label: each.is, text: place + limitWords(each), warns: each.is !== 'good' }));
  const { ended } = samples;
  return ended === undefined ? facts : [...facts, { label: 'ended', text: `${place}early: ${ended}`, warns: true }];
}

/** The percentiles of the plot; it is a line through them. */
const SHOWN = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9] as const;

function percentilesPart(samples: Samples): Part {
  const ordered = latenciesInOrder(samples);
  const rows = SHOWN.map((percent) => ({ percent, latency: percentile(ordered, percent) }));
  const points = known(rows.map(({ percent, latency }) => ({ x: percent, y: latency })));
  const plot = lineThrough(
    'Latency by percentile',
    { x: { label: 'percentile', range: [0, 100] }, y: upTo(points) },
    points,
  );
  return plotPart(`Latency by percentile, at ${stageWords(samples.stage)}`, plot, {
    caption: 'The latency that so many per cent of the requests do not exceed',
    columns: ['percentile', 'latency'],
    rows: rows.map(({ percent, latency }) => [`p${percent}`, millisecondWords(latency)]),
  });
}

/** The points that have a latency: of requests that failed there is none. */
function known(points: readonly { readonly x: number; readonly y: number | undefined }[]): PlotPoint[] {
  return points.flatMap(({ x, y }) => (y !== undefined && Number.isFinite(y) ? [{ x, y }] : []));
}

/** An axis of milliseconds from 0 to the highest point. */
function upTo(points: readonly PlotPoint[]) {
  return { label: 'milliseconds', range: [0, Math.max(1, ...points.map(({ y }) => y))] } as const;
}

/** How many spans of time a table shows. */
const SPANS = 20;

function timePart(samples: Samples): Part {
  const spans = spansOf(samples);
  const points = known(spans.map(({ from, ordered }) => ({ x: from, y: slowestAnswer(ordered) })));
  const plot = lineThrough(
    'Slowest answer over time',
    { x: { label: 'seconds since the beginning', range: [0, samples.stage.seconds] }, y: upTo(points) },
    points,
  );
  const rows = spans.map(({ from, ordered, failed }) => [
    `from ${Number(from.toFixed(1))} s`,
    millisecondWords(percentile(ordered, 50)),
    millisecondWords(slowestAnswer(ordered)),
    `${failed} of ${ordered.length}`,
  ]);
  const columns = ['time', 'median', 'slowest', 'failed'];
  return plotPart('Latency over time', plot, { caption: 'By when the requests were due', columns, rows });
}

/** The slowest request that was answered. */
const slowestAnswer = (ordered: Float32Array) => ordered.findLast(Number.isFinite);

interface LoadSpan {
  /** Seconds since the beginning. */
  readonly from: number;
  readonly ordered: Float32Array;
  readonly failed: number;
}

function spansOf({ stage, sent, latencies, statuses }: Samples): LoadSpan[] {
  const length = stage.seconds / SPANS;
  return Array.from({ length: SPANS }, (_, span) => {
    const within = (index: number) =>
      Math.min(SPANS - 1, Math.floor(intendedAt(stage, index) / 1000 / length)) === span;
    const indices = Array.from({ length: sent }, (_unused, index) => index).filter(within);
    const its = {
      latencies: Float32Array.from(indices, (index) => latencies[index] ?? 0),
      statuses: Uint16Array.from(indices, (index) => statuses[index] ?? 0),
    };
    const failed = its.statuses.filter((status) => status !== 200).length;
    return { from: span * length, ordered: latenciesInOrder(its), failed };
  }).filter(({ ordered }) => ordered.length > 0);
}

function kneePart(stages: readonly JudgedStage[]): Part {
  const told = stages.map(({ samples }) => ({ samples, ordered: latenciesInOrder(samples) }));
  const points = known(told.map(({ samples, ordered }) => ({ x: samples.stage.to, y: percentile(ordered, 99) })));
  const plot = lineThrough(
    'p99 by rate',
    { x: { label: 'requests a second', range: [0, stages.at(-1)?.samples.stage.to ?? 1] }, y: upTo(points) },
    points,
  );
  const rows = told.map(({ samples, ordered }) => [
    stageWords(samples.stage),
    millisecondWords(percentile(ordered, 50)),
    millisecondWords(percentile(ordered, 99)),
    `${samples.statuses.filter((status) => status !== 200).length} of ${samples.sent}`,
  ]);
  const columns = ['step', 'p50', 'p99', 'failed'];
  return plotPart('Latency by rate', plot, { caption: 'Each step', columns, rows });
}
