import * as z from 'zod/mini';
import { resourceId } from '../../aws/arn.ts';
import { definitionInFolder } from '../../pipelines/definition.ts';
import { registeredGroups } from '../../pipelines/registered-groups.ts';
import { sameGroup } from '../../registry/packages.ts';
import type { Judged } from './judge.ts';

const training = z.object({ definition_file: z.string(), parameters: z.map(z.string(), z.string()) });
const checking = z.object({ model_package_group_name: z.string(), source: z.literal('run') });

/**
 * Why check-model would not find what the training registers: the definition names other groups. Nothing where a group
 * is known only at run time, or where the definition cannot be read, which its own check tells.
 */
export async function groupProblems(
  ofTraining: Judged['known'],
  ofCheck: Judged['known'],
  root: string,
): Promise<readonly string[]> {
  const trained = training.safeParse(ofTraining).data;
  const checked = checking.safeParse(ofCheck).data;
  if (!trained || !checked) return [];
  const { definition_file: file, parameters } = trained;
  const definition = await definitionInFolder(root, { file, parameters }).catch(() => undefined);
  const groups = definition && registeredGroups(definition, parameters);
  const { model_package_group_name: group } = checked;
  if (!groups || groups.some((each) => sameGroup(each, group))) return [];
  const names = [...new Set(groups.map(resourceId))].join(', ');
  return [`model_package_group_name: received "${group}", but ${file} registers its versions in ${names}.`];
}
