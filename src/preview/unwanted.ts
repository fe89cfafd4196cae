import type { PromotionCriteria } from '../registry/eligibility.ts';
import { groupArnOf, sameGroup } from '../registry/packages.ts';
import type { RegistryLook } from '../registry/registry-look.ts';
import { standingWithdrawal } from '../registry/withdrawal.ts';
import type { Destination } from './live.ts';

/**
 * The version that serves although somebody rejected or withdrew it since, as a sentence; `undefined` where none does. Whoever rejects
 * a version changes no endpoint: the next pipeline of each environment has to tell (AWS: DescribeModelPackage).
 */
export async function liveUnwanted(
  { endpoint, packages }: Destination,
  group: string,
  { environment, path }: Pick<PromotionCriteria, 'environment' | 'path'>,
  registry: Pick<RegistryLook, 'package'>,
): Promise<string | undefined> {
  for (const arn of packages.filter((each) => sameGroup(groupArnOf(each), group))) {
    const version = await registry.package(arn);
    if (version === undefined) continue;
    const withdrawn = [environment, ...path].some((each) => standingWithdrawal(version, each) !== undefined);
    if (withdrawn || version.approval === 'Rejected')
      return `${endpoint.name} serves version ${version.version}, which was ${withdrawn ? 'withdrawn' : 'rejected'}: rollback-endpoint takes it away`;
  }
  return undefined;
}
