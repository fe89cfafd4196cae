import type { DescribeEndpointCommandOutput } from '@aws-sdk/client-sagemaker';
import { onceInTheInclude } from '../gitlab/safety-inputs.ts';
import { Failure } from '../ground/failure.ts';
import type { FailureCode } from '../ground/failure-codes.ts';
import { isOfDeleted } from '../registry/packages.ts';
import type { Endpoint } from './endpoint.ts';
import { adviceFor, RUN_AGAIN } from './failure-reasons.ts';
import { type DeploymentProgress, variantLine } from './progress.ts';

/** A deployment that has ended and is not live. */
export type FailedDeployment = Exclude<DeploymentProgress, { is: 'live' } | { is: 'progressing' }>;

interface OutcomeDetails {
  /** The endpoint's name. */
  readonly endpoint: string;
  readonly config: string;
  readonly previousConfig: string | undefined;
  /** The page of the pipeline that created the config that superseded ours, when it is known. */
  readonly maker?: string | undefined;
  /** As it was last seen. */
  readonly seen: Endpoint | undefined;
  /** The alarms that rolled it back, a sentence each. */
  readonly fired?: readonly string[];
  /** Which job to run again, when it is not the one that asks: `run the deploy-model job again`. */
  readonly again?: string;
}

interface Outcome {
  readonly code: FailureCode;
  readonly what: string;
  readonly next: string;
}

/** Why our config is not live: rolled back, returned, superseded, failed and gone are different answers. */
export function explainOutcome(where: FailedDeployment, about: OutcomeDetails): Outcome {
  const { endpoint, config, previousConfig, maker, seen, fired = [], again = RUN_AGAIN } = about;
  switch (where.is) {
    case 'rolled back':
      return {
        code: 'SMC-4101',
        what: `SageMaker rolled back ${endpoint}: the deployment of ${config} failed, and ${previousConfig} serves as before. ${[...fired, explainReason(where.why)].join(' ')}`,
        next: fired.length > 0 ? ofAlarm(again) : adviceAfter(where.why, again),
      };
    case 'returned':
      return {
        code: 'SMC-4102',
        what: `Somebody updated ${endpoint} back to ${previousConfig}: ${config} is not live.`,
        next: `find out who changed it in CloudTrail (UpdateEndpoint). If this version should replace that config, ${again}.`,
      };
    case 'rolled back or returned':
      return {
        code: 'SMC-4103',
        what: `${endpoint} serves ${previousConfig} again, and ${config} is not live: SageMaker rolled back without a reason, or somebody updated the endpoint back.`,
        next: `look for UpdateEndpoint in CloudTrail. If nobody updated it, read the container's log lines above. Then ${again}.`,
      };
    case 'superseded':
      return {
        code: 'SMC-4104',
        what: `${config} on ${endpoint} was superseded by ${where.by}, which ${maker ? `the pipeline ${maker} created` : 'these components did not create'}.`,
        next: maker
          ? `wait until that pipeline ends. If this version should replace that one, ${again}.`
          : `find out who changed it in CloudTrail (UpdateEndpoint). If this version should replace that config, ${again}.`,
      };
    case 'failed':
      return {
        code: 'SMC-4105',
        what: `${endpoint} is ${seen?.status ?? 'Failed'}. ${explainReason(where.why)}`,
        next: `${adviceAfter(where.why, again)} ${recreation(endpoint)}`,
      };
    case 'rollback failed':
      return {
        code: 'SMC-4106',
        what: `The update of ${endpoint} and its rollback both failed (UpdateRollbackFailed): the endpoint may serve several configs (${variantLines(seen)}). ${explainReason(where.why)}`,
        next: `${updating(endpoint, previousConfig ?? seen?.config ?? config)}, then ${again}.`,
      };
    case 'gone':
      return {
        code: 'SMC-4107',
        what: `Somebody deleted ${endpoint}: ${config} is not live.`,
        next: `find out who deleted it in CloudTrail (DeleteEndpoint). To create it again, ${again}.`,
      };
  }
}

/** What to do when an alarm rolled a version back. */
function ofAlarm(again: string): string {
  return `read the container's log lines above: the version answered worse than the alarm allows. Correct the model and register a new version; or, if the threshold is wrong, correct the section alarms of the endpoint file, then ${again}.`;
}

/** What to do about a Failed endpoint: it keeps its name until it is deleted, and nothing else can be done to it. */
export function recreation(endpoint: string, then = ''): string {
  return `A Failed endpoint must be deleted first (aws sagemaker delete-endpoint --endpoint-name ${endpoint})${then}. If only a pipeline may delete it, ${onceInTheInclude('recreate_failed')}.`;
}

/** What takes a version away that is live and should not be. */
export function takingAway(endpoint: string, previousConfig: string | undefined): string {
  return previousConfig === undefined
    ? `Until then it stays live, unless you delete the endpoint (aws sagemaker delete-endpoint --endpoint-name ${endpoint}).`
    : `Until then it stays live, unless you start rollback-endpoint, or return to the config before by hand (aws sagemaker update-endpoint --endpoint-name ${endpoint} --endpoint-config-name ${previousConfig}).`;
}

/** What brings an endpoint out of UpdateRollbackFailed, as the beginning of a sentence. */
export function updating(endpoint: string, config: string): string {
  return `start rollback-endpoint, or update it by hand to a config that works (aws sagemaker update-endpoint --endpoint-name ${endpoint} --endpoint-config-name ${config})`;
}

/** That a version was deleted which an endpoint serves all the same; any other error as it is. */
export function deletedWhileLive(
  error: unknown,
  { endpoint, previousConfig, state }: { endpoint: string; previousConfig: string | undefined; state: string },
): unknown {
  if (!isOfDeleted(error)) return error;
  const next = `${error.next} ${takingAway(endpoint, previousConfig)}`;
  return new Failure('SMC-4112', `${error.message} ${endpoint} ${state} it all the same.`, next, error);
}

/** SageMaker's FailureReason as a sentence, with our own words where they say more. */
export function explainReason(why: string | undefined): string {
  if (why === undefined) return 'SageMaker gave no reason.';
  const { what } = adviceFor(why);
  return `SageMaker's reason: ${why}${what ? ` (${what})` : ''}`;
}

function adviceAfter(why: string | undefined, again: string): string {
  return why === undefined ? `read the container's log lines above, then ${again}.` : adviceFor(why, again).next;
}

/** Every variant of an endpoint, also of the config that is being deployed: `AllTraffic, 1 of 2 instances; ...`. */
export function variantLines(seen: Endpoint | undefined): string {
  const variants = [...(seen?.variants ?? []), ...(seen?.pendingVariants ?? [])];
  return variants.length > 0 ? variants.map(variantLine).join('; ') : 'SageMaker names no variant';
}

/** The whole answer of DescribeEndpoint as a file: the next update erases its reason. */
export function describedEndpoint(answer: DescribeEndpointCommandOutput): string {
  const { $metadata: _, ...told } = answer;
  return `${JSON.stringify(told, null, 2)}\n`;
}
