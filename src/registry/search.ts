import { DescribeModelPackageGroupCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { unlessNotFound } from '../aws/sagemaker-errors.ts';
import { environmentBefore, type PromotionCriteria, type Selection, selectVersion } from './eligibility.ts';
import { listNewest, type ModelPackageSummary } from './packages.ts';
import { PAGE_SIZE, type RegistryLook } from './registry-look.ts';

interface RegistrySearch {
  /** The group's name, or its ARN where the registry is another account's. */
  readonly group: string;
  /** How many versions may be described. */
  readonly limit: number;
}

/**
 * The highest version of a group that can be promoted. One list request, however many versions the group has, and one
 * describe for each version looked at. Only when none of the hundred newest can be promoted, a second request lists
 * older ones of the right status.
 */
export async function searchRegistry(
  { registry, sagemaker }: { readonly registry: RegistryLook; readonly sagemaker: SageMakerClient },
  { group, limit: most }: RegistrySearch,
  criteria: PromotionCriteria,
): Promise<Selection | { is: 'no such group' }> {
  const describe = registry.package;
  const newest = await registry.newest(group);
  if (!newest || (newest.versions.length === 0 && !(await groupExists(sagemaker, group))))
    return { is: 'no such group' };

  const choice = await selectVersion({ versions: newest.versions, describe, limit: most }, criteria);
  if (choice.is === 'candidate' || !newest.more || choice.lookedAt === most) return choice;

  const approval = environmentBefore(criteria) === undefined ? 'PendingManualApproval' : 'Approved';
  const versions = olderThan(newest.versions, await listNewest(sagemaker, { group, limit: PAGE_SIZE, approval }));
  const further = await selectVersion({ versions, describe, limit: most - choice.lookedAt }, criteria);
  const passedOver = [...choice.passedOver, ...further.passedOver];
  return further.is === 'candidate'
    ? { ...further, passedOver }
    : { is: 'none', passedOver, lookedAt: choice.lookedAt + further.lookedAt };
}

function olderThan(
  seen: readonly ModelPackageSummary[],
  listed: { versions: ModelPackageSummary[] } | undefined,
): ModelPackageSummary[] {
  const lowest = Math.min(...seen.map(({ version }) => version));
  return (listed?.versions ?? []).filter(({ version }) => version < lowest);
}

async function groupExists(sagemaker: SageMakerClient, group: string): Promise<boolean> {
  const request = new DescribeModelPackageGroupCommand({ ModelPackageGroupName: group });
  return (await unlessNotFound(sagemaker.send(request))) !== undefined;
}
