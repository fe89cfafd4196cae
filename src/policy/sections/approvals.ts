import * as z from 'zod/mini';
import { whole } from '../../endpoints/description/schema.ts';
import type { People } from '../people.ts';
import type { Rule, RuleFinding } from '../rule.ts';

/** As many as anybody waits for. */
const MOST = 10;

export const approvals = z
  .optional(whole(1, MOST))
  .check(
    z.describe(
      'How many different people must approve: whoever starts the approval job is one, and each who approves its deployment in GitLab another.',
    ),
  );

/** The rule that several people approve. One person always does. */
export function approvalsRules(asked: z.output<typeof approvals>): Rule[] {
  if (asked === undefined || asked === 1) return [];
  return [
    {
      name: 'approvals',
      asks: `${asked} people`,
      heldFrom: 'approval',
      people: asked,
      judge({ people }) {
        if (people === undefined) return { verdict: 'to come', now: 'nobody has approved yet' };
        if (people.is === 'unknown') return unknown(people);
        if (people.count >= asked) return { verdict: 'holds', now: people.words };
        return { verdict: 'does not hold', now: people.words, next: people.next ?? ASK_OTHERS };
      },
    },
  ];
}

function unknown({ why, next, isTrouble }: Extract<People, { is: 'unknown' }>): RuleFinding {
  return { verdict: 'unknown', now: `unknown: ${why}`, next, ...(isTrouble && { isTrouble }) };
}

const ASK_OTHERS =
  'run this job again, and before you start it, have others approve its deployment in GitLab (Operate > Environments): GitLab keeps approvals with the job that they were given to, and they count from the end of check-model on.';
