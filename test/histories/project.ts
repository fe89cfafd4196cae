import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Component } from '../../src/component.ts';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import { EXECUTION_ROLE, GROUP } from '../emulator/scene.ts';

export const ENVIRONMENTS = ['dev', 'uat', 'main'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const ROLE = 'arn:aws:iam::111122223333:role/resale-price-pipeline';
const IMAGE = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1';

/** A job of the project's pipelines, with the inputs that its include gives. */
interface Part {
  readonly component: Component;
  readonly manual?: boolean;
  inputs(environment: Environment, good: boolean): Readonly<Record<string, string>>;
}

const parts = {
  'deploy-pipeline': {
    component: deployPipeline,
    inputs: (_, good) => ({
      pipeline_name: 'resale-price',
      definition_file: 'pipeline.json',
      pipeline_role_arn: ROLE,
      parameters: `Rmse=${good ? 41_250 : 98_765}`,
      wait: 'true',
      max_wait_time: '21000',
      poll_interval: '60',
      new_run: 'false',
    }),
  },
  'check-model': {
    component: checkModel,
    inputs: (environment) => ({
      model_package_group_name: GROUP,
      source: 'run',
      promotion_path: ENVIRONMENTS.join(','),
      require_proof: 'true',
      model_package_arn: '',
      endpoint_name: `resale-price-${environment}`,
      max_candidates: '20',
      on_missing: 'fail',
    }),
  },
  'approve-model': {
    component: approveModel,
    manual: true,
    inputs: () => ({ model_package_group_name: '', comment: '', require_protected: 'true' }),
  },
  'deploy-model': {
    component: deployModel,
    inputs: (environment) => ({
      model_package_group_name: '',
      endpoint_name: `resale-price-${environment}`,
      name_prefix: '',
      instance_type: 'ml.m5.large',
      instance_count: '1',
      execution_role_arn: EXECUTION_ROLE,
      variant_name: 'AllTraffic',
      model_environment: '',
      tags: '',
      require_approval: 'true',
      allow_downgrade: 'false',
      recreate_failed: 'true',
      wait: 'true',
      max_wait_time: '3300',
      poll_interval: '60',
    }),
  },
  'validate-endpoint': {
    component: validateEndpoint,
    inputs: () => ({
      endpoint_name: '',
      max_wait_time: '900',
      poll_interval: '60',
      payload_file: 'payload.json',
      content_type: 'application/json',
      accept: 'application/json',
      expect: '',
      requests: '1',
      max_latency_ms: '',
      record_proof: 'true',
    }),
  },
  'reject-model': {
    component: rejectModel,
    manual: true,
    inputs: () => ({ model_package_group_name: '', comment: '' }),
  },
} as const satisfies Readonly<Record<string, Part>>;

export type JobName = keyof typeof parts;

export const partOf = (job: JobName): Part => parts[job];

/** What a push makes. The jobs of one pipeline share its artifacts. */
export interface Pipeline {
  readonly id: string;
  readonly environment: Environment;
  /** Whether what it trains is good enough to be registered. */
  readonly good: boolean;
  readonly root: string;
  /** How the last run of each job ended. A job that died has failed. */
  readonly ended: Map<JobName, number | 'died'>;
}

const STEPS = ['check-model', 'approve-model', 'deploy-model', 'validate-endpoint'] as const;

/** The jobs that wait for one another; the rejection stands beside the approval. */
export function stepsOf({ environment }: Pick<Pipeline, 'environment'>): readonly JobName[] {
  return environment === 'dev' ? ['deploy-pipeline', ...STEPS] : STEPS;
}

/** GitLab starts a job, for the first time or again, when the one before it has passed. */
export function mayStart(pipeline: Pipeline, job: JobName): boolean {
  const steps = stepsOf(pipeline);
  const before = steps[steps.indexOf(job === 'reject-model' ? 'approve-model' : job) - 1];
  return before === undefined || pipeline.ended.get(before) === 0;
}

const DEFINITION = {
  Version: '2020-12-01',
  Parameters: [{ Name: 'Rmse', Type: 'Float', DefaultValue: 0 }],
  Steps: [
    {
      Name: 'Train',
      Type: 'Training',
      Arguments: {
        AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: 's3://resale-price/models' },
      },
    },
    {
      Name: 'GoodEnough',
      Type: 'Condition',
      DependsOn: ['Train'],
      Arguments: {
        Conditions: [{ Type: 'LessThanOrEqualTo', LeftValue: { Get: 'Parameters.Rmse' }, RightValue: 45_000 }],
        IfSteps: [
          {
            Name: 'Register',
            Type: 'RegisterModel',
            Arguments: {
              ModelPackageGroupName: GROUP,
              ModelApprovalStatus: 'PendingManualApproval',
              InferenceSpecification: {
                Containers: [{ Image: IMAGE, ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } }],
                SupportedContentTypes: ['application/json'],
                SupportedResponseMIMETypes: ['application/json'],
              },
            },
          },
        ],
        ElseSteps: [],
      },
    },
  ],
};

const definition = JSON.stringify(DEFINITION);

/** Memory, where the machine offers it as a folder: a disk takes longer for its files than a job for its work. */
export const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A project and its pipelines. */
export class Project {
  readonly pipelines: Pipeline[] = [];

  push(environment: Environment, good: boolean): Pipeline {
    const root = mkdtempSync(join(ROOM, 'history-'));
    writeFileSync(join(root, 'pipeline.json'), definition);
    writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area_sqm": 92}]}');
    const pipeline = { id: String(101 + this.pipelines.length), environment, good, root, ended: new Map() };
    this.pipelines.push(pipeline);
    return pipeline;
  }

  forget(): void {
    for (const { root } of this.pipelines) rmSync(root, { recursive: true, force: true });
  }
}
