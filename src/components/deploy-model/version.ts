import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { approvalRecord, checkRecord, readHandover } from '../../program/handover.ts';
import { type DeploymentTerms, refusalSentence, refusalToDeploy } from '../../registry/deployability.ts';
import { readApproval } from '../../registry/entries.ts';
import { describePackage, displayName, type ModelPackage } from '../../registry/packages.ts';

/** The inputs of deploy-model that say which version, and what must hold of it. */
interface VersionInputs extends Pick<DeploymentTerms, 'require_approval' | 'instance_type'> {
  readonly model_package_group_name: string | undefined;
  readonly endpoint_name: string;
}

/** What the step before hands over: the version, and what was decided on its way here. */
export type HandedVersion = Exclude<ReturnType<typeof readVersion>, { outcome: 'nothing' }>;

/**
 * The record of approve-model. With require_approval: false that of check-model, with `approval` among the open safety
 * inputs.
 */
export function readVersion(given: VersionInputs, context: Context) {
  const choice = { input: 'model_package_group_name', value: given.model_package_group_name } as const;
  if (given.require_approval) return readHandover(context, approvalRecord, choice);
  const checked = readHandover(context, checkRecord, choice);
  return checked.outcome === 'nothing' ? checked : { ...checked, open: [...checked.open, 'approval'] };
}

/** Describes the version again. Throws a Failure when it is no longer as it was approved. */
export async function describeDeployable(
  handed: HandedVersion,
  { require_approval, instance_type, endpoint_name }: VersionInputs,
  { aws, clock, job, log }: Context,
): Promise<ModelPackage> {
  const { environment, pipeline } = job;
  const version = await describePackage({ ...aws, clock }, handed.package);
  const terms = { environment, pipeline, require_approval, instance_type };
  const refusal = refusalToDeploy(version, handed, terms);
  if (refusal) throw new Failure(refusal.kind, refusalSentence(version, terms, refusal), refusal.next);

  const approved = readApproval(version, environment);
  const why =
    require_approval && approved.is === 'read'
      ? `approved for ${environment} by ${approved.value.by}`
      : 'without an approval (require_approval: false)';
  log.line(`Deploying ${displayName(version)} to ${endpoint_name}, ${why}.`);
  return version;
}
