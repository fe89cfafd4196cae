import { parseArn } from '../aws/arn.ts';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import { readHandover, type TrainingRecord, trainingRecord } from '../program/handover.ts';
import {
  environmentBefore,
  evidenceAsked,
  judgeEligibility,
  type PassedOver,
  type PromotionCriteria,
  selectVersion,
} from '../registry/eligibility.ts';
import {
  displayName,
  groupArnIn,
  groupArnOf,
  type ModelPackage,
  type ModelPackageSummary,
  sameGroup,
} from '../registry/packages.ts';
import type { RegistryLook } from '../registry/registry-look.ts';
import { searchRegistry } from '../registry/search.ts';

/** The largest max_candidates: as many versions as one list of SageMaker holds. */
export const MAX_CANDIDATES = 100;

/** A job that looks at the registry. */
export interface Searching extends Context {
  readonly registry: RegistryLook;
}

/** The inputs of check-model that say where to look. */
export interface CandidateQuery {
  readonly model_package_group_name: string;
  readonly model_package_arn: string | undefined;
  readonly max_candidates: number;
}

/** A version that was found, and the newer ones that were skipped. */
export interface FoundCandidate {
  readonly candidate: ModelPackage;
  readonly passedOver: readonly PassedOver[];
  /** Why it cannot be promoted, where model_package_arn names it all the same. */
  readonly refused?: Failure | undefined;
}

/** What was found in the registry for this environment. */
export type CandidateSearch =
  | ({ is: 'candidate' } & FoundCandidate)
  | { is: 'nothing'; why: string; next: string; passedOver: readonly PassedOver[] };

/** The Failure of a job that has nothing to promote. */
export function refusalOfNothing(
  { why, next }: Pick<Extract<CandidateSearch, { is: 'nothing' }>, 'why' | 'next'>,
  { environment }: Pick<Context['job'], 'environment'>,
): Failure {
  return new Failure('SMC-3001', `Nothing to promote to ${environment}: ${why}.`, next);
}

/**
 * The version to promote: the one that model_package_arn names, what this pipeline registered, or the newest of the
 * group that can be promoted.
 */
export async function findCandidate(
  given: CandidateQuery,
  asked: PromotionCriteria,
  context: Searching,
): Promise<CandidateSearch> {
  const criteria = await withChampion(given, asked, context);
  if (given.model_package_arn !== undefined) return findNamed(given.model_package_arn, given, criteria, context);
  if (environmentBefore(criteria) === undefined && criteria.source === 'run')
    return findRegistered(given, criteria, context);
  return findInRegistry(given, criteria, context);
}

/** A version that was the first has not been compared with any: whether that is still so, the registry tells. */
async function withChampion(
  { model_package_group_name: group }: CandidateQuery,
  criteria: PromotionCriteria,
  { aws, clock }: Context,
): Promise<PromotionCriteria> {
  if (evidenceAsked(criteria).every(({ kind }) => kind !== 'comparison')) return criteria;
  const { findChampion } = await import('../registry/champion.ts');
  const champion = await findChampion({ ...aws, clock }, { group, path: criteria.path });
  return { ...criteria, champion: { arn: champion?.arn } };
}

/** The version that model_package_arn names. Throws a Failure when the group has no such version. */
async function findNamed(
  arn: string,
  given: CandidateQuery,
  criteria: PromotionCriteria,
  { aws, registry }: Searching,
): Promise<CandidateSearch> {
  const candidate = await registry.package(arn);
  const group = groupArnIn(aws, given.model_package_group_name);
  if (!candidate || !sameGroup(groupArnOf(arn), group)) {
    throw new Failure(
      'SMC-3004',
      `model_package_arn: received "${arn}", which is not a version of the group ${group}.`,
      'correct model_package_arn, or leave it empty: check-model then selects the version.',
    );
  }
  const verdict = judgeEligibility(candidate, criteria);
  const found = { is: 'candidate', candidate, passedOver: [] } as const;
  if (verdict.is === 'fit') return found;
  const refused = new Failure(
    'SMC-3005',
    `${displayName(candidate)} cannot be promoted to ${criteria.environment}: ${verdict.why}.`,
    verdict.next ?? 'set model_package_arn to another version, or leave it empty.',
  );
  return { ...found, refused };
}

/** What this pipeline's deploy-pipeline registered in the group: that, or nothing; never an older model. */
async function findRegistered(
  given: CandidateQuery,
  criteria: PromotionCriteria,
  context: Searching,
): Promise<CandidateSearch> {
  const choice = { input: 'model_package_group_name', value: given.model_package_group_name } as const;
  const run = readHandover(context, trainingRecord, choice);
  if (run.outcome !== 'registered') {
    const why = `this pipeline registered no model: ${run.why}`;
    return { is: 'nothing', why, next: afterNoModel(run), passedOver: [] };
  }
  const group = groupArnIn(context.aws, given.model_package_group_name);
  const versions = run.packages
    .filter((each) => sameGroup(groupArnOf(each.package), group))
    .map((each): ModelPackageSummary => ({ arn: each.package, version: each.version, approval: undefined }))
    .sort((a, b) => b.version - a.version);
  const chosen = await selectVersion(
    { versions, describe: context.registry.package, limit: versions.length },
    criteria,
  );
  if (chosen.is === 'candidate') return chosen;
  const why = chosen.passedOver.map((each) => `version ${each.version}: ${each.why}`).join('; ');
  return {
    is: 'nothing',
    why: `no version that this pipeline registered can be promoted (${why})`,
    next: chosen.passedOver[0]?.next ?? 'start a new pipeline to train again.',
    passedOver: [],
  };
}

function afterNoModel(run: Exclude<TrainingRecord, { outcome: 'registered' }>): string {
  if (run.outcome === 'running')
    return 'when the training has ended, run deploy-pipeline again, then run this job again.';
  if (run.no_register_step)
    return 'if the code of a step registers the model (@step, Lambda), set source: registry under "inputs:" of the include, then push: the first environment then takes the newest pending version of the group. Otherwise, add a step that registers the model to the definition.';
  return `check the execution ${run.execution}: the log of deploy-pipeline shows its steps. Nothing is promoted.`;
}

async function findInRegistry(
  given: CandidateQuery,
  criteria: PromotionCriteria,
  { aws, registry }: Searching,
): Promise<CandidateSearch> {
  const { model_package_group_name: group, max_candidates: most } = given;
  const found = await searchRegistry({ registry, sagemaker: aws.sagemaker }, { group, limit: most }, criteria);
  if (found.is === 'candidate') return found;
  if (found.is === 'no such group') throw noSuchGroup(group, aws);
  return { is: 'nothing', ...nothingFit(found, given, criteria), passedOver: found.passedOver };
}

function noSuchGroup(group: string, { account, region }: Context['aws']): Failure {
  const named = parseArn(group);
  const place = named ?? { account, region };
  const where = `the account ${place.account} has no such model package group in ${place.region}`;
  return new Failure(
    'SMC-3003',
    `model_package_group_name: received "${group}", but ${where}${named ? ', or does not show it to this role' : ''}.`,
    named
      ? "correct the ARN, or allow this role in the group's resource policy to list and describe its versions."
      : 'correct the name, the role or the region. If the group is in another account, use its ARN.',
  );
}

function nothingFit(
  { lookedAt, passedOver }: { lookedAt: number; passedOver: readonly PassedOver[] },
  given: CandidateQuery,
  criteria: PromotionCriteria,
) {
  const { model_package_group_name: group, max_candidates: most } = given;
  const before = environmentBefore(criteria);
  const wanted = before === undefined ? 'is PendingManualApproval' : `is Approved and validated in ${before}`;
  const train = 'run the training first: it registers a model.';
  const [newest] = passedOver;
  if (!newest) return { why: `the group ${group} has no version yet`, next: train };
  if (lookedAt === most) {
    const why = `none of the ${most} newest candidates of ${group} can be promoted`;
    return {
      why,
      next: `${most < MAX_CANDIDATES ? 'raise max_candidates to check older versions, or ' : ''}promote a newer version.`,
    };
  }
  if (newest.next !== undefined)
    return { why: `version ${newest.version} of ${group} cannot be promoted: ${newest.why}`, next: newest.next };
  const validate = `run the pipeline of ${before} first: its validate-endpoint job validates the version.`;
  return { why: `no version of ${group} ${wanted}`, next: before === undefined ? train : validate };
}
