import * as z from 'zod/mini';
import { text } from '../../files/schema.ts';
import { duration } from '../../ground/clock.ts';
import type { Rule } from '../rule.ts';
import { LENGTH, millisecondsOf } from '../time.ts';

/** A length of time, as a policy has it. */
export const lengthOfTime = text(LENGTH, 'must be a length of time, like 90 minutes, 12 hours or 7 days');

export const expires = z
  .optional(lengthOfTime)
  .check(z.describe('How long an approval counts. Whoever deploys later needs a new one.'));

/** The rule that an approval is not deployed long after it was given. */
export function expiresRules(asked: z.output<typeof expires>): Rule[] {
  if (asked === undefined) return [];
  return [
    {
      name: 'expires',
      asks: `an approval that is not older than ${asked}`,
      heldFrom: 'approval',
      isOfAge: true,
      judge({ approver, time }) {
        if (approver === undefined) return { verdict: 'to come', now: 'nobody has approved yet' };
        if (time.is === 'unknown') return { verdict: 'unknown', now: `unknown: ${time.why}`, next: SET_THE_CLOCK };
        const age = time.now.getTime() - Date.parse(approver.at);
        const now = `it was given ${duration(age)} ago (${approver.at})`;
        if (age <= millisecondsOf(asked)) return { verdict: 'holds', now };
        return {
          verdict: 'does not hold',
          now,
          next: 'start the approve job of this pipeline again, or a new pipeline.',
        };
      },
    },
  ];
}

/** What helps where nobody knows the time. */
export const SET_THE_CLOCK = 'set the clock of the runner, then run this job again.';
