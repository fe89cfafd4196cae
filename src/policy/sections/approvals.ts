import * as z from 'zod/mini';
import { switched, whole } from '../../files/schema.ts';
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

export const count_job_runs = z
  .optional(switched)
  .check(
    z.describe(
      'Whether whoever started the approval job before, in the same pipeline and after check-model, is one of them, too. For a GitLab without deployment approvals.',
    ),
  );

/** The rule that so many people approve: one, too, may be asked for, because an access token is no person. */
export function approvalsRules(asked: z.output<typeof approvals>, countsRuns = false): Rule[] {
  if (asked === undefined) return [];
  return [
    {
      name: 'approvals',
      asks: asked === 1 ? '1 person' : `${asked} people`,
      heldFrom: 'approval',
      people: asked,
      countsRuns,
      judge({ people }) {
        if (people === undefined) return { verdict: 'to come', now: 'nobody has approved yet' };
        if (people.is === 'unknown') return unknown(people);
        if (people.count >= asked) return { verdict: 'holds', now: people.words };
        const next = people.next ?? (countsRuns ? ASK_ANOTHER : ASK_OTHERS);
        return { verdict: 'does not hold', now: people.words, next };
      },
    },
  ];
}

function unknown({ why, next, isTrouble }: Extract<People, { is: 'unknown' }>): RuleFinding {
  return { verdict: 'unknown', now: `unknown: ${why}`, next, isUnpassable: true, ...(isTrouble && { isTrouble }) };
}

const ASK_ANOTHER =
  'let another person run this job again, in this pipeline, when they have read what check-model shows: by "Retry job with modified values" on its page, because "Retry" repeats the comment of the run before.';

const ASK_OTHERS =
  'run this job again, and before you start it, have others approve its deployment in GitLab (Operate > Environments): GitLab keeps approvals with the job that they were given to, and they count from the end of check-model on.';
