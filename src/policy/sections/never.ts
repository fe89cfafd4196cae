import * as z from 'zod/mini';
import { oneOf } from '../../files/schema.ts';
import { environmentsBefore } from '../../registry/eligibility.ts';
import { type ApprovalEntry, readApproval, readBuild } from '../../registry/entries.ts';
import { accountsIn } from '../../registry/others.ts';
import type { Facts, Rule, RuleFinding } from '../rule.ts';

const WHO = ['trained', 'merged', 'merge_request_author', 'approved_before'] as const;

type Who = (typeof WHO)[number];

export const never = z
  .optional(z.array(oneOf(WHO), 'must be a list, like [trained, merged]').check(z.minLength(1, 'must name somebody')))
  .check(
    z.describe(
      'Who may not approve: whoever started the job that trained the version, merged its commits, opened their merge requests, or approved it for an environment before. People are compared by the numbers of their accounts.',
    ),
  );

/** Accounts that a rule excludes, or why nobody knows all of them. */
type Excluded =
  | { readonly is: 'known'; readonly ids: readonly string[]; readonly words: string }
  | ({ readonly is: 'unknown' } & Pick<RuleFinding, 'next' | 'isTrouble'> & { readonly why: string });

const OF: Readonly<Record<Who, { asks: string; excluded(facts: Facts): Excluded | Promise<Excluded> }>> = {
  trained: { asks: 'an approver who did not train the version', excluded: trainer },
  merged: { asks: 'an approver who did not merge its commits', excluded: (facts) => behind(facts, 'merged') },
  merge_request_author: {
    asks: 'an approver who did not open the merge requests of its commits',
    excluded: (facts) => behind(facts, 'authors'),
  },
  approved_before: { asks: 'an approver who did not approve it before', excluded: earlierApprovers },
};

/** The rules about who may not approve: one for each. */
export function neverRules(asked: z.output<typeof never>): Rule[] {
  return [...new Set(asked)].map((who) => {
    const { asks, excluded } = OF[who];
    return {
      name: `never ${who}`,
      asks,
      heldFrom: 'check',
      isPersonal: true,
      judge: async (facts) => judged(await excluded(facts), facts),
    };
  });
}

function judged(excluded: Excluded, { approver }: Facts): RuleFinding {
  if (excluded.is === 'unknown') {
    const { why, next, isTrouble } = excluded;
    return { verdict: 'unknown', now: `unknown: ${why}`, ...(next && { next }), ...(isTrouble && { isTrouble }) };
  }
  const { ids, words } = excluded;
  if (approver === undefined) return { verdict: 'to come', now: words };
  if (approver.userId === undefined)
    return { verdict: 'unknown', now: `unknown: nobody knows the account of ${approver.by}`, next: ASK_ANOTHER };
  const isExcluded = ids.includes(approver.userId);
  return {
    verdict: isExcluded ? 'does not hold' : 'holds',
    now: `${approver.by} (user ID ${approver.userId}); ${words}`,
    ...(isExcluded && { next: ASK_ANOTHER }),
  };
}

const ASK_ANOTHER = 'ask somebody else to start the approve job of this pipeline.';

function trainer({ version }: Facts): Excluded {
  const built = readBuild(version);
  const next = 'push: a new training registers a version that says who trained it.';
  if (built.is !== 'read') return { is: 'unknown', why: 'nothing tells who trained it', next };
  const { user_id: id, pipeline } = built.value;
  if (id === undefined) return { is: 'unknown', why: `pipeline ${pipeline} did not record who trained it`, next };
  return { is: 'known', ids: [id], words: `the user ID ${id} trained it` };
}

function earlierApprovers({ version, ...place }: Facts): Excluded {
  const ids: string[] = [];
  for (const environment of environmentsBefore(place)) {
    const approval = readApproval(version, environment);
    const accounts = approval.is === 'read' ? accountsOf(approval.value) : undefined;
    if (accounts === undefined)
      return {
        is: 'unknown',
        why: `nothing tells which accounts approved it for ${environment}`,
        next: approval.is === 'read' && approval.value.user_id !== undefined ? fewer(environment) : again(environment),
      };
    ids.push(...accounts);
  }
  const who = ids.length === 0 ? 'nobody' : `the user IDs ${[...new Set(ids)].join(', ')}`;
  return { is: 'known', ids, words: `${who} approved it before` };
}

const again = (environment: string) => `approve it for ${environment} again, in a new pipeline.`;

const fewer = (environment: string) =>
  `let fewer people approve it for ${environment}, in a new pipeline: its entry has no room for the accounts of all of them. Or take approved_before out of the policy.`;

/** Everybody who stood for an approval; `undefined` where the entry does not name them all. */
function accountsOf({ user_id: id, people = '1', with: others }: ApprovalEntry): string[] | undefined {
  const further = others === undefined ? [] : accountsIn(others);
  // Whoever started the job is one of them, unless they do not count.
  if (id === undefined || further === undefined || further.length < Number(people) - 1) return undefined;
  return [id, ...further];
}

async function behind({ changes }: Facts, which: 'merged' | 'authors'): Promise<Excluded> {
  const found = await changes();
  if (found.is === 'not told') {
    const isTrouble = found.because === 'later';
    return { is: 'unknown', why: found.why, next: NEXTS[found.because], ...(isTrouble && { isTrouble }) };
  }
  const { commits } = found.value;
  const people = found.value[which];
  const did = which === 'merged' ? 'merged' : 'opened the merge requests of';
  const who = people.map(({ login, id }) => `${login} (user ID ${id})`).join(', ');
  const words = `${who} ${did} ${commits === 1 ? 'its commit' : `its ${commits} commits`}`;
  return { is: 'known', ids: people.map(({ id }) => id), words };
}

const NEXTS = {
  later: 'run this job again when GitLab answers.',
  never:
    'let CI_JOB_TOKEN read the repository and its merge requests (Settings > CI/CD > Job token permissions), then run this job again.',
  nonsense:
    'bring every commit by a merge request of this project, then start a new pipeline; or ask for less in the policy.',
} as const;
