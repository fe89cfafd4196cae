import * as z from 'zod/mini';
import { mapping, switched } from '../../files/schema.ts';
import { duration } from '../../ground/clock.ts';
import { environmentBefore, environmentsBefore, howToShow, lackOfBake } from '../../registry/eligibility.ts';
import { readEvidence, readValidation } from '../../registry/entries.ts';
import { EVIDENCE, type EvidenceKind } from '../../registry/entry-keys.ts';
import { lackOfEvidence } from '../../registry/evidence.ts';
import { hasContent } from '../../registry/packages.ts';
import type { Facts, Rule, RuleFinding } from '../rule.ts';
import { millisecondsOf } from '../time.ts';
import { lengthOfTime, SET_THE_CLOCK } from './expires.ts';

const maxAge = z.optional(lengthOfTime).check(z.describe('How old it may be.'));

const ofData = mapping({
  max_age: maxAge,
  same_data: z
    .optional(switched)
    .check(z.describe('Whether every environment before must have shown it on the same data, by its SHA-256.')),
});
const withoutData = mapping({ max_age: maxAge });

export const evidence = z
  .optional(
    mapping({
      quality: z.optional(ofData).check(z.describe('The evidence of evaluate-model.')),
      load: z.optional(withoutData).check(z.describe('The evidence of load-test.')),
      comparison: z
        .optional(ofData)
        .check(z.describe('The evidence of compare-models. That a version is the first does not count.')),
      bake: z
        .optional(withoutData)
        .check(z.describe('A bake whose alarms did not fire, under enough requests of others.')),
    }),
  )
  .check(z.describe('What the environment right before must have shown of the version.'));

type AskedEvidence = NonNullable<z.output<typeof evidence>>;
type AskedKind = keyof AskedEvidence;

/** The rules about what was shown before: one for each kind that is asked for. */
export function evidenceRules(asked: z.output<typeof evidence>): Rule[] {
  if (asked === undefined) return [];
  return ([...EVIDENCE, 'bake'] as const).flatMap((kind): Rule[] => {
    const terms = asked[kind];
    if (terms === undefined) return [];
    const { max_age: maxAge } = terms;
    const isSame = 'same_data' in terms && terms.same_data === true;
    return [
      {
        name: `evidence ${kind}`,
        asks: `good ${kind} ${kind === 'bake' ? '' : 'evidence '}of the environment before${maxAge === undefined ? '' : `, not older than ${maxAge}`}${isSame ? ', on the same data as in every one before' : ''}`,
        heldFrom: 'check',
        judge: (facts) => judged(kind, { maxAge, isSame }, facts),
      },
    ];
  });
}

interface Terms {
  readonly maxAge: string | undefined;
  readonly isSame: boolean;
}

function judged(kind: AskedKind, { maxAge, isSame }: Terms, facts: Facts): RuleFinding {
  const before = environmentBefore(facts);
  if (before === undefined)
    return {
      verdict: 'does not hold',
      now: 'there is no environment before',
      next: 'write evidence below the environments after the first one.',
    };
  const next = howToShow(kind, before);
  const found = kind === 'bake' ? readValidation(facts.version, before) : readEvidence(facts.version, kind, before);
  const lack = kind === 'bake' ? lackOfBake(facts.version, before, false) : lackOfEvidence(facts.version, kind, before);
  if (lack !== undefined || found.is !== 'read')
    return { verdict: 'does not hold', now: lack ?? `it has none of ${before}`, next };
  if (!hasContent(facts.version, found.value.content))
    return { verdict: 'does not hold', now: `that of ${before} is of other content than the version has now`, next };
  const old = judgeAge(found.value.at, maxAge, facts);
  if (old.verdict !== 'holds') return { ...old, next: old.next ?? next };
  if (isSame && kind !== 'bake') return judgeData(kind, facts, next);
  return { verdict: 'holds', now: `good in ${before}, ${old.now}` };
}

function judgeAge(at: string, maxAge: string | undefined, { time }: Facts): RuleFinding {
  if (maxAge === undefined) return { verdict: 'holds', now: at };
  if (time.is === 'unknown') return { verdict: 'unknown', now: `unknown: ${time.why}`, next: SET_THE_CLOCK };
  const age = time.now.getTime() - Date.parse(at);
  const now = `${duration(age)} old (${at})`;
  return { verdict: age <= millisecondsOf(maxAge) ? 'holds' : 'does not hold', now };
}

function judgeData(kind: EvidenceKind, facts: Facts, next: string): RuleFinding {
  const shown = environmentsBefore(facts).map((environment) => {
    const found = readEvidence(facts.version, kind, environment);
    return { environment, data: found.is === 'read' ? found.value.data : undefined };
  });
  const now = shown.map(({ environment, data }) => `${environment}: ${data?.slice(0, 12) ?? 'none'}`).join(', ');
  const all = new Set(shown.map(({ data }) => data));
  return all.size === 1 && !all.has(undefined)
    ? { verdict: 'holds', now: `good, on the data ${now}` }
    : { verdict: 'does not hold', now: `the data is ${now}`, next };
}
