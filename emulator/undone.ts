import { isRecord } from './wire.ts';
import { AwsError } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** A member of a request, and for which of its values it is not done; `[]` is each of a list. */
type Undone = readonly [path: string, is: (value: unknown) => boolean];

const given = (value: unknown): boolean => value !== undefined;
const missing = (value: unknown): boolean => value === undefined;
const several = (value: unknown): boolean => Array.isArray(value) && value.length > 1;
const equal =
  (word: string) =>
  (value: unknown): boolean =>
    value === word;
/** A package that is cloned, or a model that is registered. */
const ofSageMaker = (value: unknown): boolean => typeof value === 'string' && /^arn:[^:]*:sagemaker:/.test(value);

const all = (...paths: readonly string[]): Undone[] => paths.map((path) => [path, given] as const);

const container = (at: string): Undone[] => [
  ...all(`${at}.InferenceSpecificationName`, `${at}.MultiModelConfig`),
  [`${at}.Mode`, equal('MultiModel')],
];

const deployment: readonly Undone[] = all('DeploymentConfig.RollingUpdatePolicy.RollbackMaximumBatchSize');

/** What AWS does with a request, with an effect that a client can see, and the emulator does not. */
const undone = new Map<string, readonly Undone[]>([
  ['AssumeRoleWithWebIdentity', all('Policy', 'PolicyArns', 'ProviderId')],
  ['CreateEndpoint', deployment],
  [
    'CreateEndpointConfig',
    [
      ...all('ExplainerConfig', 'ShadowProductionVariants'),
      ...all('ProductionVariants[].CapacityReservationConfig'),
      ...all('ProductionVariants[].InstancePools[].ModelNameOverride'),
      // Then the endpoint is for inference components.
      ['ProductionVariants[].ModelName', missing],
    ],
  ],
  [
    'CreateModel',
    [
      ...all('InferenceExecutionConfig'),
      ['Containers', several],
      ...container('PrimaryContainer'),
      ...container('Containers[]'),
    ],
  ],
  [
    'CreateModelPackage',
    [
      ...all('ManagedStorageType', 'SourceAlgorithmSpecification', 'ValidationSpecification'),
      ['SourceUri', ofSageMaker],
    ],
  ],
  ['CreateModelPackageGroup', all('ManagedConfiguration')],
  ['CreatePipeline', all('PipelineDefinitionS3Location.VersionId')],
  [
    'InvokeEndpoint',
    all(
      'EnableExplanations',
      'InferenceComponentName',
      'PrefixAwareId',
      'SessionId',
      'TargetContainerHostname',
      'TargetModel',
    ),
  ],
  ['InvokeEndpointAsync', all('Body', 'Filename', 'S3OutputPathExtension')],
  ['StartPipelineExecution', all('MlflowExperimentName', 'SelectiveExecutionConfig')],
  ['UpdateEndpoint', deployment],
  ['UpdatePipeline', all('PipelineDefinitionS3Location.VersionId')],
]);

/** Refuses by name what would otherwise be taken for done. */
export function refuseUndone(operation: string, input: Json, code = 'ValidationException'): void {
  for (const [path, is] of undone.get(operation) ?? []) {
    const values = valuesAt(input, path.split('.'));
    const found = values.find(is);
    if (found === undefined && !values.some(is)) continue;
    const value = typeof found === 'string' ? ` '${found}'` : '';
    const way = found === undefined ? 'without' : 'with';
    throw new AwsError(code, `This emulator does not do ${operation} ${way} ${path}${value}.`);
  }
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  const inner = isRecord(value) ? value[step.replace('[]', '')] : undefined;
  if (!step.endsWith('[]')) return valuesAt(inner, rest);
  return Array.isArray(inner) ? inner.flatMap((one) => valuesAt(one, rest)) : [];
}
