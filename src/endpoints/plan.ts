import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Tag } from '@aws-sdk/client-sagemaker';
import type { Job } from '../gitlab/job.ts';
import { groupArnOf, type ModelPackage } from '../registry/packages.ts';
import type { ScalingContext } from './autoscaling/act.ts';
import type { Scaled } from './autoscaling/scaling.ts';
import { wantedAutoscaling } from './autoscaling/wanted.ts';
import type { DesiredEndpoint } from './decision.ts';
import type { EndpointDescription } from './description/description.ts';
import { kindOf } from './description/kinds.ts';
import type { Look } from './look.ts';
import { type ModelAndConfig, planModelAndConfig } from './model-and-config.ts';
import { type Bringer, originTags } from './tags.ts';

/** What is to serve, and where. */
export interface DeploymentPlan {
  /** Which component brings it. */
  readonly component: Bringer;
  readonly desired: DesiredEndpoint;
  readonly serving: ModelAndConfig;
  /** How many instances run, as far as the endpoint file says it. */
  readonly scaled: Scaled;
  /** The tags of every resource that is created. */
  readonly tags: readonly Tag[];
}

/** How a version is to be deployed: as which role, where, and what may be done for it. */
export interface DeploymentOptions
  extends Pick<DesiredEndpoint, 'take_over_endpoint' | 'allow_downgrade' | 'recreate_failed'> {
  readonly endpoint_name: string;
  readonly execution_role_arn: string;
  /** The first part of the names of models and endpoint configs; that of the endpoint without one. */
  readonly name_prefix: string | undefined;
}

/** A version, and how it is to be served. */
export interface DescribedVersion {
  readonly version: ModelPackage;
  readonly description: EndpointDescription;
}

/** Plans the deployment of a version by a job: deploy-model carries it out, and check-model tells what would refuse it. */
export function planDeployment(
  { version, description }: DescribedVersion,
  given: DeploymentOptions,
  job: Job,
): DeploymentPlan {
  const { execution_role_arn } = given;
  const prefix = given.name_prefix ?? given.endpoint_name;
  const serving = planModelAndConfig(version, description, {
    prefix,
    environment: job.environment,
    execution_role_arn,
  });
  const desired = {
    endpoint: given.endpoint_name,
    config: serving.config.name,
    kind: kindOf(description),
    strategy: description.strategy,
    marketplace: version.marketplace,
    version: version.version,
    owner: { project: job.projectId, environment: job.environment, group: groupArnOf(version.arn) },
    take_over_endpoint: given.take_over_endpoint,
    allow_downgrade: given.allow_downgrade,
    recreate_failed: given.recreate_failed,
  };
  const pipeline = `${job.projectUrl}/-/pipelines/${job.pipeline}`;
  const component = 'deploy-model';
  const tags = originTags(new Map(Object.entries(description.tags)), {
    component,
    pipeline,
    package: version.arn,
    endpoint: given.endpoint_name,
  });
  return { component, desired, serving, scaled: scaledBy(description, given.endpoint_name), tags };
}

function scaledBy({ autoscaling, variant_name: variant }: EndpointDescription, endpoint: string): Scaled {
  const wanted = autoscaling ? wantedAutoscaling(autoscaling, endpoint, variant) : undefined;
  return { endpoint, variant, wanted };
}

export interface ReconcileContext extends ScalingContext {
  /** The longest pause between two polls, in seconds. */
  readonly interval: number;
  /** Receives what SageMaker continues when this job ends first. */
  begun(what: string): void;
  /** CloudWatch, where a strategy or its alarms need it. */
  cloudwatch(): Promise<CloudWatchClient>;
  /**
   * Called right before SageMaker is asked to change the endpoint, with the look before it. Throws when the version must not go
   * live any more.
   */
  confirm(look: Look): Promise<void>;
}
