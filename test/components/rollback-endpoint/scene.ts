import type { Emulator } from '../../../emulator/emulator.ts';
import { GROUP } from '../../../emulator/scene.ts';
import rollbackEndpoint from '../../../src/components/rollback-endpoint.ts';
import { OURS } from '../../../src/gitlab/tags.ts';
import { contentIn, enter, timeIn, validationValue, verdictValue } from '../handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from '../job.ts';

/** An endpoint of the example project in an environment. */
const endpointIn = (environment: string) => `resale-price-${environment}`;

export interface ReleaseOptions {
  readonly environment: string;
  /** Further tags of its endpoint config, or others than deploy-model's. */
  readonly configTags: Readonly<Record<string, string>>;
  readonly validated: boolean;
  /** Further members of its endpoint config. */
  readonly config: object;
}

/**
 * Leaves what one deployment leaves: a version that was approved, deployed by deploy-model and validated, a minute after
 * whatever was before. Returns the version's ARN.
 */
export function release(emulator: Emulator, options: Partial<ReleaseOptions> = {}): string {
  const { environment = 'dev', validated = true } = options;
  const endpoint = endpointIn(environment);
  emulator.clock.advance(60_000);
  const arn = emulator.register({ status: 'Approved' });
  const config = configOf(arn, environment);
  const before = emulator.endpoint(endpoint)?.config.name ?? '';
  const packageBefore = emulator.tags.of(emulator.endpoints.arn(endpoint))[`${OURS}package`] ?? '';
  const brought = {
    component: 'deploy-model',
    package: arn,
    pipeline: 'https://sgts.gitlab-dedicated.com/p/-/pipelines/90',
  };
  emulator.deployed({
    endpoint,
    package: arn,
    name: config,
    config: options.config ?? {},
    tags: ours({
      ...ownerIn(environment),
      ...brought,
      wanted: config,
      model: config,
      previous: before,
      'previous-package': packageBefore,
    }),
  });
  const tags = { ...ours({ ...brought, endpoint }), ...options.configTags };
  for (const made of [emulator.models.configArn(config), emulator.models.modelArn(config)])
    emulator.tags.put(
      made,
      Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    );
  const [content, at] = [contentIn(emulator, arn), timeIn(emulator)];
  enter(emulator, arn, {
    [`approved.${environment}`]: verdictValue(content, { at }),
    ...(validated && { [`validated.${environment}`]: validationValue(content, { at, endpoint, config }) }),
  });
  return arn;
}

/** The name of a version's model and endpoint config. */
export function configOf(arn: string, environment = 'dev'): string {
  return `${endpointIn(environment)}-v${arn.slice(arn.lastIndexOf('/') + 1)}-0123456789`;
}

function ownerIn(environment: string) {
  const group = `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/${GROUP}`;
  return { project: '42', environment, group };
}

export function ours(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [OURS + name, value]));
}

export interface Released {
  readonly emulator: Emulator;
  readonly root: string;
  /** The versions, the first one first. */
  readonly versions: readonly string[];
}

/** An endpoint that served so many versions one after the other. */
export async function released(count: number, environment = 'dev'): Promise<Released> {
  const emulator = await emulated();
  const versions = Array.from({ length: count }, () => release(emulator, { environment }));
  return { emulator, root: projectFolder(), versions };
}

export const rollBack = (options: JobOptions) => startJob(rollbackEndpoint, options);

export const live = (emulator: Emulator, environment = 'dev') =>
  emulator.endpoint(endpointIn(environment))?.config.name;
