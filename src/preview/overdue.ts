import type { PolicyInputs } from '../policy/inputs.ts';
import { timeOf } from '../policy/time.ts';
import type { Context } from '../program/context.ts';
import { emergencyClause, findOverdueEmergency } from '../registry/emergency.ts';
import type { ModelPackage } from '../registry/packages.ts';
import type { CandidateQuery, CandidateSearch } from './candidate.ts';

type OverdueQuery = Pick<CandidateQuery, 'model_package_group_name' | 'max_candidates'> & PolicyInputs;

/**
 * Why no other version is offered here: one was approved in an emergency, and a day later nobody has approved it in the ordinary way.
 * `undefined` where there is none, where the candidate is just that one, or where the include names no policy. Without a candidate,
 * the pipeline trains another version.
 */
export async function whyOverdue(
  candidate: Pick<ModelPackage, 'arn'> | undefined,
  { model_package_group_name: group, max_candidates: limit, policy_file, platform_policy }: OverdueQuery,
  { aws, clock, job }: Pick<Context, 'aws' | 'clock' | 'job'>,
): Promise<Pick<Extract<CandidateSearch, { is: 'nothing' }>, 'why' | 'next'> | undefined> {
  if (policy_file === undefined && platform_policy === undefined) return undefined;
  const { environment } = job;
  const now = latest(clock.now(), job);
  const overdue = await findOverdueEmergency({ ...aws, clock }, { group, environment, limit, now });
  if (overdue === undefined || overdue.version.arn === candidate?.arn) return undefined;
  return {
    why: `${emergencyClause(overdue, environment)}, and nobody has approved it in the ordinary way within a day`,
    next: `set model_package_arn to ${overdue.version.arn}, and approve it in the ordinary way. Or withdraw it, by reject-model or rollback-endpoint.`,
  };
}

/** As late as it may be: a runner whose clock is wrong, or was set, prolongs no emergency. */
function latest(runner: Date, job: Context['job']): Date {
  const time = timeOf(runner, job);
  return time.is === 'known' ? time.now : (job.tokenLife?.to ?? runner);
}
