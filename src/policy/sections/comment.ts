import * as z from 'zod/mini';
import { oneOf } from '../../files/schema.ts';
import { commentWords } from '../../registry/companions.ts';
import type { Rule } from '../rule.ts';

export const comment = z
  .optional(oneOf(['required']))
  .check(z.describe('Whether the approver must type a comment that has letters or digits.'));

/** The rule that an approver says why. */
export function commentRules(asked: z.output<typeof comment>): Rule[] {
  if (asked === undefined) return [];
  return [
    {
      name: 'comment',
      asks: 'a comment of the approver, with letters or digits',
      heldFrom: 'approval',
      judge({ approver }) {
        if (approver === undefined) return { verdict: 'to come', now: 'nobody has approved yet' };
        const words = commentWords(approver.comment);
        if (/[\p{L}\p{N}]/u.test(words)) return { verdict: 'holds', now: `"${words}"` };
        return {
          verdict: 'does not hold',
          now: words === '' ? 'there is none' : `"${words}" has none`,
          next: 'start the job by its name, not by the button beside it, and type a comment. If it has run before, select "Retry job with modified values" there.',
        };
      },
    },
  ];
}
