import type { Fact } from '../../preview/approver-view.ts';
import { factsPart, html, type Part, pageOf } from '../../preview/page.ts';
import { linePlot, ticksUpTo } from '../../preview/plot.ts';
import type { Samples } from './generator.ts';
import { inOrder, percentile } from './percentiles.ts';
import { intendedAt } from './schedule.ts';
import { capacityLines, limitWords, millisecondWords, stageWords } from './show.ts';
import type { JudgedStage, ValidVerdict } from './verdict.ts';

interface About {
  readonly title: string;
  readonly instances: number | undefined;
  readonly wished: number | undefined;
}

/** The page of a load test: the verdict, then what was measured, each plot with its numbers as a table. */
export function loadPage(verdict: ValidVerdict, { title, instances, wished }: About): string {
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

/** Where the percentiles stand: each next one has a tenth of the requests above it. */
const SHOWN = [0, 50, 75, 90, 95, 99, 99.5, 99.9] as const;
const place = (percent: number) => -Math.log10(1 - percent / 100);

function percentilesPart(samples: Samples): Part {
  const ordered = inOrder(samples);
  const rows = SHOWN.map((percent) => ({ percent, latency: percentile(ordered, percent) }));
  const known = rows.flatMap(({ percent, latency }) =>
    latency !== undefined && Number.isFinite(latency) ? [[place(percent), latency] as const] : [],
  );
  const ticks = [0, 50, 90, 99, 99.9].map((percent) => ({ at: place(percent), text: `p${percent}` }));
  const plot = linePlot({
    title: 'Latency by percentile',
    x: { label: 'percentile', ticks },
    y: { label: 'milliseconds', ticks: ticksUpTo(highest(known)) },
    lines: [{ name: 'latency', points: known }],
  });
  const table = rows.map(({ percent, latency }) => [`p${percent}`, millisecondWords(latency)]);
  return plotPart(`Latency by percentile, at ${stageWords(samples.stage)}`, plot, {
    heads: ['percentile', 'latency'],
    rows: table,
  });
}

/** How many spans of time a table shows. */
const SPANS = 20;

function timePart(samples: Samples): Part {
  const spans = spansOf(samples);
  const line = (name: string, latencyOf: (ordered: Float32Array) => number | undefined) => ({
    name,
    points: spans.flatMap(({ from, ordered }) => {
      const latency = latencyOf(ordered);
      return latency !== undefined && Number.isFinite(latency) ? [[from, latency] as const] : [];
    }),
  });
  const lines = [line('slowest', slowestAnswer), line('median', (ordered) => percentile(ordered, 50))];
  const plot = linePlot({
    title: 'Latency over time',
    x: { label: 'seconds since the beginning', ticks: ticksUpTo(samples.stage.seconds) },
    y: { label: 'milliseconds', ticks: ticksUpTo(highest(lines.flatMap(({ points }) => points))) },
    lines,
  });
  const rows = spans.map(({ from, ordered, failed }) => [
    `from ${Number(from.toFixed(1))} s`,
    millisecondWords(percentile(ordered, 50)),
    millisecondWords(slowestAnswer(ordered)),
    `${failed} of ${ordered.length}`,
  ]);
  return plotPart('Latency over time', plot, { heads: ['time', 'median', 'slowest', 'failed'], rows });
}

/** The slowest request that was answered. */
const slowestAnswer = (ordered: Float32Array) => ordered.findLast(Number.isFinite);

interface Span {
  /** Seconds since the beginning. */
  readonly from: number;
  readonly ordered: Float32Array;
  readonly failed: number;
}

function spansOf({ stage, sent, latencies, statuses }: Samples): Span[] {
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
    return { from: span * length, ordered: inOrder(its), failed };
  }).filter(({ ordered }) => ordered.length > 0);
}

function kneePart(stages: readonly JudgedStage[]): Part {
  const told = stages.map(({ samples }) => {
    const ordered = inOrder(samples);
    return { samples, median: percentile(ordered, 50), late: percentile(ordered, 99) };
  });
  const line = (name: string, of: 'median' | 'late') => ({
    name,
    points: told.flatMap((each) => {
      const latency = each[of];
      return latency !== undefined && Number.isFinite(latency) ? [[each.samples.stage.to, latency] as const] : [];
    }),
  });
  const lines = [line('p99', 'late'), line('p50', 'median')];
  const plot = linePlot({
    title: 'Latency by rate',
    x: { label: 'requests a second', ticks: ticksUpTo(stages.at(-1)?.samples.stage.to ?? 1) },
    y: { label: 'milliseconds', ticks: ticksUpTo(highest(lines.flatMap(({ points }) => points))) },
    lines,
  });
  const rows = told.map(({ samples, median, late }) => [
    stageWords(samples.stage),
    millisecondWords(median),
    millisecondWords(late),
    `${samples.statuses.filter((status) => status !== 200).length} of ${samples.sent}`,
  ]);
  return plotPart('Latency by rate', plot, { heads: ['step', 'p50', 'p99', 'failed'], rows });
}

const highest = (points: readonly (readonly [number, number])[]) => Math.max(1, ...points.map(([, y]) => y));

interface Table {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function plotPart(heading: string, plot: string, { heads, rows }: Table): Part {
  const head = heads.map((each) => `<th scope="col">${html(each)}</th>`).join('');
  const body = rows.map(([first = '', ...others]) => {
    const cells = others.map((each) => `<td>${html(each)}</td>`).join('');
    return `<tr><th scope="row">${html(first)}</th>${cells}</tr>\n`;
  });
  const begin = `<h2>${html(heading)}</h2>\n${plot}<table><caption>${html(heading)}</caption><thead><tr>${head}</tr></thead><tbody>\n`;
  return { begin, pieces: body, end: '</tbody></table>\n' };
}
