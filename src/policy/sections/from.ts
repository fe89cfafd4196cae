import * as z from 'zod/mini';
import { mapping, text, whole } from '../../files/schema.ts';
import type { Approver, Rule, RuleFinding } from '../rule.ts';

const group = mapping({
  group: text(/^[\w.-]+(\/[\w.-]+)*$/, 'must be the full path of a group, like wog/risk').check(
    z.describe('The full path of the group, by which the token of whoever starts the job names it.'),
  ),
  id: whole(1, 999_999_999_999).check(
    z.describe('The number of the group, by which the approval rules of the environment in GitLab name it.'),
  ),
});

export const from = z
  .optional(
    z
      .array(group, 'must be a list of groups, like [{group: wog/risk, id: 134}]')
      .check(z.minLength(1, 'must name a group')),
  )
  .check(
    z.describe(
      'The groups of GitLab from which everybody has to be who counts: whoever starts the job by a direct membership, and the others by an approval rule of their group.',
    ),
  );

type Groups = NonNullable<z.output<typeof from>>;

/** The rule that whoever approves is of one of these groups. */
export function fromRules(asked: z.output<typeof from>): Rule[] {
  if (asked === undefined) return [];
  const names = asked.map(({ group: path }) => path).join(' or ');
  return [
    {
      name: 'from',
      asks: `somebody of ${names}`,
      heldFrom: 'approval',
      isPersonal: true,
      isOfGroups: true,
      judge({ approver }) {
        if (approver === undefined) return { verdict: 'to come', now: 'nobody has approved yet' };
        // The registry keeps no groups.
        if (approver.isStanding) return { verdict: 'holds', now: 'as it was when the approval was given' };
        return judgeGroups(asked, approver);
      },
    },
  ];
}

function judgeGroups(asked: Groups, { by, groups }: Approver): RuleFinding {
  if (groups === undefined)
    return {
      verdict: 'unknown',
      now: `nobody tells of which groups ${by} is`,
      next: 'let somebody start this job whose token names their groups: a direct member of one of them.',
    };
  const found = asked.find(({ group: path, id }) => groups.of.includes(groups.by === 'path' ? path : String(id)));
  if (found) return { verdict: 'holds', now: `${by} is of ${found.group}` };
  return {
    verdict: 'does not hold',
    now: `${by} is of none of them`,
    next: 'let a direct member of one of these groups start this job.',
  };
}
