import { Failure } from '../ground/failure.ts';
import { findPackage, listNewest, type ModelPackage, type RegistryReader } from './packages.ts';
import { judgeReturn } from './returnable.ts';

interface ChampionQuery {
  /** The model package group, by name or ARN. */
  readonly group: string;
  /** The environments in order. */
  readonly path: readonly string[];
}

/** As many versions as one list of SageMaker holds. */
const MOST = 100;

/**
 * The version that a newer one has to be compared with: the highest with a standing validation at the end of the promotion path (AWS:
 * ListModelPackages, DescribeModelPackage). `undefined` while no version has one. Throws a Failure where nobody can tell.
 */
export async function findChampion(
  reader: RegistryReader,
  { group, path }: ChampionQuery,
): Promise<ModelPackage | undefined> {
  const end = path.at(-1) ?? '';
  const listed = await listNewest(reader.sagemaker, { group, limit: MOST, approval: 'Approved' });
  for (const { arn } of listed?.versions ?? []) {
    const version = await findPackage(reader, arn);
    if (version && judgeReturn(version, { environment: end, path, group }).is === 'fit') return version;
  }
  if (!listed?.more) return undefined;
  throw new Failure(
    'SMC-5209',
    `None of the ${MOST} newest approved versions of ${group} is validated in ${end}, and there are older ones: nobody knows the champion.`,
    `promote a version to ${end}, or delete versions that nobody needs.`,
  );
}
