import type * as api from '@aws-sdk/client-sagemaker';
import type { Json } from './definition-parts.ts';
import type { Job } from './jobs.ts';
import type { Given } from './service.ts';
import type { Step } from './step.ts';

/** Something that goes wrong with the next run of a step of that name. */
export interface StepTrouble {
  readonly step: string;
  /** The step's FailureReason; without one the step never ends. */
  readonly reason?: string;
  /** What its container writes before it ends. */
  readonly log?: readonly string[];
}

/** What has come of a step that was started. */
export interface StepWork {
  metadata?: Given<api.PipelineExecutionStepMetadata> | undefined;
  /** What later steps can refer to. */
  properties?: Json | undefined;
  /** The job that it waits for; without one the step has ended. */
  job?: Job | undefined;
  /** The branch that a condition takes. */
  branch?: readonly Step[] | undefined;
  failure?: string | undefined;
  /** ARN of the execution whose work this is, when the step found it in the cache. */
  cacheHit?: string | undefined;
  /** What runs that are alike have in common. */
  cacheKey?: string | undefined;
}

/** One step of one execution, from its start on. */
export interface StepRun extends StepWork {
  readonly step: Step;
  /** When its first attempt began. */
  readonly began: Date;
  /** When this attempt began. */
  started: Date;
  ended?: Date | undefined;
  status: 'Starting' | 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';
  attempts: number;
  /** How often it was looked at in this attempt. */
  seen: number;
  reason?: string | undefined;
  trouble?: StepTrouble | undefined;
}

export function isRunning({ status }: StepRun): boolean {
  return status === 'Starting' || status === 'Executing' || status === 'Stopping';
}

export function stepSummary(run: StepRun): Given<api.PipelineExecutionStep> {
  return {
    StepName: run.step.name,
    StepDisplayName: run.step.displayName,
    StepDescription: run.step.description,
    StartTime: run.started,
    EndTime: run.ended,
    StepStatus: run.status,
    CacheHitResult: run.cacheHit === undefined ? undefined : { SourcePipelineExecutionArn: run.cacheHit },
    FailureReason: run.reason,
    AttemptCount: run.attempts,
    Metadata: run.metadata,
  };
}
