import Papa from 'papaparse';
import type { Evaluation } from './evaluation.ts';
import type { Prediction } from './predictions.ts';
import type { QualityPlan } from './quality-plan.ts';
import { classCodes, type LabelledRow } from './rows.ts';

/**
 * The metrics as GitLab's widget reads them (https://docs.gitlab.com/ci/testing/metrics_reports/). A value that is none is left out.
 */
export function qualityMetrics({ n, metrics, slices, groups, drops }: Evaluation): string {
  const seen = new Map<string, number>([['rows', n]]);
  for (const { metric, estimate } of metrics) {
    seen.set(metric, estimate.value);
    seen.set(`${metric}_lower`, estimate.lower);
    seen.set(`${metric}_upper`, estimate.upper);
  }
  for (const { metric, better } of drops) if (better !== undefined) seen.set(`${metric}_better_than_live`, better);
  for (const { metric, column, value, found } of slices) seen.set(`${metric}${labelled({ column, value })}`, found);
  for (const { rate, column, groups: each, difference, lower, upper } of groups) {
    for (const { value, hits, trials } of each) seen.set(`${rate}${labelled({ column, value })}`, hits / trials);
    const numbers = { '': difference, _lower: lower, _upper: upper };
    for (const [end, number] of Object.entries(numbers))
      seen.set(`${rate}_difference${end}${labelled({ column })}`, number);
  }
  return [...seen].map(([name, value]) => (Number.isFinite(value) ? `${name} ${value}\n` : '')).join('');
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const each = Object.entries(labels).map(([name, value]) => `${name}="${plain(value)}"`);
  return `{${each.join(',')}}`;
}

/** Letters and digits of any writing; of any other sign its code, so that no two names become one. GitLab reads a line as a shell does. */
function plain(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _.,/-]/gu, (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16)}`);
}

/** The answer to each row, kept for whoever asks why: with the id and the label, and no feature. */
export class KeptAnswers {
  readonly #labels: readonly string[] | undefined;
  readonly #rows: (readonly (string | number)[])[] = [];

  constructor(plan: QualityPlan) {
    const codes = classCodes(plan);
    this.#labels = plan.task === 'regression' ? undefined : [...codes.keys()];
  }

  /** Takes the answer to a row. */
  readonly put = ({ number, id, label }: LabelledRow, { prediction, score }: Prediction): void => {
    this.#rows.push([number, id, this.#named(label), this.#named(prediction), ...(score === undefined ? [] : [score])]);
  };

  #named(value: number): string | number {
    return this.#labels?.[value] ?? value;
  }

  /** CSV, in the order of the data. */
  text(): string {
    const ordered = this.#rows.toSorted(([a], [b]) => Number(a) - Number(b));
    const scored = ordered[0]?.length === 5 ? ['score'] : [];
    return `${Papa.unparse([['row', 'id', 'label', 'prediction', ...scored], ...ordered], { newline: '\n' })}\n`;
  }
}
