import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  type SageMakerClient,
  type Tag,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { isKnownError } from '../aws/sagemaker-errors.ts';
import { canonicalJson } from '../ground/canonical-json.ts';
import { type Clock, type Deadline, earliest } from '../ground/clock.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { pauseUntil } from '../ground/wait.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { asRefusal } from './failure-reasons.ts';
import { tagEndpoint } from './tags.ts';

/** Whether SageMaker accepted a change. After a conflict with another deployment, describe and decide again. */
export type ChangeResult = 'accepted' | 'conflict';

interface ChangeContext {
  readonly sagemaker: SageMakerClient;
  readonly clock: Clock;
  /** Throws when the version must not go live any more: SageMaker's changes have no condition. */
  confirm(): Promise<void>;
  readonly deadline: Deadline;
}

interface EndpointCreation {
  readonly endpoint: string;
  readonly config: string;
  readonly tags: readonly Tag[];
}

interface EndpointUpdate extends Omit<EndpointCreation, 'endpoint'> {
  /** The endpoint as it was when the update was decided. */
  readonly seen: Endpoint;
  readonly keepInstances: boolean;
}

/** Creates an endpoint with its tags. */
export function createEndpoint(context: ChangeContext, { endpoint, config, tags }: EndpointCreation) {
  return change(context, async () => {
    await context.confirm();
    await context.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: config, Tags: [...tags] }),
    );
    return 'accepted';
  });
}

/**
 * Updates an endpoint to another config (AWS: AddTags, DescribeEndpoint, UpdateEndpoint), unless it is no longer as it
 * was seen. The tags come first: they say what the endpoint is about to become. With `keepInstances` the variant keeps
 * the instances that it has, where the config would start with fewer; weight and data capture are always those of the
 * config.
 */
export function updateEndpoint(context: ChangeContext, { seen, config, tags, keepInstances }: EndpointUpdate) {
  return change(context, async () => {
    await tagEndpoint(context.sagemaker, seen.arn, tags);
    await context.confirm();
    if (!(await isAsSeen(context, seen))) return 'conflict';
    await context.sagemaker.send(
      new UpdateEndpointCommand({
        EndpointName: seen.name,
        EndpointConfigName: config,
        RetainAllVariantProperties: keepInstances,
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

/** Whether an endpoint still is what it was. Not by LastModifiedTime: nobody promises that our own tags leave it alone. */
async function isAsSeen({ sagemaker }: Pick<ChangeContext, 'sagemaker'>, seen: Endpoint): Promise<boolean> {
  const now = await findEndpoint(sagemaker, seen.name);
  const identity = ({ status, config, pending, answer }: Endpoint) => [status, config, pending, answer.CreationTime];
  return now !== undefined && canonicalJson(identity(now)) === canonicalJson(identity(seen));
}

/** Deletes an endpoint (AWS: DeleteEndpoint). No error when it is already deleted or busy: describe it again. */
export async function deleteEndpoint(context: ChangeContext, endpoint: string): Promise<void> {
  await context.confirm();
  try {
    await context.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpoint }));
  } catch (error) {
    if (isKnownError('not found', error) || isKnownError('update in progress', error)) return;
    throw asRefusal(error, `SageMaker refused to delete ${endpoint}.`);
  }
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
