import { inOrder } from '../ground/reads.ts';
import { type ApprovalEntry, readApproval } from './entries.ts';
import type { ModelPackage } from './packages.ts';
import type { RegistryLook } from './registry-look.ts';
import { signatoryOf } from './signature.ts';
import { standingWithdrawal } from './withdrawal.ts';

/** How an entry names an approval that passed rules of the policy in an emergency. */
export const EMERGENCY = 'emergency';

/** Hours in which an approval in an emergency wants an ordinary one of the same version. */
const HOURS = 24;

/** An approval in an emergency. */
export interface Emergency extends Pick<ApprovalEntry, 'by' | 'user_id' | 'at' | 'pipeline'> {
  readonly version: ModelPackage;
  /** When the time for the ordinary approval ends. */
  readonly until: Date;
}

/** Whether an approval passed rules of the policy in an emergency. */
export function isEmergency({ open = '' }: Pick<ApprovalEntry, 'open'>): boolean {
  return open.split('+').includes(EMERGENCY);
}

/** The emergency in which a version was approved for an environment; `undefined` where its approval is ordinary, or withdrawn. */
export function emergencyOf(version: ModelPackage, environment: string): Emergency | undefined {
  const approval = readApproval(version, environment);
  if (approval.is !== 'read' || !isEmergency(approval.value)) return undefined;
  if (standingWithdrawal(version, environment)) return undefined;
  const { by, user_id, at, pipeline } = approval.value;
  return { version, by, user_id, at, pipeline, until: new Date(Date.parse(at) + HOURS * 3_600_000) };
}

/**
 * The emergency of an environment that nobody has made good in time: no ordinary approval of the same version, no withdrawal of it,
 * and no ordinary approval of another version since. Of several, that of the first of the versions, the newest: its ordinary approval
 * settles the others. `undefined` where there is none.
 */
export function overdueEmergency(
  versions: readonly ModelPackage[],
  environment: string,
  now: Date,
): Emergency | undefined {
  const emergencies = versions.flatMap((version) => emergencyOf(version, environment) ?? []);
  return emergencies.find(({ at, until }) => until <= now && !versions.some((each) => isSince(each, environment, at)));
}

interface EmergencyQuery {
  /** The model package group, by name or ARN. */
  readonly group: string;
  readonly environment: string;
  /** How many of the newest approved versions are looked at. */
  readonly limit: number;
  readonly now: Date;
}

/** Looks for an overdue emergency among the approved versions of a group. */
export async function findOverdueEmergency(
  registry: RegistryLook,
  { group, environment, limit, now }: EmergencyQuery,
): Promise<Emergency | undefined> {
  const newest = await registry.newestApproved(group, limit);
  const versions = await inOrder(newest.map(({ arn }) => registry.package(arn)));
  return overdueEmergency(
    versions.flatMap((version) => version ?? []),
    environment,
    now,
  );
}

/** Whether a version was approved in the ordinary way after a moment. */
function isSince(version: ModelPackage, environment: string, moment: string): boolean {
  const approval = readApproval(version, environment);
  return approval.is === 'read' && !isEmergency(approval.value) && approval.value.at > moment;
}

/** `version 3 was approved for uat in an emergency by jane in pipeline 101 at 2026-11-22T08:00Z`. */
export function emergencyClause(emergency: Emergency, environment: string): string {
  const { version, at, pipeline } = emergency;
  return `version ${version.version} was approved for ${environment} in an emergency by ${signatoryOf(emergency)} in pipeline ${pipeline} at ${at}`;
}
