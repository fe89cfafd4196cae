import type { Permission } from '../../program/component.ts';
import type { Context } from '../../program/context.ts';
import { explain } from '../../program/explain.ts';
import type { HandedVersion } from './version.ts';

interface Deployed {
  readonly given: {
    readonly endpoint_name: string;
    readonly name_prefix: string | undefined;
    readonly keep_versions: number;
  };
  readonly handed: Pick<HandedVersion, 'promotion_path'>;
}

const LISTS = 'keep_versions is a number';
const DELETES = 'there are more models or endpoint configs than keep_versions';

/** What it needs beside what the deployment needs. Without it, nothing is deleted, and the job warns. */
export const CLEAN_UP_PERMISSIONS: readonly Permission[] = [
  { action: 'sagemaker:ListEndpointConfigs', on: 'anything', when: LISTS },
  { action: 'sagemaker:ListModels', on: 'anything', when: LISTS },
  { action: 'sagemaker:ListTags', on: 'endpoint config', when: DELETES },
  { action: 'sagemaker:ListTags', on: 'model', when: DELETES },
  { action: 'sagemaker:ListEndpoints', on: 'anything', when: DELETES },
  { action: 'sagemaker:DescribeEndpoint', on: 'any endpoint', when: DELETES },
  { action: 'sagemaker:DeleteEndpointConfig', on: 'endpoint config', when: DELETES },
  { action: 'sagemaker:DeleteModel', on: 'model', when: DELETES },
];

/** Seconds that a job spends on it at most: the rest is for the next deployment. */
const MOST_TIME = 120;

interface BegunCleanUp {
  /** Fulfilled when the lists have arrived, well or not. */
  readonly listed: Promise<unknown>;
  /** Deletes what nothing needs any more. Returns whether anything was asked of AWS for it. */
  deleteOlder(): Promise<boolean>;
}

const NO_CLEAN_UP: BegunCleanUp = { listed: Promise.resolve(), deleteOlder: async () => false };

/**
 * Asks for what may be of the endpoint, while the job follows its deployment. Whatever is deleted is deleted when that has ended
 * well: a failure of the clean-up is told, and is none of the job.
 */
export async function beginCleanUp(
  { given, handed }: Deployed,
  { aws, clock, job, log, deadline }: Context,
): Promise<BegunCleanUp> {
  const { endpoint_name: endpoint, keep_versions: keep } = given;
  if (keep === Number.POSITIVE_INFINITY) return NO_CLEAN_UP;
  const naming = { prefix: given.name_prefix ?? endpoint, environment: job.environment };
  // Only a deployment that SageMaker has accepted needs it.
  const { cleanUp, listStocks } = await import('../../endpoints/clean-up.ts');
  const listing = listStocks(aws.sagemaker, naming);
  const deleteOlder = async () => {
    try {
      const wanted = { ...naming, endpoint, promotion_path: handed.promotion_path, keep };
      return await cleanUp(wanted, await listing, { ...aws, clock, deadline: deadline(MOST_TIME), log: log.line });
    } catch (error) {
      const { coded, next } = explain(error, CLEAN_UP_PERMISSIONS);
      log.line(
        `Warning: the endpoint serves the version, but older ones were not cleaned up. ${coded}\nTo clean up: ${next}`,
      );
      return true;
    }
  };
  return { listed: listing.catch(() => undefined), deleteOlder };
}
