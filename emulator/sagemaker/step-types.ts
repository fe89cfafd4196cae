import { notDone, unparsable } from './definition-parts.ts';

/** What a definition may say of a step of one type. */
interface StepType {
  /** Members of the step beside those that every step has. */
  readonly members: readonly string[];
  /** The API's shape of its arguments, or the members of arguments that only pipelines have. */
  readonly arguments: string | readonly string[];
  /** Members of the shape that pipelines do not take. */
  readonly refused?: readonly string[];
  /** The API's shape, or the members, that `Steps.<name>.` leads into. */
  readonly properties: string | readonly string[];
}

const executed = new Map<string, StepType>([
  ['Condition', { members: [], arguments: ['Conditions', 'IfSteps', 'ElseSteps'], properties: ['Outcome'] }],
  ['Fail', { members: [], arguments: ['ErrorMessage'], properties: [] }],
  ['Model', { members: ['RetryPolicies'], arguments: 'CreateModelInput', properties: 'DescribeModelOutput' }],
  [
    'Processing',
    {
      members: ['PropertyFiles', 'CacheConfig', 'RetryPolicies'],
      arguments: 'CreateProcessingJobRequest',
      properties: 'DescribeProcessingJobResponse',
    },
  ],
  [
    'RegisterModel',
    {
      members: ['RetryPolicies'],
      arguments: 'CreateModelPackageInput',
      refused: ['ModelPackageName', 'CertifyForMarketplace'],
      properties: 'DescribeModelPackageOutput',
    },
  ],
  [
    'Training',
    {
      members: ['CacheConfig', 'RetryPolicies'],
      arguments: 'CreateTrainingJobRequest',
      properties: 'DescribeTrainingJobResponse',
    },
  ],
  [
    'Transform',
    {
      members: ['CacheConfig', 'RetryPolicies'],
      arguments: 'CreateTransformJobRequest',
      properties: 'DescribeTransformJobResponse',
    },
  ],
]);

/** Types of SageMaker's pipelines that the emulator knows by name only. */
const unexecuted = [
  'AutoML',
  'BedrockCustomModel',
  'BedrockCustomModelDeployment',
  'BedrockModelImport',
  'BedrockProvisionedModelThroughput',
  'Callback',
  'ClarifyCheck',
  'Cleanup',
  'EMR',
  'EMRServerless',
  'Endpoint',
  'EndpointConfig',
  'ForEach',
  'InferenceComponent',
  'Job',
  'Lambda',
  'Lineage',
  'QualityCheck',
  'Tuning',
];

/** Refuses a type that the emulator does not execute, and one that nobody does. */
export function stepType(type: string, step: string): StepType {
  const found = executed.get(type);
  if (found) return found;
  if (!unexecuted.includes(type)) throw unparsable(`Unknown type '${type}' of step '${step}'`);
  throw notDone(`execute steps of type '${type}', which '${step}' is: it executes ${[...executed.keys()].join(', ')}`);
}
