import * as z from 'zod/mini';
import { mapping, text } from '../../files/schema.ts';
import { numberIn } from '../../ground/numeral.ts';
import { isEntryKey } from '../../registry/entry-keys.ts';
import type { Facts, Rule, RuleFinding } from '../rule.ts';

const number = z.number('must be a number');

const bounds = mapping({
  min: z.optional(number).check(z.describe('The least that it may be.')),
  max: z.optional(number).check(z.describe('The most that it may be.')),
  report: z
    .optional(text(/^[\w :-]{1,64}$/, 'must be the name of a report, like model quality'))
    .check(
      z.describe(
        'The report of the training that has it (ModelMetrics), as check-model names it. Without it: the metadata of the version.',
      ),
    ),
}).check(
  z.refine(({ min, max }) => min !== undefined || max !== undefined, { message: 'must have min, max or both' }),
  z.refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    path: ['min'],
    message: 'must not be more than its max',
  }),
);

export const metrics = z
  .optional(
    z.record(text(/^.{1,256}$/, 'must be the name of a metric'), bounds, {
      error: 'must be a mapping, with the name of a metric and its bounds in each line',
    }),
  )
  .check(
    z.describe(
      'What metrics of the training must be, by their names: those of the metadata of the version, or of a report.',
    ),
  );

type MetricBounds = z.output<typeof bounds>;

/** The rules about the metrics of the training: one for each that is named. */
export function metricsRules(asked: z.output<typeof metrics>): Rule[] {
  return Object.entries(asked ?? {}).map(([name, terms]) => ({
    name: `metrics ${name}`,
    asks: `${name} ${boundsWords(terms)}${terms.report === undefined ? '' : ` in the report ${terms.report}`}`,
    heldFrom: 'check',
    ...(terms.report !== undefined && { measures: reportedMetric(terms.report, name) }),
    judge: (facts) => judged(name, terms, facts),
  }));
}

function boundsWords({ min, max }: MetricBounds): string {
  const words = [
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
  ];
  return words.join(' and ');
}

function judged(name: string, { min, max, report }: MetricBounds, { version, measured }: Facts): RuleFinding {
  const next = 'train a version that keeps it. If the training does not write it, let it do so.';
  const value = report === undefined ? ownMetadata(name, version.metadata) : measured.get(reportedMetric(report, name));
  if (value === undefined)
    return { verdict: 'unknown', now: 'unknown: the version has no such metric', next: howToName(report, version) };
  const number = numberIn(value);
  if (number === undefined) return { verdict: 'unknown', now: `unknown: "${value}" is no number`, next };
  const isWithin = (min === undefined || number >= min) && (max === undefined || number <= max);
  return isWithin ? { verdict: 'holds', now: value } : { verdict: 'does not hold', now: value, next };
}

/** As many metrics as a sentence names. */
const MOST_NAMES = 12;

/** What helps where the version has no metric of this name: often another one was meant. */
function howToName(report: string | undefined, { metadata }: Facts['version']): string {
  const names = Object.keys(metadata).filter((name) => numberIn(ownMetadata(name, metadata) ?? '') !== undefined);
  const shown = names.sort().slice(0, MOST_NAMES);
  const own = shown.length === 0 ? 'there is none' : `there are ${shown.join(', ')}`;
  const where = report === undefined ? `its metadata, where ${own}` : `the report ${report}, as check-model names them`;
  return `correct the name in the policy, if it is another one of ${where}. Or train a version that has it.`;
}

/** An entry of ours is no metric, whatever it holds. */
function ownMetadata(name: string, metadata: Readonly<Record<string, string>>): string | undefined {
  return isEntryKey(name) || !Object.hasOwn(metadata, name) ? undefined : metadata[name];
}

/** How a metric of a report is named among what was measured. */
export function reportedMetric(report: string, name: string): string {
  return `${report}: ${name}`;
}
