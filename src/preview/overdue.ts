import { Failure } from '../ground/failure.ts';
import type { PolicyInputs } from '../policy/inputs.ts';
import { timeOf } from '../policy/time.ts';
import type { Context } from '../program/context.ts';
import { emergencyClause, findOverdueEmergency } from '../registry/emergency.ts';
import { displayName, groupArnOfPackage, type ModelPackage } from '../registry/packages.ts';
import { RegistryLook } from '../registry/registry-look.ts';
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
  { registry, clock, job }: Pick<Context, 'clock' | 'job'> & { readonly registry: RegistryLook },
): Promise<Pick<Extract<CandidateSearch, { is: 'nothing' }>, 'why' | 'next'> | undefined> {
  if (policy_file === undefined && platform_policy === undefined) return undefined;
  const { environment } = job;
  const now = latest(clock.now(), job);
  const overdue = await findOverdueEmergency(registry, { group, environment, limit, now });
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

/** How many of the newest approved versions later jobs look at: as many as check-model, unless its include says otherwise. */
const LOOKED_AT = 20;

interface HeldVersion {
  readonly version: ModelPackage;
  /** What cannot be done with it meanwhile. */
  readonly to: 'be approved for' | 'be deployed to';
  /** What this job leaves as it was. */
  readonly outcome: string;
}

/**
 * Holds again what check-model held: since then an emergency may have become overdue, or another pipeline may have approved in one. Its
 * own version may be approved meanwhile, but not deployed. Throws a Failure of kind "refused" (AWS: ListModelPackages,
 * DescribeModelPackage).
 */
export async function refuseWhileOverdue(
  { version, to, outcome }: HeldVersion,
  { policy_file, platform_policy }: PolicyInputs,
  { aws, clock, job }: Pick<Context, 'aws' | 'clock' | 'job'>,
): Promise<void> {
  const newest = { model_package_group_name: groupArnOfPackage(version), max_candidates: LOOKED_AT };
  const query = { policy_file, platform_policy, ...newest };
  const looking = { registry: new RegistryLook({ ...aws, clock }), clock, job };
  const overdue = await whyOverdue(to === 'be approved for' ? version : undefined, query, looking);
  if (overdue === undefined) return;
  const what = `${displayName(version)} cannot ${to} ${job.environment}: ${overdue.why}. ${outcome}`;
  throw new Failure('SMC-3306', what, overdue.next);
}
