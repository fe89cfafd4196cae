import type { Look } from '../../endpoints/look.ts';
import { deletedWhileLive, takingAway } from '../../endpoints/outcome.ts';
import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { approvalRecord, checkRecord, readHandover } from '../../program/handover.ts';
import { type DeploymentTerms, refusalSentence, refusalToDeploy } from '../../registry/deployability.ts';
import { readApproval, TAKE_OVER } from '../../registry/entries.ts';
import { describePackage, displayName, type ModelPackage } from '../../registry/packages.ts';
import { signatoryOf } from '../../registry/signature.ts';
import { refusalOfLive } from '../../registry/validation.ts';

/** The inputs of deploy-model that say which version, and what must hold of it. */
interface VersionInputs extends Pick<DeploymentTerms, 'require_approval'> {
  readonly model_package_group_name: string | undefined;
  readonly endpoint_name: string;
  readonly take_over_endpoint: boolean;
}

/** What the step before hands over: the version, and what was decided on its way here. */
export type HandedVersion = Exclude<ReturnType<typeof readVersion>, { outcome: 'nothing' }>;

/**
 * The record of approve-model, or with require_approval: false that of check-model; with the safety inputs of this job
 * among the open ones.
 */
export function readVersion(given: VersionInputs, context: Context) {
  const { require_approval, take_over_endpoint, model_package_group_name: value } = given;
  const choice = { input: 'model_package_group_name', value } as const;
  const handed = require_approval
    ? readHandover(context, approvalRecord, choice)
    : readHandover(context, checkRecord, choice);
  if (handed.outcome === 'nothing') return handed;
  const open = [...(require_approval ? [] : ['approval']), ...(take_over_endpoint ? [TAKE_OVER] : [])];
  return { ...handed, open: [...new Set([...handed.open, ...open])] };
}

/** Describes the version again. Throws a Failure when it is no longer as it was approved. */
export async function describeDeployable(
  handed: HandedVersion,
  asked: Omit<DeploymentTerms, 'environment' | 'pipeline'>,
  { look, job }: { readonly look: Look; readonly job: Context['job'] },
): Promise<ModelPackage> {
  const { environment, pipeline } = job;
  const version = await look.package(handed.package);
  const terms = { environment, pipeline, ...asked };
  const refusal = refusalToDeploy(version, handed, terms);
  if (!refusal) return version;
  throw new Failure(refusal.code, refusalSentence(version, terms, refusal), refusal.next);
}

/** `Deploying ResalePriceModelGroup version 3 to resale-price-uat, approved for uat by jane.` */
export function deployingLine(
  version: ModelPackage,
  { require_approval, endpoint_name }: VersionInputs,
  { environment }: Context['job'],
): string {
  const approved = readApproval(version, environment);
  const why =
    require_approval && approved.is === 'read'
      ? `approved for ${environment} by ${signatoryOf(approved.value)}`
      : 'without an approval (require_approval: false)';
  return `Deploying ${displayName(version)} to ${endpoint_name}, ${why}.`;
}

interface Brought {
  readonly endpoint: string;
  readonly previousConfig: string | undefined;
  /** How far SageMaker is with it. */
  readonly state: 'serves' | 'is progressing to';
}

/** Refuses to end well when somebody rejected or changed the version after the last look before the change. */
export async function refuseUnlessWanted(
  handed: HandedVersion,
  { endpoint, previousConfig, state }: Brought,
  { aws, clock }: Context,
): Promise<void> {
  const now = await describePackage({ ...aws, clock }, handed.package).catch((error: unknown) => {
    throw deletedWhileLive(error, { endpoint, previousConfig, state });
  });
  const refusal = refusalOfLive(now, handed);
  if (!refusal) return;
  throw new Failure(
    'SMC-4111',
    `${endpoint} ${state} ${displayName(now)}, but ${refusal.why}.`,
    `${refusal.next} ${takingAway(endpoint, previousConfig)}`,
  );
}
