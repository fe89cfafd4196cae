import type * as api from '@aws-sdk/client-sagemaker';
import type { Logs } from '../logs.ts';
import { models } from '../model.ts';
import { fitting } from '../wire.ts';

import type { World } from '../world.ts';
import { arnOf, type Given, invalid, served } from './service.ts';

type Json = Readonly<Record<string, unknown>>;
export type JobKind = 'Processing' | 'Training' | 'Transform';
type Status = 'InProgress' | 'Completed' | 'Failed' | 'Stopped';

export interface Job {
  readonly kind: JobKind;
  readonly name: string;
  readonly arn: string;
  /** What CreateProcessingJob and its like were sent. */
  readonly request: Json;
  readonly started: Date;
  ended?: Date;
  status: Status;
  reason?: string | undefined;
}

const GROUPS = { Processing: 'ProcessingJobs', Training: 'TrainingJobs', Transform: 'TransformJobs' } as const;

/** The jobs that steps of pipelines run, and what they write to CloudWatch. */
export class Jobs {
  readonly #all = new Map<string, Job>();
  readonly #world: World;
  readonly #logs: Logs;

  constructor(world: World, logs: Logs) {
    this.#world = world;
    this.#logs = logs;
  }

  operations = () =>
    served({
      DescribeProcessingJob: this.#describeProcessing,
      DescribeTrainingJob: this.#describeTraining,
      DescribeTransformJob: this.#describeTransform,
    });

  start(kind: JobKind, name: string, request: Json, started: Date): Job {
    const arn = arnOf(this.#world, `${kind.toLowerCase()}-job`, name);
    const job: Job = { kind, name, arn, request, started, status: 'InProgress' };
    this.#all.set(name, job);
    this.#write(job, `Starting ${kind.toLowerCase()} job ${name}`);
    return job;
  }

  /** `lines` are what its container writes before it ends. */
  end(job: Job, at: Date, status: Status, reason?: string, lines: readonly string[] = []): void {
    for (const line of lines) this.#write(job, line);
    this.#write(job, `The ${job.kind.toLowerCase()} job ended: ${status}.`);
    Object.assign(job, { ended: at, status, reason });
  }

  /** What a later step can refer to: what the job is described as, and all that the definition said. */
  properties(job: Job): Json {
    const described = {
      Processing: describedProcessing,
      Training: describedTraining,
      Transform: describedTransform,
    }[job.kind];
    return { ...described(job), ...job.request, [`${job.kind}JobName`]: job.name };
  }

  #describeProcessing = ({ ProcessingJobName: name }: Given<api.DescribeProcessingJobCommandInput>) =>
    describedProcessing(this.#mustHave('Processing', name));

  #describeTraining = ({ TrainingJobName: name }: Given<api.DescribeTrainingJobCommandInput>) =>
    describedTraining(this.#mustHave('Training', name));

  #describeTransform = ({ TransformJobName: name }: Given<api.DescribeTransformJobCommandInput>) =>
    describedTransform(this.#mustHave('Transform', name));

  #mustHave(kind: JobKind, name: string): Job {
    const found = this.#all.get(name);
    if (found?.kind === kind) return found;
    if (kind === 'Processing') throw invalid('Could not find requested job');
    throw invalid('Requested resource not found.');
  }

  #write(job: Job, message: string): void {
    this.#logs.put(
      `/aws/sagemaker/${GROUPS[job.kind]}`,
      `${job.name}/algo-1-${Math.floor(job.started.getTime() / 1000)}`,
      message,
    );
  }
}

function describedProcessing(job: Job) {
  return {
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 } },
    AppSpecification: { ImageUri: 'unknown' },
    ...known(job),
    ProcessingJobName: job.name,
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    FailureReason: job.reason,
    CreationTime: job.started,
    ProcessingStartTime: job.started,
    ProcessingEndTime: job.ended,
  };
}

function describedTraining(job: Job) {
  return {
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    ...known(job),
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.status === 'InProgress' ? 'Training' : job.status,
    ModelArtifacts: { S3ModelArtifacts: artifactsOf(job) },
    FailureReason: job.reason,
    CreationTime: job.started,
    TrainingStartTime: job.started,
    TrainingEndTime: job.ended,
  };
}

function describedTransform(job: Job) {
  return {
    ModelName: 'unknown',
    TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://unknown/' } } },
    TransformResources: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1 },
    ...known(job),
    TransformJobName: job.name,
    TransformJobArn: job.arn,
    TransformJobStatus: job.status,
    FailureReason: job.reason,
    CreationTime: job.started,
    TransformStartTime: job.started,
    TransformEndTime: job.ended,
  };
}

/** A definition may say more than the API answers, and say it loosely. */
function known({ kind, request }: Job): Json {
  return fitting(models.sagemaker, `Describe${kind}JobResponse`, request);
}

function artifactsOf({ name, request }: Job): string {
  const config = request.OutputDataConfig;
  const path =
    typeof config === 'object' && config !== null && 'S3OutputPath' in config
      ? String(config.S3OutputPath)
      : 's3://sagemaker-output';
  return `${path.replace(/\/+$/, '')}/${name}/output/model.tar.gz`;
}
