import type { Emulator } from '../emulator/emulator.ts';
import { EXECUTION_ROLE, GROUP } from '../emulator/scene.ts';
import checkModel from '../src/components/check-model.ts';
import { hashOf } from '../src/ground/canonical-json.ts';
import {
  approving,
  type Files,
  loading,
  type Scene,
  scenes,
  startingTraining,
  updatingEndpoint,
  validating,
} from '../test/interruption/scenes.ts';

/** One call of the AWS CLI, or of boto3: the service, the operation and its members. */
export interface Call {
  readonly service: 'sagemaker' | 'sagemaker-runtime';
  readonly operation: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** A job in the two ways of doing it: by the component, and by the calls that a hand-written job makes in its place. */
export interface Job {
  readonly scene: Scene;
  /** Whether the component asks GitLab for a file or the merge requests of a commit. */
  readonly asksGitLab?: true;
  /** `files` are what the scene put into the project's folder. */
  handWritten(emulator: Emulator, files: Files): readonly Call[];
}

const checking = scenes.find(({ component }) => component === checkModel) ?? startingTraining;

const call = (operation: string, members: Call['members']): Call => ({ service: 'sagemaker', operation, members });

const newest = (ModelApprovalStatus: string) =>
  call('ListModelPackages', {
    ModelPackageGroupName: GROUP,
    ModelApprovalStatus,
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    MaxResults: 1,
  });

/** The version that a scene is about: the last of its group. */
function lastOf({ registry }: Emulator): string {
  const last = registry.findGroup(GROUP)?.lastVersion ?? 1;
  return `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${GROUP}/${last}`;
}

const invoking: Call = {
  service: 'sagemaker-runtime',
  operation: 'InvokeEndpoint',
  members: {
    EndpointName: 'resale-price-dev',
    ContentType: 'application/json',
    Body: '{"instances": [{"floor_area_sqm": 92}]}',
  },
};

export const jobs: Readonly<Record<string, Job>> = {
  'deploy-pipeline': {
    scene: startingTraining,
    asksGitLab: true,
    handWritten: (_, files) => [
      call('CreatePipeline', {
        PipelineName: 'resale-price',
        PipelineDefinition: files['pipeline.json'],
        ClientRequestToken: hashOf(GROUP, 32),
        RoleArn: 'arn:aws:iam::111122223333:role/resale-price-pipeline',
      }),
      call('StartPipelineExecution', { PipelineName: 'resale-price', ClientRequestToken: hashOf(GROUP, 32) }),
      call('ListPipelineExecutions', { PipelineName: 'resale-price', MaxResults: 1 }),
    ],
  },
  'check-model': {
    scene: checking,
    asksGitLab: true,
    handWritten: (emulator) => [
      newest('Approved'),
      call('DescribeModelPackage', { ModelPackageName: lastOf(emulator) }),
    ],
  },
  'approve-model': {
    scene: approving,
    handWritten: (emulator) => [
      newest('PendingManualApproval'),
      call('UpdateModelPackage', { ModelPackageArn: lastOf(emulator), ModelApprovalStatus: 'Approved' }),
    ],
  },
  'deploy-model': {
    scene: updatingEndpoint,
    handWritten: (emulator) => [
      newest('Approved'),
      call('CreateModel', {
        ModelName: 'resale-price-by-hand',
        PrimaryContainer: { ModelPackageName: lastOf(emulator) },
        ExecutionRoleArn: EXECUTION_ROLE,
      }),
      call('CreateEndpointConfig', {
        EndpointConfigName: 'resale-price-by-hand',
        ProductionVariants: [
          {
            VariantName: 'AllTraffic',
            ModelName: 'resale-price-by-hand',
            InstanceType: 'ml.m5.large',
            InitialInstanceCount: 1,
          },
        ],
      }),
      call('DescribeEndpoint', { EndpointName: 'resale-price-dev' }),
      call('UpdateEndpoint', { EndpointName: 'resale-price-dev', EndpointConfigName: 'resale-price-by-hand' }),
      call('DescribeEndpoint', { EndpointName: 'resale-price-dev' }),
    ],
  },
  'validate-endpoint': {
    scene: validating,
    asksGitLab: true,
    handWritten: () => [call('DescribeEndpoint', { EndpointName: 'resale-price-dev' }), invoking],
  },
  'load-test': {
    // One request, which is answered beside no other.
    scene: { ...loading, inputs: { ...loading.inputs, rate: '1', duration: '1', max_errors: 'any=99' } },
    asksGitLab: true,
    // Nobody writes a load test by hand in a job: this is one request of it.
    handWritten: () => [call('DescribeEndpoint', { EndpointName: 'resale-price-dev' }), invoking],
  },
};
