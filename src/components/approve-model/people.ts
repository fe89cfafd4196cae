import type { Told } from '../../gitlab/patience.ts';
import { type People, peopleOf } from '../../policy/people.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Approver, Facts, Rule } from '../../policy/rule.ts';
import type { Context } from '../../program/context.ts';
import { type Approvers, judgeApprovers, type WhyNot } from '../../registry/approvers.ts';

/** Who stands for an approval: one by one where GitLab told of them. */
export interface FoundPeople {
  readonly people: People;
  readonly approvers: Approvers | undefined;
}

/** The check-model job whose record is taken, and the run of the approval job that gave the approval; this one, where none is named. */
interface ApprovalRun {
  readonly check: string;
  readonly earlier: string | undefined;
  /** The run that gave the approval which this job gives anew: who ran before it is asked again. */
  readonly replaced?: string | undefined;
}

/**
 * Who stands for the approval that this job gives, or that an earlier run of it gave in this pipeline: whoever started that run, and
 * who approved its deployment in GitLab, or started the job before where the policy counts that. `undefined` where the policy asks for
 * one person.
 */
export async function findPeople(
  policy: Policy,
  facts: Facts,
  { check, earlier, replaced }: ApprovalRun,
  { job, voicesOn }: Pick<Context, 'job' | 'voicesOn'>,
): Promise<FoundPeople | undefined> {
  const rules = policy.sources.flatMap((source) => source.rules);
  const asking = rules.filter(({ people }) => people !== undefined);
  if (asking.length === 0) return undefined;
  // A policy that does not take earlier runs is not widened by another one that does.
  const runs = asking.every(({ countsRuns }) => countsRuns) ? { after: replaced } : undefined;
  const told = await voicesOn({ check, approval: earlier ?? job.id, runs });
  if (told.is === 'not told') return { people: unknown(told), approvers: undefined };
  const { startedBy } = told.value;
  const since = { at: new Date(facts.approver?.at ?? Number.NaN), isBot: startedBy?.isBot === true };
  const presser =
    earlier === undefined
      ? { login: job.user, id: job.userId, ...since }
      : { login: startedBy?.login ?? 'nobody', id: startedBy?.id, ...since };
  const approvers = await judgeApprovers(presser, told.value, {
    person: whyNotBy(
      rules.filter(({ isPersonal }) => isPersonal),
      facts,
      job,
    ),
    age: whyNotBy(
      rules.filter(({ isOfAge }) => isOfAge),
      facts,
      job,
    ),
  });
  const next = nextWhereFew({ isEarlier: earlier !== undefined, rules, countsRuns: runs !== undefined });
  return { people: { ...peopleOf(approvers), ...(next && { next }) }, approvers };
}

/** What helps where too few people count, if it is something else than usual. */
function nextWhereFew({
  isEarlier,
  rules,
  countsRuns,
}: {
  readonly isEarlier: boolean;
  readonly rules: readonly Rule[];
  readonly countsRuns: boolean;
}): string | undefined {
  // GitLab has kept the voices with the earlier run, and takes no others there.
  if (isEarlier) return NEXTS.nonsense;
  return countsRuns && rules.some(({ isOfGroups }) => isOfGroups) ? APPROVE_IN_GITLAB : undefined;
}

const APPROVE_IN_GITLAB =
  'have others approve the deployment of this job in GitLab, by an approval rule of their group, before you start it again: GitLab does not tell of which groups somebody is who ran the job before. Or take from out of the policy, and let GitLab restrict who may start the job.';

/** A person counts only where each of these rules holds for them. */
function whyNotBy(rules: readonly Rule[], facts: Facts, job: Context['job']): WhyNot {
  return async ({ id: userId, login: by, at, isPresser, groups: of }) => {
    const groups = isPresser ? groupsOf(userId, job) : of && ({ by: 'number', of } as const);
    const isStanding = isPresser && userId === facts.approver?.userId ? facts.approver.isStanding : undefined;
    const speaker: Approver = {
      by,
      userId,
      groups,
      comment: '',
      at: at.toISOString(),
      ...(isStanding && { isStanding }),
    };
    for (const rule of rules) {
      const { verdict, now } = await rule.judge({ ...facts, approver: speaker });
      if (verdict !== 'holds') return `${rule.name}: ${now}`;
    }
    return undefined;
  };
}

/** The groups of whoever started this job; nobody tells those of somebody who started an earlier run. */
export function groupsOf(userId: string | undefined, job: Context['job']): Approver['groups'] {
  const { userGroups } = job;
  if (userId === undefined || userId !== job.userId || userGroups === undefined) return undefined;
  return { by: 'path', of: userGroups };
}

const NEXTS = {
  later: 'run this job again when GitLab answers: have others approve its deployment anew before you start it.',
  never:
    'let CI_JOB_TOKEN read jobs and deployments of this project (Settings > CI/CD > Job token permissions), then start a new pipeline.',
  nonsense: 'start a new pipeline, and approve the version there.',
} as const;

function unknown({ because, why }: Extract<Told<never>, { is: 'not told' }>): People {
  return { is: 'unknown', why, next: NEXTS[because], ...(because === 'later' && { isTrouble: true }) };
}
