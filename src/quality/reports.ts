import Papa from 'papaparse';
import type { Evaluation } from './evaluation.ts';
import type { Prediction } from './predictions.ts';
import type { QualityPlan } from './quality-plan.ts';
import { classCodes, type LabelledRow } from './rows.ts';

/**
 * The metrics as GitLab's widget reads them (https://docs.gitlab.com/ci/testing/metrics_reports/). A value that is none is left out.
 */
export function qualityMetrics({ n, metrics, slices, drops }: Evaluation): string {
  const seen = new Map<string, number>([['rows', n]]);
  for (const { metric, estimate } of metrics) {
    seen.set(metric, estimate.value);
    seen.set(`${metric}_lower`, estimate.lower);
    seen.set(`${metric}_upper`, estimate.upper);
  }
  for (const { metric, better } of drops) if (better !== undefined) seen.set(`${metric}_better_than_live`, better);
  for (const { metric, column, value, found } of slices)
    seen.set(`${metric}{${plain(column).replaceAll(/[^\w]/g, '_')}="${plain(value)}"}`, found);
  return [...seen].map(([name, value]) => (Number.isFinite(value) ? `${name} ${value}\n` : '')).join('');
}

const plain = (text: string) => text.replaceAll(/[^\w .,/-]/g, '_');

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
