import type { SageMakerClient, Tag } from '@aws-sdk/client-sagemaker';
import type { Clock, Deadline } from '../ground/clock.ts';
import type { DesiredEndpoint } from './decision.ts';
import type { Look } from './look.ts';
import type { ModelAndConfig } from './model-and-config.ts';

/** What is to serve, and where. */
export interface DeploymentPlan {
  readonly desired: DesiredEndpoint;
  readonly serving: ModelAndConfig;
  /** The tags of every resource that is created. */
  readonly tags: readonly Tag[];
}

export interface ReconcileContext {
  readonly sagemaker: SageMakerClient;
  readonly region: string;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest pause between two polls, in seconds. */
  readonly interval: number;
  /** Receives a line for everything that is done, and for everything that changes. */
  log(line: string): void;
  /** Receives what SageMaker continues when this job ends first. */
  begun(what: string): void;
  /**
   * Called right before SageMaker is asked to change the endpoint, with the look before it. Throws when the version must not go
   * live any more.
   */
  confirm(look: Look): Promise<void>;
}
