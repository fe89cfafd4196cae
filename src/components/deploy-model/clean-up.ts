import type { Naming } from '../../endpoints/names.ts';
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

/**
 * Asks for what may be of the endpoint, beside whatever else the job reads. Returns what then deletes what nothing needs any more.
 * The deployment has ended well by then: a failure of the clean-up is told, and is none of the job.
 */
export function beginCleanUp({ given, handed }: Deployed, { aws, clock, job, log, deadline }: Context) {
  const { endpoint_name: endpoint, keep_versions: keep } = given;
  if (keep === Number.POSITIVE_INFINITY) return async () => undefined;
  const naming = { prefix: given.name_prefix ?? endpoint, environment: job.environment };
  const begun = begin(naming, aws.sagemaker);
  // Nobody may ask for it, where the version is refused.
  begun.catch(() => undefined);
  return async () => {
    try {
      const { cleanUp, stocks } = await begun;
      const wanted = { ...naming, endpoint, promotion_path: handed.promotion_path, keep };
      await cleanUp(wanted, stocks, { ...aws, clock, deadline: deadline(MOST_TIME), log: log.line });
    } catch (error) {
      const { coded, next } = explain(error, CLEAN_UP_PERMISSIONS);
      log.line(
        `Warning: the endpoint serves the version, but older ones were not cleaned up. ${coded}\nTo clean up: ${next}`,
      );
    }
  };
}

/** Loads what only a job needs whose deployment ended well, and lists what may be of the endpoint. */
async function begin(naming: Pick<Naming, 'prefix' | 'environment'>, sagemaker: Context['aws']['sagemaker']) {
  const { cleanUp, listStocks } = await import('../../endpoints/clean-up.ts');
  return { cleanUp, stocks: await listStocks(sagemaker, naming) };
}
