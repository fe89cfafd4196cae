import { canonicalJson } from '../ground/canonical-json.ts';
import type { EndpointDescription } from './description/description.ts';

/**
 * What a member of SageMaker's answers is to a deployment of ours:
 * - `ours`: the plan sets it, so an update may change it
 * - `ours, and stays`: the plan sets it, and an update must not change it
 * - `of the package`: follows from the model package, where the container names one; `ours` otherwise
 * - `kept`: an identity, a time, a state; or it survives an update
 * - `harmless`: only at this value, which is SageMaker's default
 * - `off`: only with this member, which says that the feature is off
 * - `option`: the endpoint file can say it by this key. What it says, an update may change; what it does not say, an update would
 *   remove. With `harmless` or `off`, likewise
 * - `refused`: no config of ours has it, so an update would remove it
 */
type Class =
  | 'ours'
  | 'ours, and stays'
  | 'of the package'
  | 'kept'
  | 'refused'
  | { readonly harmless: string | number | boolean }
  | { readonly off: readonly [member: string, value: string | boolean] }
  | Option;

interface Option {
  readonly option: string;
  readonly harmless?: string | number | boolean;
  readonly off?: readonly [member: string, value: string | boolean];
}

type MemberClasses = Readonly<Record<string, Class>>;

export type Described = 'endpoint config' | 'model' | 'endpoint';

const METRICS: MemberClasses = {
  'MetricsConfig.EnableEnhancedMetrics': { option: 'metrics_config', harmless: false },
  'MetricsConfig.EnableDetailedObservability': { harmless: false },
  'MetricsConfig.MetricPublishFrequencyInSeconds': { option: 'metrics_config', harmless: 60 },
};

const LATER: Option = { option: 'async_inference_config' };
/** Each for itself, so that a change names what it changes, and a member that is not known is refused. */
const ASYNCHRONOUS: MemberClasses = {
  'AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance': LATER,
  'AsyncInferenceConfig.OutputConfig.KmsKeyId': LATER,
  'AsyncInferenceConfig.OutputConfig.S3OutputPath': LATER,
  'AsyncInferenceConfig.OutputConfig.S3FailurePath': LATER,
  'AsyncInferenceConfig.OutputConfig.NotificationConfig.SuccessTopic': LATER,
  'AsyncInferenceConfig.OutputConfig.NotificationConfig.ErrorTopic': LATER,
  'AsyncInferenceConfig.OutputConfig.NotificationConfig.IncludeInferenceResponseIn': LATER,
};

/**
 * Every member that the pinned SDK knows of the three answers, classed at itself or at a member around it. `[]` is the
 * first of a list. What is not here is refused, and so is every further entry of a list that is not classed as a whole.
 * The defaults: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html and the pages of
 * the other types; for the routing, https://aws.amazon.com/blogs/machine-learning/minimize-real-time-inference-latency-by-using-amazon-sagemaker-routing-strategies/
 */
export const MEMBERS: Readonly<Record<Described, MemberClasses>> = {
  'endpoint config': {
    EndpointConfigName: 'kept',
    EndpointConfigArn: 'kept',
    CreationTime: 'kept',
    'ProductionVariants[].VariantName': 'ours, and stays',
    'ProductionVariants[].ModelName': 'ours',
    'ProductionVariants[].InstanceType': 'ours',
    'ProductionVariants[].InitialInstanceCount': 'ours',
    'ProductionVariants[].InitialVariantWeight': 'ours',
    'ProductionVariants[].InstancePools': { option: 'instance_pools' },
    'ProductionVariants[].VariantInstanceProvisionTimeoutInSeconds': {
      option: 'variant_instance_provision_timeout_in_seconds',
    },
    'ProductionVariants[].AcceleratorType': 'refused',
    'ProductionVariants[].CoreDumpConfig': { option: 'core_dump_config' },
    'ProductionVariants[].ServerlessConfig': 'ours',
    'ProductionVariants[].VolumeSizeInGB': { option: 'volume_size_in_gb' },
    'ProductionVariants[].ModelDataDownloadTimeoutInSeconds': { option: 'model_data_download_timeout_in_seconds' },
    'ProductionVariants[].ContainerStartupHealthCheckTimeoutInSeconds': {
      option: 'container_startup_health_check_timeout_in_seconds',
    },
    'ProductionVariants[].EnableSSMAccess': { option: 'enable_ssm_access', harmless: false },
    'ProductionVariants[].ManagedInstanceScaling': { off: ['Status', 'DISABLED'] },
    'ProductionVariants[].RoutingConfig.RoutingStrategy': { option: 'routing_strategy', harmless: 'RANDOM' },
    'ProductionVariants[].RoutingConfig.PrefixAwareRoutingConfig': 'refused',
    'ProductionVariants[].InferenceAmiVersion': { option: 'inference_ami_version' },
    'ProductionVariants[].CapacityReservationConfig': 'refused',
    DataCaptureConfig: { option: 'data_capture_config', off: ['EnableCapture', false] },
    KmsKeyId: { option: 'kms_key_id' },
    ...ASYNCHRONOUS,
    ExplainerConfig: 'refused',
    ShadowProductionVariants: 'refused',
    // Of endpoints for inference components.
    ExecutionRoleArn: 'refused',
    VpcConfig: 'refused',
    EnableNetworkIsolation: { harmless: false },
    ...METRICS,
  },
  model: {
    ModelName: 'kept',
    ModelArn: 'kept',
    CreationTime: 'kept',
    // AWS ignores it where there is one container.
    'PrimaryContainer.ContainerHostname': 'kept',
    'PrimaryContainer.ModelPackageName': 'ours',
    'PrimaryContainer.Environment': 'ours',
    'PrimaryContainer.Image': 'of the package',
    'PrimaryContainer.ModelDataUrl': 'of the package',
    'PrimaryContainer.ModelDataSource': 'of the package',
    'PrimaryContainer.AdditionalModelDataSources': 'of the package',
    'PrimaryContainer.ImageConfig.RepositoryAccessMode': { harmless: 'Platform' },
    'PrimaryContainer.ImageConfig.RepositoryAuthConfig': 'refused',
    'PrimaryContainer.Mode': { harmless: 'SingleModel' },
    'PrimaryContainer.InferenceSpecificationName': 'refused',
    'PrimaryContainer.MultiModelConfig': 'refused',
    'PrimaryContainer.ContainerMetricsConfig': 'refused',
    Containers: 'refused',
    'InferenceExecutionConfig.Mode': { harmless: 'Serial' },
    ExecutionRoleArn: 'ours',
    VpcConfig: { option: 'vpc_config' },
    EnableNetworkIsolation: { option: 'enable_network_isolation', harmless: false },
    // AWS's own advice on instance types.
    DeploymentRecommendation: 'kept',
  },
  endpoint: {
    EndpointName: 'kept',
    EndpointArn: 'kept',
    EndpointConfigName: 'kept',
    EndpointStatus: 'kept',
    FailureReason: 'kept',
    CreationTime: 'kept',
    LastModifiedTime: 'kept',
    PendingDeploymentSummary: 'kept',
    'ProductionVariants[].VariantName': 'kept',
    'ProductionVariants[].DeployedImages': 'kept',
    'ProductionVariants[].VariantStatus': 'kept',
    // One variant has all the traffic, whatever its weight.
    'ProductionVariants[].CurrentWeight': 'kept',
    'ProductionVariants[].DesiredWeight': 'kept',
    // An endpoint that was scaled out keeps its instances (keptInstances).
    'ProductionVariants[].CurrentInstanceCount': 'kept',
    'ProductionVariants[].DesiredInstanceCount': 'kept',
    // How many run of each instance type.
    'ProductionVariants[].InstancePools': 'kept',
    'ProductionVariants[].CurrentServerlessConfig': 'refused',
    'ProductionVariants[].DesiredServerlessConfig': 'refused',
    'ProductionVariants[].ManagedInstanceScaling': { off: ['Status', 'DISABLED'] },
    'ProductionVariants[].RoutingConfig.RoutingStrategy': { option: 'routing_strategy', harmless: 'RANDOM' },
    'ProductionVariants[].RoutingConfig.PrefixAwareRoutingConfig': 'refused',
    'ProductionVariants[].CapacityReservationConfig': 'refused',
    DataCaptureConfig: { option: 'data_capture_config', off: ['EnableCapture', false] },
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type': { harmless: 'ALL_AT_ONCE' },
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds': { harmless: 0 },
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize': 'refused',
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.LinearStepSize': 'refused',
    'LastDeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds': { harmless: 0 },
    // How long that update was allowed to take.
    'LastDeploymentConfig.BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds': 'kept',
    'LastDeploymentConfig.RollingUpdatePolicy': 'refused',
    'LastDeploymentConfig.AutoRollbackConfiguration': 'refused',
    ...ASYNCHRONOUS,
    ExplainerConfig: 'refused',
    ShadowProductionVariants: 'refused',
    ...METRICS,
  },
};

interface Member {
  /** As in the AWS CLI: `ProductionVariants[0].VolumeSizeInGB`. */
  readonly path: string;
  readonly value: unknown;
  readonly is: 'ours' | 'ours, and stays' | 'refused' | 'option';
  /** The key by which the endpoint file can say it. */
  readonly option?: string;
}

/** The keys of the endpoint file by which it can say members. */
export const OPTIONS: ReadonlySet<string> = new Set(
  Object.values(MEMBERS)
    .flatMap((classes) => Object.values(classes))
    .flatMap((each) => (typeof each === 'object' && 'option' in each ? [each.option] : [])),
);

/** The options that a description states, with a value or with null. */
export function statedOptions(description: EndpointDescription): ReadonlySet<string> {
  return new Set(Object.keys(description).filter((key) => OPTIONS.has(key)));
}

interface PlannedAnswer {
  readonly request: object;
  /** The options that the endpoint file states, also with null: an update may change or remove them. */
  readonly stated: ReadonlySet<string>;
}

/** What an update from this to the plan would remove or change: path -> value, as JSON, and how the endpoint file can say it. */
export function lostMembers(
  kind: Described,
  answer: object,
  { request, stated }: PlannedAnswer,
): ReadonlyMap<string, string> {
  const wanted = new Map(membersOf(kind, request).map(({ path, value }) => [path, canonicalJson(value)]));
  const isLost = ({ path, value, is, option }: Member) =>
    wanted.get(path) !== canonicalJson(value) && (option === undefined ? is !== 'ours' : !stated.has(option));
  const lost = membersOf(kind, answer).filter(isLost);
  return new Map(
    lost.map(({ path, value, option }) => [
      path,
      option === undefined ? told(value) : `${told(value)} (in the endpoint file: ${option})`,
    ]),
  );
}

/** What the endpoint file can say and an answer has, without what is usual: path -> value, as JSON. */
export function optionsIn(kind: Described, answer: object): ReadonlyMap<string, string> {
  const found = membersOf(kind, answer).filter(({ is }) => is === 'option');
  return new Map(found.map(({ path, value }) => [path.replace('ProductionVariants[0].', ''), told(value)]));
}

/** Where an answer is not as planned, one a line: `InstanceType: expected "ml.m5.large", found nothing`. */
export function differencesFrom(kind: Described, planned: object, answer: object): string[] {
  const [wanted, found] = [comparableMembers(kind, planned), comparableMembers(kind, answer)];
  const paths = [...new Set([...wanted.keys(), ...found.keys()])];
  const different = paths.filter((path) => wanted.get(path)?.text !== found.get(path)?.text);
  return different.map((path) => {
    const [expected, is] = [wanted.get(path)?.told ?? 'nothing', found.get(path)?.told ?? 'nothing'];
    return `${path}: expected ${expected}, found ${is}${expected === is ? ', with other values' : ''}`;
  });
}

function comparableMembers(kind: Described, answer: object): ReadonlyMap<string, { text: string; told: string }> {
  const members = membersOf(kind, answer);
  return new Map(
    members.map(({ path, value }) => {
      const text = comparable(path, value);
      return [path, { text, told: isEnvironment(path) ? canonicalJson(withoutValues(value)) : text }];
    }),
  );
}

/** Environment variables are told by their names alone: their values are not for everybody's eyes. */
const isEnvironment = (path: string) => /(^|\.)Environment$/.test(path);

function withoutValues(variables: unknown): unknown {
  return isStructure(variables) ? Object.fromEntries(Object.keys(variables).map((name) => [name, '...'])) : '...';
}

/** A value as it may be told: without the values of the environment variables in it. */
function tellable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tellable);
  if (!isStructure(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, inner]) => [name, isEnvironment(name) ? withoutValues(inner) : tellable(inner)]),
  );
}

/** SageMaker lower-cases the group in some ARNs. */
function comparable(path: string, value: unknown): string {
  const text = canonicalJson(value);
  return path === 'PrimaryContainer.ModelPackageName' ? text.toLowerCase() : text;
}

const LONGEST = 200;

function told(value: unknown): string {
  const text = canonicalJson(tellable(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** The members of an answer, or of the request that made it, that are neither kept nor harmless. */
function membersOf(kind: Described, answer: object): Member[] {
  return Object.entries(answer)
    .filter(([name]) => name !== '$metadata')
    .flatMap(([name, value]) => classify(MEMBERS[kind], { path: name, classedAs: name, value, beside: answer }));
}

interface Place {
  readonly path: string;
  /** The path as the table has it. */
  readonly classedAs: string;
  readonly value: unknown;
  readonly beside: object;
}

function classify(classes: MemberClasses, { path, classedAs, value, beside }: Place): Member[] {
  if (isEmpty(value)) return [];
  const known = classes[classedAs];
  if (known !== undefined) {
    const is = classOf(known, value, beside);
    if (is === 'kept') return [];
    return typeof known === 'object' && 'option' in known
      ? [{ path, value, is, option: known.option }]
      : [{ path, value, is }];
  }
  if (Array.isArray(value))
    return value.flatMap((each: unknown, index) => {
      const at = { path: `${path}[${index}]`, value: each, beside };
      return index === 0 ? classify(classes, { ...at, classedAs: `${classedAs}[]` }) : [{ ...at, is: 'refused' }];
    });
  if (!isStructure(value)) return [{ path, value, is: 'refused' }];
  return Object.entries(value).flatMap(([name, inner]) =>
    classify(classes, { path: `${path}.${name}`, classedAs: `${classedAs}.${name}`, value: inner, beside: value }),
  );
}

function classOf(known: Class, value: unknown, beside: object): Member['is'] | 'kept' {
  if (known === 'of the package') return 'ModelPackageName' in beside ? 'kept' : 'ours';
  if (typeof known === 'string') return known;
  if (isUsual(known, value)) return 'kept';
  return 'option' in known ? 'option' : 'refused';
}

/** Whether a value says no more than what holds without it. */
function isUsual(known: Exclude<Class, string>, value: unknown): boolean {
  if ('harmless' in known && value === known.harmless) return true;
  if (!('off' in known) || known.off === undefined) return false;
  const [member, off] = known.off;
  return isStructure(value) && value[member] === off;
}

/** SageMaker writes what is not there as nothing, or as an empty structure. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isStructure(value) && Object.values(value).every(isEmpty);
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
