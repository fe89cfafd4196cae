import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  type DeploymentConfig,
  type SageMakerClient,
  type Tag,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { isKnownError } from '../aws/sagemaker-errors.ts';
import { type Clock, type Deadline, earliest } from '../ground/clock.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { pauseUntil } from '../ground/wait.ts';
import { asRefusal } from './failure-reasons.ts';
import { Look } from './look.ts';
import { tagEndpoint } from './tags.ts';

/** Whether SageMaker accepted a change. After a conflict with another deployment, describe and decide again. */
export type ChangeResult = 'accepted' | 'conflict';

interface ChangeContext {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  /** Throws when the version must not go live any more: SageMaker's changes have no condition. */
  confirm(look: Look): Promise<void>;
  readonly deadline: Deadline;
}

interface EndpointCreation {
  readonly endpoint: string;
  readonly config: string;
  readonly tags: readonly Tag[];
}

interface EndpointUpdate extends Omit<EndpointCreation, 'tags'> {
  readonly keepInstances: boolean;
  /** How SageMaker brings it in; at once, where nothing is said. */
  readonly rollout: DeploymentConfig | undefined;
  /** Whether the endpoint still is as it was when the update was decided. */
  isAsSeen(): Promise<boolean>;
}

/** Creates an endpoint with its tags. */
export function createEndpoint(context: ChangeContext, { endpoint, config, tags }: EndpointCreation) {
  return change(context, async () => {
    await confirm(context);
    await context.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: config, Tags: [...tags] }),
    );
    return 'accepted';
  });
}

/** Writes tags on an endpoint that say what it is about to become (AWS: AddTags). */
export function noteChange(context: ChangeContext, endpointArn: string, tags: readonly Tag[]) {
  return change(context, async () => {
    await tagEndpoint(context.sagemaker, endpointArn, tags);
    return 'accepted';
  });
}

/**
 * Updates an endpoint to another config (AWS: UpdateEndpoint), unless it is no longer as it was seen. With `keepInstances`
 * the variant keeps the instances that it has, where the config would start with fewer; weight and data capture are always
 * those of the config.
 */
export function updateEndpoint(context: ChangeContext, update: EndpointUpdate) {
  const { endpoint, config, keepInstances, rollout, isAsSeen } = update;
  return change(context, async () => {
    if (!(await isAsSeen())) return 'conflict';
    await context.sagemaker.send(
      new UpdateEndpointCommand({
        EndpointName: endpoint,
        EndpointConfigName: config,
        RetainAllVariantProperties: keepInstances,
        ...(rollout && { DeploymentConfig: rollout }),
        ...(keepInstances && {
          ExcludeRetainedVariantProperties: [
            { VariantPropertyType: 'DesiredWeight' as const },
            { VariantPropertyType: 'DataCaptureConfig' as const },
          ],
        }),
      }),
    );
    return 'accepted';
  });
}

/** Deletes an endpoint (AWS: DeleteEndpoint). No error when it is already deleted or busy: describe it again. */
export async function deleteEndpoint(context: ChangeContext, endpoint: string): Promise<void> {
  await confirm(context);
  try {
    await context.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpoint }));
  } catch (error) {
    if (isKnownError('not found', error) || isKnownError('update in progress', error)) return;
    throw asRefusal(error, `SageMaker refused to delete ${endpoint}.`);
  }
}

async function confirm(context: ChangeContext): Promise<void> {
  await context.confirm(new Look(context));
}

/** SageMaker's answers when the endpoint is no longer as it was when we looked. */
const CHANGED_MEANWHILE = ['already exists', 'update in progress', 'failed already', 'not found'] as const;

async function change(context: ChangeContext, send: () => Promise<ChangeResult>): Promise<ChangeResult> {
  try {
    return await onceConfigIsVisible(context, send);
  } catch (error) {
    if (CHANGED_MEANWHILE.some((known) => isKnownError(known, error))) return 'conflict';
    throw asRefusal(error, 'SageMaker refused to change the endpoint. It was not changed.');
  }
}

const VISIBLE_WITHIN = 90_000;
const VISIBILITY_PAUSE = 3_000;

/**
 * SageMaker's reads follow its writes with a delay: a config that was just made may not be found for a minute or so.
 */
async function onceConfigIsVisible(
  { clock, deadline }: ChangeContext,
  send: () => Promise<ChangeResult>,
): Promise<ChangeResult> {
  const visible = {
    at: new Date(clock.now().getTime() + VISIBLE_WITHIN),
    because: 'an endpoint config is found sooner',
  };
  const until = earliest(deadline, visible);
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const invisible = isKnownError('not found', error) && /endpoint configuration/i.test(partsOf(error).message);
      if (!invisible) throw error;
      if (await pauseUntil(until, VISIBILITY_PAUSE, clock)) continue;
      throw until === deadline ? outOfTime(deadline, error) : configGone(error);
    }
  }
}

function outOfTime({ because }: Deadline, error: unknown): Failure {
  return new Failure(
    'SMC-4109',
    `Stopped waiting for SageMaker to find the new endpoint config (${because}): ${inItsOwnWords(error)} The endpoint was not changed.`,
    'run this job again: it continues where this one stopped.',
    error,
  );
}

function configGone(error: unknown): Failure {
  return new Failure(
    'SMC-4110',
    `SageMaker did not find the endpoint config for ${VISIBLE_WITHIN / 1000} s, although it existed: ${inItsOwnWords(error)}`,
    'run this job again. If somebody deleted the config, the job creates it again.',
    error,
  );
}
