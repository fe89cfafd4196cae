import type { Registry } from './sagemaker/registry.ts';
import { arnOf } from './sagemaker/service.ts';
import type { Tags } from './sagemaker/tags.ts';
import type { AccessRequest, World } from './world.ts';

type Input = Readonly<Record<string, unknown>>;

/** What IAM is asked before SageMaker does an operation: the action itself, the tags it sets, the role it passes. */
export function accessRequests(world: World, registry: Registry, operation: string, input: Input): AccessRequest[] {
  const resources = resourcesOf(world, registry, operation, input);
  const requests: AccessRequest[] = [
    { action: `sagemaker:${operation}`, resources, context: contextOf(operation, input) },
  ];
  if (operation.startsWith('Create') && Array.isArray(input.Tags) && input.Tags.length > 0) {
    const context = { 'sagemaker:TaggingAction': operation, ...tagContext(input) };
    requests.push({ action: 'sagemaker:AddTags', resources: resources.slice(0, 1), context });
  }
  const role = passedRole(operation, input);
  if (role)
    requests.push({
      action: 'iam:PassRole',
      resources: [role],
      context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    });
  requests.push(...rollbackAlarms(world, input));
  return requests;
}

/** Who names alarms for a rollback must be allowed to look at them. */
function rollbackAlarms(world: World, { DeploymentConfig: config }: Input): AccessRequest[] {
  const rollback = entries(config).find(([key]) => key === 'AutoRollbackConfiguration')?.[1];
  const alarms = entries(rollback).find(([key]) => key === 'Alarms')?.[1];
  const names = (Array.isArray(alarms) ? alarms : []).map((alarm) =>
    String(Object.fromEntries(entries(alarm)).AlarmName),
  );
  if (names.length === 0) return [];
  return [{ action: 'cloudwatch:DescribeAlarms', resources: names.map((name) => alarmArn(world, name)), context: {} }];
}

/** SageMaker lets its own disks be encrypted in the name of who brings a config with a key to an endpoint. */
export function keyAccess({ region, account }: World, key: string): AccessRequest {
  const arn = key.startsWith('arn:')
    ? key
    : `arn:aws:kms:${region}:${account}:${key.includes('/') ? key : `key/${key}`}`;
  const context = { 'kms:ViaService': `sagemaker.${region}.amazonaws.com`, 'kms:GrantIsForAWSResource': 'true' };
  return { action: 'kms:CreateGrant', resources: [arn], context };
}

/** What IAM is asked before CloudWatch does an operation. */
export function alarmAccess(world: World, operation: string, input: Input): AccessRequest {
  const names = Array.isArray(input.AlarmNames) ? input.AlarmNames : [input.AlarmName ?? '*'];
  const resources = operation === 'GetMetricData' ? ['*'] : names.map((name) => alarmArn(world, String(name)));
  return { action: `cloudwatch:${operation}`, resources, context: {} };
}

const alarmArn = ({ region, account }: World, name: string) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;

/** With the tags that the resource has, where a request is about one: a condition may ask for them. */
export function withResourceTags(request: AccessRequest, tags: Pick<Tags, 'of'>): AccessRequest {
  const [resource = '', ...more] = request.resources;
  if (more.length > 0) return request;
  const present = Object.entries(tags.of(resource)).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  return { ...request, context: { ...Object.fromEntries(present), ...request.context } };
}

function passedRole(operation: string, input: Input): string | undefined {
  const role = operation === 'CreateModel' || operation === 'CreateEndpointConfig' ? input.ExecutionRoleArn : undefined;
  const pipelineRole = operation === 'CreatePipeline' || operation === 'UpdatePipeline' ? input.RoleArn : undefined;
  const passed = role ?? pipelineRole;
  return typeof passed === 'string' ? passed : undefined;
}

/** Kind of resource in the ARN -> the request's member that names it. */
const named: readonly (readonly [pattern: RegExp, kind: string, member: string])[] = [
  [/^(Create|Describe|Delete)Model$/, 'model', 'ModelName'],
  [/^(Create|Describe|Delete)EndpointConfig$/, 'endpoint-config', 'EndpointConfigName'],
  [/^(Create|Update|Describe|Delete)Endpoint$|^UpdateEndpointWeights/, 'endpoint', 'EndpointName'],
  [
    /^(Create|Update|Describe|Delete)Pipeline$|^StartPipelineExecution$|^ListPipeline(Executions|Versions)$/,
    'pipeline',
    'PipelineName',
  ],
  [/^Describe(Processing)Job$/, 'processing-job', 'ProcessingJobName'],
  [/^Describe(Training)Job$/, 'training-job', 'TrainingJobName'],
  [/^Describe(Transform)Job$/, 'transform-job', 'TransformJobName'],
];

/** They have no resource that a policy could name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html */
const lists = new Set([
  'ListModels',
  'ListEndpointConfigs',
  'ListEndpoints',
  'ListPipelines',
  'ListModelPackageGroups',
]);

function resourcesOf(world: World, registry: Registry, operation: string, input: Input): string[] {
  if (lists.has(operation)) return ['*'];
  if (operation.includes('ModelPackage')) return packageResources(world, registry, operation, input);
  if (typeof input.ResourceArn === 'string') return [input.ResourceArn];
  if (typeof input.PipelineExecutionArn === 'string') return [input.PipelineExecutionArn];
  for (const [pattern, one, member] of named) {
    if (pattern.test(operation))
      return endpointAndConfig(world, operation, input, arnFor(world, one, String(input[member])));
  }
  return ['*'];
}

function endpointAndConfig(world: World, operation: string, input: Input, arn: string): string[] {
  const both = operation === 'CreateEndpoint' || operation === 'UpdateEndpoint';
  return both ? [arn, arnFor(world, 'endpoint-config', String(input.EndpointConfigName))] : [arn];
}

function arnFor(world: World, kind: string, name: string): string {
  if (name.startsWith('arn:')) return name;
  return arnOf(world, kind, kind === 'pipeline' ? name : name.toLowerCase());
}

function packageResources(world: World, registry: Registry, operation: string, input: Input): string[] {
  const group = typeof input.ModelPackageGroupName === 'string' ? input.ModelPackageGroupName : undefined;
  const name = input.ModelPackageArn ?? input.ModelPackageName;
  if (operation.endsWith('Group')) {
    const known = group !== undefined && registry.findGroup(group) !== undefined;
    return [known || !group?.startsWith('arn:') ? registry.groupArn(lastPart(group ?? '')) : group];
  }
  if (operation === 'ListModelPackages')
    return [group ? registry.nextArn(group).replace(/\d+$/, '*') : arnOf(world, 'model-package', '*')];
  if (operation === 'CreateModelPackage' && group) return [registry.nextArn(group)];
  if (Array.isArray(input.ModelPackageArnList)) return input.ModelPackageArnList.map(String);
  const given = String(name);
  return [registry.find(given)?.arn ?? (given.startsWith('arn:') ? given : arnOf(world, 'model-package', given))];
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function contextOf(operation: string, input: Input): AccessRequest['context'] {
  if (operation === 'CreateModelPackage' || operation === 'UpdateModelPackage') return packageContext(input);
  if (operation === 'CreateEndpointConfig') return { ...tagContext(input), ...configContext(input) };
  return tagContext(input);
}

function packageContext(input: Input): AccessRequest['context'] {
  const context: Record<string, string | readonly string[]> = { ...tagContext(input) };
  if (typeof input.ModelApprovalStatus === 'string')
    context['sagemaker:ModelApprovalStatus'] = input.ModelApprovalStatus;
  for (const [key, value] of entries(input.CustomerMetadataProperties)) {
    context[`sagemaker:CustomerMetadataProperties/${key}`] = String(value);
  }
  if (Array.isArray(input.CustomerMetadataPropertiesToRemove)) {
    context['sagemaker:CustomerMetadataPropertiesToRemove'] = input.CustomerMetadataPropertiesToRemove.map(String);
  }
  for (const [key, value] of entries(input.ModelLifeCycle)) {
    if (key !== 'StageDescription') context[`sagemaker:ModelLifeCycle:${key}`] = String(value);
  }
  return context;
}

function configContext(input: Input): AccessRequest['context'] {
  const variants = Array.isArray(input.ProductionVariants) ? input.ProductionVariants : [];
  const types = variants.flatMap((variant) => entries(variant).filter(([key]) => key === 'InstanceType'));
  return types.length > 0 ? { 'sagemaker:InstanceTypes': types.map(([, type]) => String(type)) } : {};
}

function tagContext(input: Input): AccessRequest['context'] {
  const tags = Array.isArray(input.Tags) ? input.Tags.map((tag) => Object.fromEntries(entries(tag))) : [];
  const keys = Array.isArray(input.TagKeys) ? input.TagKeys.map(String) : tags.map(({ Key }) => String(Key));
  if (keys.length === 0) return {};
  const values = Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${String(Key)}`, String(Value)]));
  return { ...values, 'aws:TagKeys': keys };
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
