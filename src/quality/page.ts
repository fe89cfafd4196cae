import { html, type Part, pageOf } from '../pages/page.ts';
import { countedPairs, intervals, lineThrough, MOST_INTERVALS, type PlotInterval, plotPart } from '../pages/plots.ts';
import { type Answers, ascendingRows } from '../statistics/answers.ts';
import { confusionOf } from '../statistics/classification.ts';
import { rocCurve } from '../statistics/ranking.ts';
import { once } from '../statistics/resampling.ts';
import type { Evaluation, SliceCheck } from './evaluation.ts';
import { shown, type ToldCheck, toldChecks } from './words.ts';

/** What a page of an evaluation shows beside what was judged. */
export interface EvaluationPage {
  readonly title: string;
  /** How it ended: a sentence. */
  readonly verdict: string;
  /** What was asked: a sentence. */
  readonly asked: string;
  readonly answers: Answers;
  /** The labels of the classes, by their codes. */
  readonly classes: readonly string[];
}

/** The page of an evaluation: the verdict, each check, and plots with their numbers. It has sums only, and no row. */
export function evaluationPage(evaluation: Evaluation, page: EvaluationPage): string {
  const { title, verdict, asked, answers } = page;
  const ofAnswers = answers.task === 'regression' ? regressionParts(answers) : classificationParts(page);
  const lead = `<p>${html(verdict)}</p>\n<p class="quiet">${html(asked)}</p>\n`;
  return pageOf({
    title,
    lead,
    parts: [checksPart(evaluation), ...ofAnswers, ...sliceParts(evaluation), ...groupParts(evaluation)],
  });
}

function checksPart(evaluation: Evaluation): Part {
  return {
    begin:
      '<h2>Checks</h2>\n<table class="judged"><caption>Each limit, and what was found</caption><thead><tr><th scope="col">check</th><th scope="col">verdict</th><th scope="col">found</th></tr></thead><tbody>\n',
    pieces: toldChecks(evaluation).map(checkPiece),
    end: '</tbody></table>\n',
  };
}

function checkPiece({ name, verdict, found }: ToldCheck): string {
  const warns = verdict === 'bad' || verdict === 'inconclusive';
  const told = warns ? `<span class="warns">${verdict}</span>` : verdict;
  return `<tr><th scope="row">${html(name)}</th><td>${told}</td><td>${html(found)}</td></tr>\n`;
}

/** Parts into which the rows are divided by their labels. */
const TENTHS = 10;

function regressionParts({ labels, predictions }: Answers): Part[] {
  const order = ascendingRows(labels);
  const rows = Array.from({ length: TENTHS }, (_, tenth) => {
    const [from, to] = [tenth, tenth + 1].map((each) => Math.round((each * order.length) / TENTHS));
    const own = order.subarray(from, to);
    const mean = (each: (label: number, prediction: number) => number) =>
      own.reduce((sum, row) => sum + each(labels[row] ?? 0, predictions[row] ?? 0), 0) / own.length;
    const [label, prediction] = [mean((truth) => truth), mean((_, said) => said)];
    return [tenth + 1, label, prediction, mean((truth, said) => Math.abs(said - truth))].map(shown);
  });
  const axes = { x: 'actual', y: 'predicted' };
  const plot = countedPairs('Predicted against actual values', axes, { x: labels, y: predictions });
  const columns = ['tenth', 'mean actual', 'mean predicted', 'mean distance'];
  return [
    plotPart('Predicted against actual', plot, { caption: 'Tenths of the rows, by the actual value', columns, rows }),
  ];
}

function classificationParts({ answers, classes }: EvaluationPage): Part[] {
  const roc = answers.scores ? [rocPart(answers)] : [];
  return [...roc, confusionPart(answers, classes)];
}

/** Parts of a curve that a plot can show, however many rows there are. */
const MOST_PARTS_OF_CURVE = 200;

function rocPart(answers: Answers): Part {
  const { falsePositives, truePositives } = rocCurve(answers);
  const last = falsePositives.length - 1;
  const parts = Math.min(last, MOST_PARTS_OF_CURVE);
  const points = Array.from({ length: parts + 1 }, (_, part) => {
    const at = Math.round((part * last) / parts);
    return { x: falsePositives[at] ?? 0, y: truePositives[at] ?? 0 };
  });
  const share = { range: [0, 1] } as const;
  const frame = { x: { label: 'false-positive rate', ...share }, y: { label: 'true-positive rate', ...share } };
  const rows = Array.from({ length: 11 }, (_, tenth) => {
    const reached = falsePositives.findLastIndex((alarms) => alarms <= tenth / 10);
    return [shown(tenth / 10), shown(truePositives[reached] ?? 0)];
  });
  return plotPart('ROC curve', lineThrough('ROC curve', frame, points), {
    caption: 'The ROC curve at ten false-positive rates',
    columns: ['false-positive rate at most', 'true-positive rate'],
    rows,
  });
}

/** Classes that a table of a page has room for. */
const MOST_CLASSES = 20;

function confusionPart(answers: Answers, classes: readonly string[]): Part {
  const { count } = confusionOf(answers, once(answers.labels.length));
  const named = classes.slice(0, MOST_CLASSES);
  return plotPart('Confusion matrix', '', {
    caption: `Rows by their label, columns by the answer${firstOf(named.length, classes.length, 'classes')}`,
    columns: ['label', ...named.map((name) => `answered ${name}`)],
    rows: named.map((name, label) => [name, ...named.map((_, code) => String(count(label, code)))]),
  });
}

/** What is shown, where that is not all. */
function firstOf(shownAre: number, all: number, what: string): string {
  return shownAre < all ? `; the first ${shownAre} of ${all} ${what}` : '';
}

/** A plot for each column and metric: the slices with their one-sided 95 % bounds. */
function sliceParts({ slices }: Evaluation): Part[] {
  const kinds = Object.groupBy(
    slices,
    ({ column, metric, limit }) => `${metric} by ${column}, ${limit.is} ${shown(limit.value)}`,
  );
  return Object.entries(kinds).map(([name, own = []]) =>
    plotPart(`Slices: ${name}`, intervals(`Slices: ${name}`, own[0]?.metric ?? '', own.map(intervalOf)), {
      caption: `Each slice with its one-sided 95 % bounds: ${name}${firstOf(MOST_INTERVALS, own.length, 'in the plot')}`,
      columns: ['slice', 'rows', 'value', 'at least', 'at most', 'p (Holm)'],
      rows: own.map(({ value, rows, found, lower, upper, p }) => [
        value === '' ? '(empty)' : value,
        String(rows),
        ...[found, lower, upper].map(shown),
        p === undefined ? 'not judged' : p.toFixed(4),
      ]),
    }),
  );
}

function intervalOf({ value, found, lower, upper, limit }: SliceCheck): PlotInterval {
  return { label: value === '' ? '(empty)' : value, value: found, lower, upper, limit: limit.value };
}

function groupParts({ groups }: Evaluation): Part[] {
  return groups.map(({ column, rate, groups: all }) =>
    plotPart(`Groups: ${rate} by ${column}`, '', {
      caption: `The ${rate} of each group`,
      columns: ['group', 'rows that count', 'hits', rate],
      rows: all.map(({ value, trials, hits }) => [value, String(trials), String(hits), shown(hits / trials)]),
    }),
  );
}
