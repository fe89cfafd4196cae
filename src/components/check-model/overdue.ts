import { timeOf } from '../../policy/time.ts';
import type { CandidateSearch } from '../../preview/candidate.ts';
import type { ForeseenVersion } from '../../preview/foresee.ts';
import type { Context } from '../../program/context.ts';
import { emergencyClause, findOverdueEmergency } from '../../registry/emergency.ts';

interface GroupInputs {
  readonly model_package_group_name: string;
  readonly max_candidates: number;
}

/**
 * Why no other version is offered here: one was approved in an emergency, and a day later nobody has approved it in the ordinary way.
 * `undefined` where there is none, or where the one that was found is just that.
 */
export async function whyOverdue(
  { candidate, passedOver }: Pick<ForeseenVersion, 'candidate' | 'passedOver'>,
  { model_package_group_name: group, max_candidates: limit }: GroupInputs,
  { aws, clock, job }: Context,
): Promise<Extract<CandidateSearch, { is: 'nothing' }> | undefined> {
  const { environment } = job;
  const now = latest(clock.now(), job);
  const overdue = await findOverdueEmergency({ ...aws, clock }, { group, environment, limit, now });
  if (overdue === undefined || overdue.version.arn === candidate.arn) return undefined;
  return {
    is: 'nothing',
    why: `${emergencyClause(overdue, environment)}, and nobody has approved it in the ordinary way within a day`,
    next: `set model_package_arn to ${overdue.version.arn}, and approve it in the ordinary way. Or withdraw it, by reject-model or rollback-endpoint.`,
    passedOver,
  };
}

/** As late as it may be: a runner whose clock is wrong, or was set, prolongs no emergency. */
function latest(runner: Date, job: Context['job']): Date {
  const time = timeOf(runner, job);
  return time.is === 'known' ? time.now : (job.tokenLife?.to ?? runner);
}
