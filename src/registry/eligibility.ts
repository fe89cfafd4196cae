import { Failure } from '../ground/failure.ts';
import { isEmergency } from './emergency.ts';
import { readApproval, readValidation, type ValidationEntry } from './entries.ts';
import { lackOfEvidence, type WantedEvidence } from './evidence.ts';
import { flawOf } from './flaw.ts';
import { hasContent, type ModelPackage, type ModelPackageSummary } from './packages.ts';
import { passageOf } from './passage.ts';
import { lackOfRoom, makeRoom } from './room.ts';
import { standingWithdrawal } from './withdrawal.ts';

/** What is asked of a version before it may go on to an environment. */
export interface PromotionCriteria {
  readonly environment: string;
  /** The environments in order. */
  readonly path: readonly string[];
  /** Where the first environment takes its version from. */
  readonly source: 'run' | 'registry';
  /** Whether the environments before must have validated it. */
  readonly require_validation: boolean;
  /** What environments before must have shown of it. */
  readonly require_evidence: readonly WantedEvidence[];
  /** Whether a bake counts as good whose requests the deployment sent itself. */
  readonly count_bake_traffic: boolean;
  /** This GitLab pipeline. */
  readonly pipeline: string;
  /**
   * The newest version that is validated at the end of the path, where a comparison is asked for; `arn` is absent while there is none.
   * Where nobody looked, there may be one.
   */
  readonly champion?: { readonly arn: string | undefined };
  /** Whether model_package_arn names the version: only then one is offered that a rollback withdrew here. */
  readonly named?: boolean;
}

type StandOnPath = Pick<PromotionCriteria, 'environment' | 'path'>;

/** `next` where it is not a verdict or a validation that is missing: what else to do. */
export type Eligibility = { is: 'fit' } | { is: 'unfit'; why: string; next?: string };

/** The environments before this one on the path, in order; none for the first. */
export function environmentsBefore({ environment, path }: StandOnPath): string[] {
  return path.slice(0, path.indexOf(environment));
}

/** Why nothing can be promoted to an environment: the path does not have it. `undefined` when it does. */
export function whyOffPath({ environment, path }: StandOnPath): string | undefined {
  if (path.includes(environment)) return undefined;
  return `environment: received "${environment}", which is not in the promotion_path "${path.join(', ')}".`;
}

/** Refuses an environment that the promotion path of an include does not have. */
export function refuseOffPath(place: StandOnPath, component: string): void {
  const off = whyOffPath(place);
  if (off === undefined) return;
  throw new Failure(
    'SMC-3002',
    off,
    `add the environment to promotion_path, or correct environment, under "inputs:" of the include that adds ${component}.`,
  );
}

/** Refuses to be asked for evidence that nobody would ever look for: no environment of the path comes after its own. */
export function refuseEvidenceOffPath(
  { path, require_evidence }: Pick<PromotionCriteria, 'path' | 'require_evidence'>,
  component: string,
): void {
  const after = path.slice(0, -1);
  const off = require_evidence.flatMap(({ kind, of }) =>
    of === undefined || after.includes(of) ? [] : [`${kind}.${of}`],
  );
  if (off.length === 0) return;
  throw new Failure(
    'SMC-3006',
    `require_evidence: received "${off.join(', ')}", but nothing on the promotion_path "${path.join(', ')}" comes after that.`,
    `name one of ${after.join(', ') || 'several environments'} there, or correct promotion_path, under "inputs:" of the include that adds ${component}.`,
  );
}

/** The evidence that is asked for in an environment, each kind with the environment before that must have shown it. */
export function evidenceAsked(
  criteria: StandOnPath & Pick<PromotionCriteria, 'require_evidence'>,
): (WantedEvidence & { readonly of: string })[] {
  const before = environmentsBefore(criteria);
  return criteria.require_evidence.flatMap(({ of = before.at(-1), ...wanted }) =>
    of !== undefined && before.includes(of) ? [{ ...wanted, of }] : [],
  );
}

/** The environment right before this one on the path; `undefined` for the first. */
export function environmentBefore(criteria: StandOnPath): string | undefined {
  return environmentsBefore(criteria).at(-1);
}

const NOT_COMPLETED =
  'if it is still InProgress, run this job again later. Otherwise read in Studio what failed, then register a new version.';

const FIT: Eligibility = { is: 'fit' };
const unfit = (why: string, next?: string): Eligibility => ({ is: 'unfit', why, ...(next && { next }) });

/** The first environment judges what was registered; every later one only what all environments before it validated. */
export function judgeEligibility(version: ModelPackage, criteria: PromotionCriteria): Eligibility {
  const { environment, named } = criteria;
  const flaw = flawOf(version, { environments: criteria.path, over: named === true ? { environment } : undefined });
  if (flaw) return unfit(flaw.why, flaw.is === 'not completed' ? NOT_COMPLETED : flaw.next);
  const unusable = judgePackage(version, criteria);
  if (unusable) return unusable;
  const before = environmentsBefore(criteria);
  return before.length === 0 ? judgeRegistered(version, criteria) : judgePromoted(version, before, criteria);
}

/** Why a version could not go on whatever anybody says of it. */
function judgePackage(
  { registration, servable, metadata, arn }: ModelPackage,
  { environment }: PromotionCriteria,
): Eligibility | undefined {
  if (registration === 'Logged')
    return unfit('it is only logged, not registered', 'register the model in the last step of the definition.');
  if (!servable)
    return unfit(
      'it has no inference specification',
      'give the step that registers the model an InferenceSpecification (image and model data), then register a new version.',
    );
  const crowded = lackOfRoom(metadata, environment);
  return crowded === undefined ? undefined : unfit(crowded, makeRoom(arn));
}

function judgeRegistered(
  version: ModelPackage,
  { environment, source, pipeline, named }: PromotionCriteria,
): Eligibility {
  if (version.approval === 'Rejected') return unfit('it is Rejected');
  if (version.approval === 'PendingManualApproval' || source === 'run') return FIT;
  // It was live here, and a rollback withdrew it: whoever names it asks for it again.
  if (named === true && standingWithdrawal(version, environment)) return FIT;
  const approval = readApproval(version, environment);
  // A check that runs again after this pipeline's approval finds the same version again.
  return approval.is === 'read' && approval.value.pipeline === pipeline ? FIT : unfit('it is already Approved');
}

function judgePromoted(version: ModelPackage, before: readonly string[], criteria: PromotionCriteria): Eligibility {
  if (version.approval !== 'Approved') return unfit(`it is ${version.approval}`);
  const unshown = judgeEvidence(version, criteria);
  if (!criteria.require_validation) return unshown ?? FIT;
  // The last of them tells most: what is not validated there mostly is not before it, either.
  const judged = before.toReversed().map((environment) => judgePassage(version, environment));
  return judged.find(({ is }) => is === 'unfit') ?? unshown ?? FIT;
}

/** Why what the environments before showed of a version is not what is asked for; `undefined` when it is. */
function judgeEvidence(version: ModelPackage, criteria: PromotionCriteria): Eligibility | undefined {
  const { count_bake_traffic, champion } = criteria;
  const isFirst = champion !== undefined && (champion.arn ?? version.arn) === version.arn;
  for (const { kind, of, data } of evidenceAsked(criteria)) {
    const lack =
      kind === 'bake'
        ? lackOfBake(version, of, count_bake_traffic)
        : lackOfEvidence(version, kind, of, { isFirst, data });
    if (lack !== undefined) return unfit(`${lack}, and require_evidence names ${kind}`, howToShow(kind, of));
  }
  return undefined;
}

/** Why the bake of a version in an environment is not good: where it shows nothing, it is no reason to go on. */
export function lackOfBake(version: ModelPackage, before: string, countsTraffic: boolean): string | undefined {
  const validation = readValidation(version, before);
  const bake = validation.is === 'read' ? (validation.value.bake ?? 'none') : 'none';
  if (bake === 'good' || (bake === 'payload' && countsTraffic)) return undefined;
  return {
    payload: `its bake in ${before} shows only that the container answers copies of a payload`,
    nothing: `its bake in ${before} shows nothing`,
    none: `it did not bake in ${before}`,
  }[bake];
}

/** How a kind of evidence is shown again. */
export function howToShow(kind: WantedEvidence['kind'], before: string): string {
  if (kind === 'bake')
    return `deploy it to ${before} with a strategy that bakes, alarms, and enough requests of others (docs/safe-deployment.md), then promote it again.`;
  return `run ${WRITERS[kind]} in ${before} until it is good (docs/evidence.md), then promote it again.`;
}

const WRITERS: Readonly<Record<Exclude<WantedEvidence['kind'], 'bake'>, string>> = {
  quality: 'evaluate-model',
  load: 'load-test',
  comparison: 'compare-models',
};

/** Whether a version passed one environment, as it is now and with every safety input closed. */
function judgePassage(version: ModelPackage, before: string): Eligibility {
  const passage = passageOf(version, before);
  if (passage.is === 'flawed') return unfit(passage.why, passage.next);
  const { open } = passage;
  if (open === undefined) return FIT;
  if (isEmergency({ open }))
    return unfit(
      `it passed ${before} in an emergency (open=${open})`,
      `start a new pipeline of ${before}, approve the version there in the ordinary way, and let it be validated again.`,
    );
  return unfit(
    `it passed ${before} with an open safety input (open=${open})`,
    `close that safety input in the include, then promote the version through ${before} again.`,
  );
}

/**
 * The validation of exactly this content here, approved by an earlier pipeline: while that is live, there is nothing
 * new. An entry with an open safety input does not count, so that the version may come again with the input set to
 * true.
 */
export function validatedHere(
  version: ModelPackage,
  { environment, pipeline }: PromotionCriteria,
): ValidationEntry | undefined {
  const approval = readApproval(version, environment);
  const validation = readValidation(version, environment);
  if (approval.is !== 'read' || validation.is !== 'read' || approval.value.pipeline === pipeline) return undefined;
  const closed = [approval.value, validation.value].every(
    (entry) => hasContent(version, entry.content) && entry.open === undefined,
  );
  return closed ? validation.value : undefined;
}

export interface PassedOver {
  readonly version: number;
  readonly why: string;
  readonly next?: string;
}

export type Selection =
  | { is: 'candidate'; candidate: ModelPackage; passedOver: PassedOver[] }
  | { is: 'none'; passedOver: PassedOver[]; lookedAt: number };

interface CandidateList {
  /** The versions of the group, the highest first. */
  readonly versions: readonly ModelPackageSummary[];
  describe(arn: string): Promise<ModelPackage | undefined>;
  /** How many versions may be described. */
  readonly limit: number;
}

/**
 * The highest version that can be promoted. Every newer one is listed with the reason why it was skipped: no older
 * version is taken silently.
 */
export async function selectVersion(
  { versions, describe, limit }: CandidateList,
  criteria: PromotionCriteria,
): Promise<Selection> {
  const passedOver: PassedOver[] = [];
  let lookedAt = 0;
  for (const summary of versions) {
    const { arn, version } = summary;
    const listed = whyUnfitByStatus(summary, criteria);
    if (listed === undefined && lookedAt === limit) break;
    if (listed === undefined) lookedAt++;
    const found = listed === undefined ? await describe(arn) : undefined;
    if (!found) {
      passedOver.push({ version, why: listed ?? 'it was deleted' });
      continue;
    }
    const eligibility = judgeEligibility(found, criteria);
    if (eligibility.is === 'fit') return { is: 'candidate', candidate: found, passedOver };
    passedOver.push(passing(version, eligibility));
  }
  return { is: 'none', passedOver, lookedAt };
}

function passing(version: number, { why, next }: Extract<Eligibility, { is: 'unfit' }>): PassedOver {
  return { version, why, ...(next && { next }) };
}

/** After the first environment the status in the list already rules out most versions: they need not be described. */
function whyUnfitByStatus({ approval }: ModelPackageSummary, criteria: PromotionCriteria): string | undefined {
  const isFirst = environmentBefore(criteria) === undefined;
  return isFirst || approval === undefined || approval === 'Approved' ? undefined : `it is ${approval}`;
}
