import { Reads } from '../ground/reads.ts';
import { findPackage, listNewest, type ModelPackageSummary, type RegistryReader } from './packages.ts';

/** The most that one list request gives. */
export const PAGE_SIZE = 100;

/** The newest versions of a group, the highest first, and whether it has more. */
interface Newest {
  readonly versions: readonly ModelPackageSummary[];
  readonly more: boolean;
}

/**
 * One look at a registry: no version is described twice, however many questions are about it, and the newest versions of a group are listed
 * once (AWS: ListModelPackages, DescribeModelPackage).
 */
export class RegistryLook extends Reads {
  /** A version by its ARN, or `undefined` when there is none. */
  readonly package;
  /** The newest versions of a group, by its name or ARN; `undefined` when there is no such group. */
  readonly newest;
  readonly #approved;

  constructor(reader: RegistryReader) {
    super();
    const { sagemaker } = reader;
    this.package = this.once((arn) => findPackage(reader, arn));
    this.newest = this.once((group): Promise<Newest | undefined> => listNewest(sagemaker, { group, limit: PAGE_SIZE }));
    this.#approved = this.once((group) => listNewest(sagemaker, { group, limit: PAGE_SIZE, approval: 'Approved' }));
  }

  /** The newest approved versions of a group, so many at most. A second list is asked for only where the newest hold too few of them. */
  async newestApproved(group: string, limit: number): Promise<readonly ModelPackageSummary[]> {
    const newest = await this.newest(group);
    const among = (newest?.versions ?? []).filter(({ approval }) => approval === 'Approved');
    const all = among.length >= limit || !newest?.more ? among : ((await this.#approved(group))?.versions ?? []);
    return all.slice(0, limit);
  }
}
