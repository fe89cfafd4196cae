import { thousands } from '../ground/thousands.ts';
import { html, type Part, pageOf } from '../pages/page.ts';
import { countedPairs, intervals, plotPart } from '../pages/plots.ts';
import type { Answers } from '../statistics/answers.ts';
import { quantile } from '../statistics/resampling.ts';
import type { ComparedLatency, ComparedMetric, ModelComparison } from './comparison.ts';
import { latenciesOf, toldComparison } from './comparison-words.ts';
import { type AnsweredPairs, SIDES } from './pairs.ts';
import { shown } from './words.ts';

/** What a page of a comparison says beside what was judged: its title, how it ended, and what was asked. */
export interface ComparisonPage {
  readonly title: string;
  readonly verdict: string;
  readonly asked: string;
}

/** The page of a comparison: the verdict, each question, and plots with their numbers. It has sums only, and no row. */
export function comparisonPage(comparison: ModelComparison, answered: AnsweredPairs, page: ComparisonPage): string {
  const { title, verdict, asked } = page;
  const lead = `<p>${html(verdict)}</p>\n<p class="quiet">${html(asked)}</p>\n`;
  const parts = [
    questionsPart(comparison),
    ...comparison.metrics.map(differencePart),
    ...errorParts(answered),
    latencyPart(answered, comparison),
  ];
  return pageOf({ title, lead, parts });
}

function questionsPart(comparison: ModelComparison): Part {
  return {
    begin:
      '<h2>Findings</h2>\n<table class="judged"><caption>Each question, and what was found</caption><thead><tr><th scope="col">question</th><th scope="col">finding</th><th scope="col">found</th></tr></thead><tbody>\n',
    pieces: toldComparison(comparison).map(({ name, finding, found }) => {
      const warns = finding === 'worse' || finding === 'inconclusive';
      const told = warns ? `<span class="warns">${finding}</span>` : finding;
      return `<tr><th scope="row">${html(name)}</th><td>${told}</td><td>${html(found)}</td></tr>\n`;
    }),
    end: '</tbody></table>\n',
  };
}

/** How much better the challenger is, with its bounds, beside the margin that it must keep. */
function differencePart(compared: ComparedMetric): Part {
  const { metric, better, lower, upper, margin, champion, challenger, p, smallest } = compared;
  const name = `Difference of ${metric}`;
  const interval = { label: 'challenger', value: better, lower, upper, limit: -margin };
  const svg = Number.isNaN(lower) ? '' : intervals(name, `better by, in ${metric}`, [interval], [0]);
  return plotPart(name, svg, {
    caption: `${metric} of both, and how much better the challenger is (one-sided 95 % bounds)`,
    columns: ['number', metric],
    rows: [
      ['champion', shown(champion)],
      ['challenger', shown(challenger)],
      ['better by', shown(better)],
      ['at least', shown(lower)],
      ['at most', shown(upper)],
      ['may be worse by', shown(margin)],
      ['p', shown(p)],
      ['smallest difference that the rows find', shown(smallest)],
    ],
  });
}

/** Where both predict numbers: how far each is off, row by row. */
function errorParts({ pairs: { champion, challenger } }: AnsweredPairs): Part[] {
  if (champion.task !== 'regression' || champion.labels.length === 0) return [];
  const off = ({ labels, predictions }: Answers) =>
    labels.map((label, row) => Math.abs((predictions[row] ?? Number.NaN) - label));
  const [x, y] = [off(champion), off(challenger)];
  const rows = [...x.keys()];
  const closer = rows.filter((row) => (y[row] ?? 0) < (x[row] ?? 0)).length;
  const alike = rows.filter((row) => y[row] === x[row]).length;
  const svg = countedPairs('Errors of both', { x: 'champion is off by', y: 'challenger is off by' }, { x, y });
  return [
    plotPart('Errors row by row', svg, {
      caption: 'In how many rows which of the two is closer',
      columns: ['challenger', 'champion', 'both alike'],
      rows: [[closer, x.length - closer - alike, alike].map(thousands)],
    }),
  ];
}

function latencyPart(answered: AnsweredPairs, { latency }: ModelComparison): Part {
  const rows = SIDES.map((side) => {
    const ascending = latenciesOf(answered, side);
    return [side, ...[0.5, 0.9, 0.95, 0.99].map((share) => shown(quantile(ascending, share)))];
  });
  const columns = ['version', 'p50', 'p90', 'p95', 'p99'];
  const caption = 'Milliseconds of a request';
  if (latency)
    return plotPart('Latency', ratioPlot(latency), {
      caption: `${caption}, on ${latency.instances} instances each`,
      columns,
      rows,
    });
  return plotPart('Latency, which is not judged', '', {
    caption: `${caption}. Each has an instance of its own, and instances differ.`,
    columns,
    rows,
  });
}

/** How much longer the challenger takes, with its bounds, beside the margin that it must keep. */
function ratioPlot({ log, bounds: { lower, upper }, margin }: ComparedLatency): string {
  if (Number.isNaN(lower)) return '';
  const [value, least, most] = [log, lower, upper].map((each) => 100 * Math.expm1(each));
  const interval = { label: 'challenger', value: value ?? 0, lower: least ?? 0, upper: most ?? 0, limit: 100 * margin };
  return intervals('Difference of latency', 'longer by, in %', [interval]);
}
