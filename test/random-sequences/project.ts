import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import approveModel, { rejectModel } from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deleteEndpoint from '../../src/components/delete-endpoint.ts';
import deployModel from '../../src/components/deploy-model.ts';
import deployPipeline from '../../src/components/deploy-pipeline.ts';
import rollbackEndpoint from '../../src/components/rollback-endpoint.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import type { Component } from '../../src/program/component.ts';
import { register, train } from '../components/definition.ts';
import { BY_FILE } from '../components/gitlab-file.ts';

export const ENVIRONMENTS = ['dev', 'uat', 'main'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** A job of the project's pipelines. */
interface Part {
  readonly component: Component;
  /** Inputs that differ from the example's. */
  inputs?(pipeline: Pipeline): Readonly<Record<string, string>>;
}

/** No history has labelled data: the example asks for the evidence of it. */
export const WITHOUT_EVIDENCE = { require_evidence: '' };

const parts = {
  'deploy-pipeline': {
    component: deployPipeline,
    inputs: ({ good }) => ({ parameters: `Rmse=${good ? 41_250 : 98_765}`, poll_interval: '60' }),
  },
  'check-model': { component: checkModel, inputs: ({ serving }) => ({ ...WITHOUT_EVIDENCE, ...serving }) },
  'approve-model': { component: approveModel },
  'deploy-model': {
    component: deployModel,
    inputs: ({ serving }) => ({ recreate_failed: 'true', keep_versions: '1', poll_interval: '60', ...serving }),
  },
  'validate-endpoint': {
    component: validateEndpoint,
    inputs: () => ({ poll_interval: '60', accept: 'application/json', expect: '' }),
  },
  'reject-model': { component: rejectModel },
  'rollback-endpoint': { component: rollbackEndpoint, inputs: () => ({ poll_interval: '60' }) },
  'delete-endpoint': { component: deleteEndpoint, inputs: () => ({ poll_interval: '60' }) },
} as const satisfies Readonly<Record<string, Part>>;

export type JobName = keyof typeof parts;

export const partOf = (job: JobName): Part => parts[job];

/** The numbers of the projects in GitLab: this one, and another with the same names. */
export const PROJECTS = ['42', '43'] as const;

export const PAYLOAD = '{"instances": [{"floor_area_sqm": 92}]}';

/** How a project may want its versions to be served, one day so and another day so. */
export const SERVINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  { instance_type: 'ml.m5.xlarge' },
  { instance_count: '2' },
  { model_environment: 'LOG_LEVEL=debug' },
  { ...BY_FILE, endpoint_file: 'canary.yml' },
  { ...BY_FILE, endpoint_file: 'linear.yml' },
  { ...BY_FILE, endpoint_file: 'rolling.yml' },
  { ...BY_FILE, endpoint_file: 'payload.yml' },
  { ...BY_FILE, endpoint_file: 'serverless.yml' },
  { ...BY_FILE, endpoint_file: 'more-memory.yml' },
  { ...BY_FILE, endpoint_file: 'asynchronous.yml' },
];

/** The first of them that brings a release in by a strategy; and the first without instances, or whose answers come later. */
export const FIRST_STRATEGY = 4;
export const FIRST_OTHER_KIND = 8;

/** How many requests of others a bake needs to show that a version is good. */
export const MIN_BAKE_REQUESTS = 40;

/** An endpoint file with a strategy, whose release an alarm watches. */
function fileWith(strategy: object): string {
  const common = { wait: 360, min_bake_requests: MIN_BAKE_REQUESTS, all_at_once_for: ['first_deployment'] };
  const alarms = { server_errors: { threshold: 10 } };
  const on = { instance_type: 'ml.m5.large', instance_count: 2 };
  return JSON.stringify({ ...on, strategy: { ...common, ...strategy }, alarms });
}

/** The files of the commit that describe the endpoint, and the payload. */
export const COMMITTED: Readonly<Record<string, string>> = {
  'canary.yml': fileWith({ type: 'canary', size: 1 }),
  'linear.yml': fileWith({ type: 'linear', size: '50%' }),
  'rolling.yml': fileWith({ type: 'rolling', size: '50%' }),
  'payload.yml': fileWith({
    type: 'all_at_once',
    bake_traffic: { payload_file: 'payload.json', requests_per_minute: 10 },
  }),
  'payload.json': PAYLOAD,
  'serverless.yml': JSON.stringify({ serverless_config: { memory_size_in_mb: 2048, max_concurrency: 20 } }),
  'more-memory.yml': JSON.stringify({ serverless_config: { memory_size_in_mb: 4096, max_concurrency: 20 } }),
  'asynchronous.yml': JSON.stringify({
    instance_type: 'ml.m5.large',
    async_inference_config: {
      s3_input_path: 's3://later/input',
      s3_output_path: 's3://later/output',
      s3_failure_path: 's3://later/failure',
    },
  }),
};

/** What a push makes. The jobs of one pipeline share its artifacts. */
export interface Pipeline {
  readonly id: string;
  readonly environment: Environment;
  /** Whether what it trains is good enough to be registered. */
  readonly good: boolean;
  /** Whether its training registers its version with entries that never were. */
  readonly forged: boolean;
  /** The inputs that say how its version is served. */
  readonly serving: Readonly<Record<string, string>>;
  /** The ID of its GitLab project. */
  readonly project: string;
  readonly root: string;
  /** How the last run of each job ended. A job that died has failed. */
  readonly ended: Map<JobName, number | 'died'>;
}

const STEPS = ['check-model', 'approve-model', 'deploy-model', 'validate-endpoint'] as const;

/**
 * The jobs that wait for one another; the rejection stands beside the approval, rollback and deletion beside all of them. An
 * asynchronous endpoint is asked through S3, which these histories have not: nothing validates it.
 */
export function stepsOf({ environment, serving }: Pick<Pipeline, 'environment' | 'serving'>): readonly JobName[] {
  const steps = STEPS.filter((step) => step !== 'validate-endpoint' || serving.endpoint_file !== 'asynchronous.yml');
  return environment === 'dev' ? ['deploy-pipeline', ...steps] : steps;
}

/** GitLab starts a job, for the first time or again, when the one before it has passed. */
export function mayStart(pipeline: Pipeline, job: JobName): boolean {
  if (job === 'delete-endpoint' || job === 'rollback-endpoint') return true;
  const steps = stepsOf(pipeline);
  const before = steps[steps.indexOf(job === 'reject-model' ? 'approve-model' : job) - 1];
  return before === undefined || pipeline.ended.get(before) === 0;
}

const FORGED = 'by=mallory pipeline=1 job=1 commit=c at=2026-11-22T08:00Z content=cccccccccccccccccccccccccccccccc';

const definitionWith = (entries: object) => ({
  Version: '2020-12-01',
  Parameters: [{ Name: 'Rmse', Type: 'Float', DefaultValue: 0 }],
  Steps: [
    train,
    {
      Name: 'GoodEnough',
      Type: 'Condition',
      DependsOn: ['Train'],
      Arguments: {
        Conditions: [{ Type: 'LessThanOrEqualTo', LeftValue: { Get: 'Parameters.Rmse' }, RightValue: 45_000 }],
        IfSteps: [{ ...register, Arguments: { ...register.Arguments, ...entries } }],
        ElseSteps: [],
      },
    },
  ],
});

const honest = JSON.stringify(definitionWith({}));
const forging = JSON.stringify(
  definitionWith({
    ModelApprovalStatus: 'Approved',
    CustomerMetadataProperties: Object.fromEntries(
      ENVIRONMENTS.flatMap((each) => [`approved.${each}`, `validated.${each}`]).map((key) => [key, FORGED]),
    ),
  }),
);

/** Memory, where the machine offers it as a folder: a disk takes longer for its files than a job for its work. */
export const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A project and its pipelines. */
export class Project {
  readonly pipelines: Pipeline[] = [];

  push(environment: Environment, of: Pick<Pipeline, 'good' | 'forged' | 'serving' | 'project'>): Pipeline {
    const root = mkdtempSync(join(ROOM, 'history-'));
    writeFileSync(join(root, 'pipeline.json'), of.forged ? forging : honest);
    for (const [file, content] of Object.entries(COMMITTED)) writeFileSync(join(root, file), content);
    const pipeline = { id: String(101 + this.pipelines.length), environment, ...of, root, ended: new Map() };
    this.pipelines.push(pipeline);
    return pipeline;
  }

  forget(): void {
    for (const { root } of this.pipelines) rmSync(root, { recursive: true, force: true });
  }
}
