import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  DescribePipelineCommand,
  DescribePipelineDefinitionForExecutionCommand,
  DescribePipelineExecutionCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineExecutionsCommand,
  ListTagsCommand,
  type ModelApprovalStatus,
  UpdateEndpointCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { Aws } from '../../aws/session.ts';
import { OURS } from '../../gitlab/tags.ts';
import type { Permission } from '../../program/component.ts';
import { BUILT, type EntryKind, entryKey } from '../../registry/entry-keys.ts';
import type { Probe } from './ask.ts';
import type { CheckedNames } from './names.ts';

/** Whether a permission can be seen by a request, and by which. */
export type Seeing =
  | { readonly by: 'request'; readonly probe: Probe }
  /** A request for another permission needs it, too: AWS may deny it there. That it does not says nothing. */
  | { readonly by: 'another'; readonly of: Permission }
  | { readonly by: 'nothing'; readonly why: string };

export interface Asking {
  readonly aws: Aws;
  readonly names: CheckedNames;
}

type Ask = (asking: Asking) => Promise<unknown>;

/** Reads of SageMaker and of other services: `action on`. Who may read gets an answer, or hears that there is nothing. */
const READS: Readonly<Record<string, Ask>> = {
  'sagemaker:DescribeEndpoint endpoint': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: names.endpoint })),
  'sagemaker:DescribeEndpoint any endpoint': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: names.noEndpoint })),
  'sagemaker:DescribeEndpoint temporary endpoint': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: names.noComparison })),
  'sagemaker:DescribeEndpointConfig endpoint config': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: names.noConfig })),
  'sagemaker:DescribeModel model': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeModelCommand({ ModelName: names.noConfig })),
  'sagemaker:DescribeModelPackage package': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: names.noVersion })),
  'sagemaker:DescribeModelPackageGroup group': ({ aws, names }) =>
    aws.sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: names.group })),
  'sagemaker:DescribePipeline pipeline': ({ aws, names }) =>
    aws.sagemaker.send(new DescribePipelineCommand({ PipelineName: names.pipeline })),
  'sagemaker:DescribePipelineExecution execution': ({ aws, names }) =>
    aws.sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: noExecution(names) })),
  'sagemaker:DescribePipelineDefinitionForExecution execution': ({ aws, names }) =>
    aws.sagemaker.send(new DescribePipelineDefinitionForExecutionCommand({ PipelineExecutionArn: noExecution(names) })),
  'sagemaker:ListPipelineExecutionSteps execution': ({ aws, names }) =>
    aws.sagemaker.send(new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: noExecution(names) })),
  'sagemaker:ListPipelineExecutions pipeline': ({ aws, names }) =>
    aws.sagemaker.send(new ListPipelineExecutionsCommand({ PipelineName: names.pipeline, MaxResults: 1 })),
  'sagemaker:ListModelPackages package': ({ aws, names }) =>
    aws.sagemaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: names.group, MaxResults: 1 })),
  'sagemaker:ListEndpoints anything': ({ aws }) => aws.sagemaker.send(new ListEndpointsCommand({ MaxResults: 1 })),
  'sagemaker:ListEndpointConfigs anything': ({ aws }) =>
    aws.sagemaker.send(new ListEndpointConfigsCommand({ MaxResults: 1 })),
  'sagemaker:ListModels anything': ({ aws }) => aws.sagemaker.send(new ListModelsCommand({ MaxResults: 1 })),
  'sagemaker:ListTags endpoint': ({ aws, names }) => tagsOn(aws, `endpoint/${names.endpoint.toLowerCase()}`),
  'sagemaker:ListTags endpoint config': ({ aws, names }) => tagsOn(aws, `endpoint-config/${names.noConfig}`),
  'sagemaker:ListTags model': ({ aws, names }) => tagsOn(aws, `model/${names.noConfig}`),
  'sagemaker:ListTags pipeline': ({ aws, names }) => tagsOn(aws, `pipeline/${names.pipeline}`),
  'sagemaker:ListTags temporary endpoint': ({ aws, names }) => tagsOn(aws, `endpoint/${names.noComparison}`),
  'sagemaker:ListTags temporary endpoint config': ({ aws, names }) =>
    tagsOn(aws, `endpoint-config/${names.noComparison}`),
  'sagemaker:ListTags temporary model': ({ aws, names }) => tagsOn(aws, `model/${names.noComparison}`),
  'logs:DescribeLogStreams endpoint logs': ({ aws, names }) => streamsOf(aws, `Endpoints/${names.endpoint}`),
  'logs:DescribeLogStreams job logs': ({ aws }) => inEach((kind) => streamsOf(aws, kind)),
  'logs:GetLogEvents endpoint logs': ({ aws, names }) => eventsOf(aws, `Endpoints/${names.endpoint}`),
  'logs:GetLogEvents job logs': ({ aws }) => inEach((kind) => eventsOf(aws, kind)),
  'cloudwatch:DescribeAlarms alarms': async ({ aws, names }) => {
    const [client, { paginateDescribeAlarms }] = await Promise.all([
      aws.cloudwatch(),
      import('../../aws/cloudwatch.ts'),
    ]);
    return paginateDescribeAlarms({ client }, { AlarmNames: [names.noAlarm] }).next();
  },
  'cloudwatch:DescribeAlarmHistory alarms': async ({ aws, names }) => {
    const { DescribeAlarmHistoryCommand } = await import('../../aws/cloudwatch.ts');
    return (await aws.cloudwatch()).send(new DescribeAlarmHistoryCommand({ AlarmName: names.noAlarm, MaxRecords: 1 }));
  },
  'cloudwatch:GetMetricData metrics': async ({ aws, names }) => {
    const { GetMetricDataCommand } = await import('../../aws/cloudwatch.ts');
    return (await aws.cloudwatch()).send(new GetMetricDataCommand(metricsOf(names.endpoint)));
  },
  'application-autoscaling:DescribeScalableTargets anything': async ({ aws, names }) => {
    const { paginateDescribeScalableTargets } = await import('../../aws/application-auto-scaling.ts');
    return paginateDescribeScalableTargets({ client: await aws.autoscaling() }, scaledResources(names)).next();
  },
  'application-autoscaling:DescribeScalingPolicies anything': async ({ aws, names }) => {
    const { paginateDescribeScalingPolicies } = await import('../../aws/application-auto-scaling.ts');
    return paginateDescribeScalingPolicies({ client: await aws.autoscaling() }, scaledResource(names)).next();
  },
  'application-autoscaling:DescribeScheduledActions anything': async ({ aws, names }) => {
    const { paginateDescribeScheduledActions } = await import('../../aws/application-auto-scaling.ts');
    return paginateDescribeScheduledActions({ client: await aws.autoscaling() }, scaledResource(names)).next();
  },
};

/**
 * Requests that would change something, if what they are about were there: `action on`. AWS refuses each of them, whatever the
 * role may do, because the version, the model, the config, the variant or the alarm does not exist.
 */
const IMPOSSIBLE: Readonly<Record<string, Ask>> = {
  'sagemaker:CreateModel model': (asking) => creatingModel(asking, asking.names.noConfig),
  'sagemaker:CreateModel temporary model': (asking) => creatingModel(asking, asking.names.noComparison),
  'sagemaker:CreateEndpointConfig endpoint config': (asking) => creatingConfig(asking, asking.names.noConfig),
  'sagemaker:CreateEndpointConfig temporary endpoint config': (asking) =>
    creatingConfig(asking, asking.names.noComparison),
  'sagemaker:CreateEndpoint endpoint': ({ aws, names }) => creatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:CreateEndpoint endpoint config': ({ aws, names }) => creatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:CreateEndpoint temporary endpoint': ({ aws, names }) =>
    creatingEndpoint(aws, names.noComparison, names.noComparison),
  'sagemaker:CreateEndpoint temporary endpoint config': ({ aws, names }) =>
    creatingEndpoint(aws, names.noComparison, names.noComparison),
  'sagemaker:UpdateEndpoint endpoint': ({ aws, names }) => updatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:UpdateEndpoint endpoint config': ({ aws, names }) => updatingEndpoint(aws, names.endpoint, names.noConfig),
  'sagemaker:InvokeEndpoint endpoint': ({ aws, names }) => invoking(aws, names.endpoint, names.noVariant),
  'sagemaker:InvokeEndpoint temporary endpoint': ({ aws, names }) => invoking(aws, names.noComparison, names.noVariant),
  'cloudwatch:DeleteAlarms release alarms': async ({ aws, names }) => {
    const { DeleteAlarmsCommand } = await import('../../aws/cloudwatch.ts');
    return (await aws.cloudwatch()).send(new DeleteAlarmsCommand({ AlarmNames: [names.noAlarm] }));
  },
  'application-autoscaling:DeregisterScalableTarget scalable target': async ({ aws, names }) => {
    const { DeregisterScalableTargetCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(new DeregisterScalableTargetCommand(noTarget(names)));
  },
  'application-autoscaling:DeleteScalingPolicy scalable target': async ({ aws, names }) => {
    const { DeleteScalingPolicyCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(new DeleteScalingPolicyCommand({ ...noTarget(names), PolicyName: NONE }));
  },
  'application-autoscaling:DeleteScheduledAction scalable target': async ({ aws, names }) => {
    const { DeleteScheduledActionCommand } = await import('../../aws/application-auto-scaling.ts');
    return (await aws.autoscaling()).send(
      new DeleteScheduledActionCommand({ ...noTarget(names), ScheduledActionName: NONE }),
    );
  },
};

const NONE = 'none';

/** What a request for another permission needs, too: `action on` -> that other one. */
const NEEDED_BY: Readonly<Record<string, Permission>> = {
  'iam:PassRole execution role': { action: 'sagemaker:CreateModel', on: 'model' },
  'sagemaker:AddTags model': { action: 'sagemaker:CreateModel', on: 'model' },
  'sagemaker:AddTags endpoint config': { action: 'sagemaker:CreateEndpointConfig', on: 'endpoint config' },
  'sagemaker:AddTags temporary model': { action: 'sagemaker:CreateModel', on: 'temporary model' },
  'sagemaker:AddTags temporary endpoint config': {
    action: 'sagemaker:CreateEndpointConfig',
    on: 'temporary endpoint config',
  },
};

/** Why no request can show a permission without doing what it permits. */
const UNSEEN: readonly (readonly [permission: RegExp, why: string])[] = [
  [/^s3:/, 'this job does not know the buckets'],
  [/^(ecr|kms):/, 'this job does not know the image or the key'],
  [/^sagemaker:Delete(Model|EndpointConfig) /, 'it is allowed by a tag, and what there is not has none'],
  [/^sagemaker:DeleteEndpoint /, 'a request for the endpoint would delete it'],
  [/^sagemaker:AddTags /, 'a request for the endpoint or pipeline would tag it'],
  [/^sagemaker:(Create|Update)Pipeline /, 'a request for the pipeline would create or change it'],
  [/^sagemaker:StartPipelineExecution /, 'a request for the pipeline would start it'],
  [/^sagemaker:InvokeEndpointAsync /, 'the endpoint would take a request into its queue'],
  [/^sagemaker:UpdateEndpointWeights/, 'a request for the endpoint could change it'],
  [/^application-autoscaling:(Register|Put)/, 'a request for the endpoint could scale it'],
  [/^cloudwatch:/, 'a request could make or delete an alarm'],
  [/^iam:/, 'AWS asks for it only when something is made'],
];

const keyOf = ({ action, on }: Permission) => `${action} ${on}`;

/** How a permission can be seen. Nobody has said it of one that is not in any table, and then nothing shows it. */
export function seeingOf(permission: Permission, asking: Asking): Seeing {
  const { action, writes } = permission;
  const key = keyOf(permission);
  if (action === 'sagemaker:UpdateModelPackage' && writes !== undefined)
    return { by: 'request', probe: writing(asking, entryOf(permission, writes, asking.names)) };
  const missing = missingFor(permission, asking.names);
  if (missing !== undefined) return { by: 'nothing', why: missing };
  const [read, impossible, of] = [READS[key], IMPOSSIBLE[key], NEEDED_BY[key]];
  if (read) return { by: 'request', probe: { kind: 'read', ask: () => read(asking) } };
  if (impossible) return { by: 'request', probe: { kind: 'impossible', ask: () => impossible(asking) } };
  if (of) return { by: 'another', of };
  const why = UNSEEN.find(([pattern]) => pattern.test(key))?.[1];
  return { by: 'nothing', why: why ?? 'no request is known that shows it and changes nothing' };
}

/** The input that a request needs, where it is empty. */
function missingFor({ action, on }: Permission, { pipeline, executionRole }: CheckedNames): string | undefined {
  if (pipeline === undefined && (on === 'pipeline' || on === 'execution')) return 'pipeline_name is empty';
  if (executionRole === undefined && action === 'sagemaker:CreateModel') return 'execution_role_arn is empty';
  return undefined;
}

/** An entry as a component writes it, and the status that it sets with it in the first environment. */
interface WrittenEntry {
  readonly keys: readonly string[];
  readonly status?: ModelApprovalStatus | undefined;
}

function entryOf(
  { sets }: Permission,
  kind: typeof BUILT | EntryKind,
  { environment, path }: CheckedNames,
): WrittenEntry {
  const key = kind === BUILT ? BUILT : entryKey(kind, environment);
  return { keys: [key], status: environment === path[0] ? sets : undefined };
}

/** The request that writes an entry, for a version that there is not. */
export function writing({ aws, names }: Asking, { keys, status }: WrittenEntry): Probe {
  const input = {
    ModelPackageArn: names.noVersion,
    ...(keys.length > 0 && { CustomerMetadataProperties: Object.fromEntries(keys.map((key) => [key, 'check-setup'])) }),
    ...(status && { ModelApprovalStatus: status }),
  };
  return { kind: 'impossible', ask: () => aws.sagemaker.send(new UpdateModelPackageCommand(input)) };
}

/** The requests for an endpoint that is no project's. */
export function deletingAny({ aws, names }: Asking): Probe {
  const command = () => new DeleteEndpointCommand({ EndpointName: names.noEndpoint });
  return { kind: 'impossible', ask: () => aws.sagemaker.send(command()) };
}

export function updatingAny({ aws, names }: Asking): Probe {
  return { kind: 'impossible', ask: () => updatingEndpoint(aws, names.noEndpoint, names.noEndpoint) };
}

/** The request that would take a deployment to the endpoint of this environment. */
export function updatingOwn({ aws, names }: Asking): Probe {
  return { kind: 'impossible', ask: () => updatingEndpoint(aws, names.endpoint, names.noConfig) };
}

const OWN_TAG = [{ Key: `${OURS}component`, Value: 'check-setup' }];

function creatingModel({ aws, names }: Asking, name: string) {
  const { noVersion, executionRole } = names;
  return aws.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: { ModelPackageName: noVersion },
      ExecutionRoleArn: executionRole,
      Tags: OWN_TAG,
    }),
  );
}

function creatingConfig({ aws }: Asking, name: string) {
  return aws.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: NONE, ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
      Tags: OWN_TAG,
    }),
  );
}

const creatingEndpoint = ({ sagemaker }: Aws, EndpointName: string, EndpointConfigName: string) =>
  sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));

const updatingEndpoint = ({ sagemaker }: Aws, EndpointName: string, EndpointConfigName: string) =>
  sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName }));

async function invoking(aws: Aws, EndpointName: string, TargetVariant: string) {
  const { InvokeEndpointCommand } = await import('../../aws/sagemaker-runtime.ts');
  return (await aws.runtime()).send(new InvokeEndpointCommand({ EndpointName, TargetVariant, Body: '' }));
}

function tagsOn({ sagemaker, region, account }: Aws, resource: string) {
  return sagemaker.send(new ListTagsCommand({ ResourceArn: `arn:aws:sagemaker:${region}:${account}:${resource}` }));
}

const JOB_LOGS = ['ProcessingJobs', 'TrainingJobs', 'TransformJobs'];

/** Asks of each kind of job: one that may not be read is one too few. What there is not is told once all are asked. */
async function inEach(ask: (kind: string) => Promise<unknown>): Promise<void> {
  const said = await Promise.allSettled(JOB_LOGS.map(ask));
  const refused = said.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  const first = refused.find((reason) => !isNothing(reason)) ?? refused[0];
  if (first !== undefined) throw first;
}

const isNothing = (reason: unknown) => reason instanceof Error && reason.name === 'ResourceNotFoundException';

async function streamsOf(aws: Aws, group: string) {
  const { paginateDescribeLogStreams } = await import('../../aws/cloudwatch-logs.ts');
  return paginateDescribeLogStreams({ client: await aws.logs() }, { logGroupName: logGroup(group), limit: 1 }).next();
}

async function eventsOf(aws: Aws, group: string) {
  const { GetLogEventsCommand } = await import('../../aws/cloudwatch-logs.ts');
  const command = new GetLogEventsCommand({ logGroupName: logGroup(group), logStreamName: NONE, limit: 1 });
  return (await aws.logs()).send(command);
}

const logGroup = (name: string) => `/aws/sagemaker/${name}`;

/** As SageMaker gives an ID to an execution; none has this one. */
function noExecution({ region, account, pipeline }: CheckedNames): string {
  return `arn:aws:sagemaker:${region}:${account}:pipeline/${pipeline}/execution/000000000000`;
}

function metricsOf(endpoint: string) {
  const Dimensions = [{ Name: 'EndpointName', Value: endpoint }];
  const Metric = { Namespace: 'AWS/SageMaker', MetricName: 'Invocations', Dimensions };
  const MetricDataQueries = [{ Id: 'invocations', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }];
  return { MetricDataQueries, StartTime: new Date(0), EndTime: new Date(60_000) };
}

const SCALED = {
  ServiceNamespace: 'sagemaker',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;

const scaledVariant = ({ endpoint, noVariant }: CheckedNames) => `endpoint/${endpoint}/variant/${noVariant}`;
const scaledResource = (names: CheckedNames) => ({ ...SCALED, ResourceId: scaledVariant(names) });
const scaledResources = (names: CheckedNames) => ({ ...SCALED, ResourceIds: [scaledVariant(names)] });
const noTarget = scaledResource;
