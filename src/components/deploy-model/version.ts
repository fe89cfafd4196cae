import { Failure } from '../../ground/failure.ts';
import type { Context } from '../../program/context.ts';
import { approvalRecord, checkRecord, readHandover } from '../../program/handover.ts';
import { type DeploymentTerms, refusalSentence, refusalToDeploy } from '../../registry/deployability.ts';
import { readApproval, TAKE_OVER } from '../../registry/entries.ts';
import { describePackage, displayName, type ModelPackage } from '../../registry/packages.ts';

/** The inputs of deploy-model that say which version, and what must hold of it. */
interface VersionInputs extends Pick<DeploymentTerms, 'require_approval' | 'instance_type'> {
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
