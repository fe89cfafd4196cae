import {
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
} from '@aws-sdk/client-sagemaker';
import type { Aws } from '../../aws/session.ts';
import type { Ask } from './ask.ts';
import { type CheckedNames, noTarget } from './names.ts';

/** Reads of SageMaker and of other services: `action on`. Who may gets an answer, or hears that there is nothing. */
export const READS: Readonly<Record<string, Ask>> = {
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
  // No read, and as harmless: there is no such alarm, of which CloudWatch may say so, or that it is gone.
  'cloudwatch:DeleteAlarms release alarms': async ({ aws, names }) => {
    const { DeleteAlarmsCommand } = await import('../../aws/cloudwatch.ts');
    return (await aws.cloudwatch()).send(new DeleteAlarmsCommand({ AlarmNames: [names.noAlarm] }));
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
    return paginateDescribeScalableTargets({ client: await aws.autoscaling() }, noTargets(names)).next();
  },
  'application-autoscaling:DescribeScalingPolicies anything': async ({ aws, names }) => {
    const { paginateDescribeScalingPolicies } = await import('../../aws/application-auto-scaling.ts');
    return paginateDescribeScalingPolicies({ client: await aws.autoscaling() }, noTarget(names)).next();
  },
  'application-autoscaling:DescribeScheduledActions anything': async ({ aws, names }) => {
    const { paginateDescribeScheduledActions } = await import('../../aws/application-auto-scaling.ts');
    return paginateDescribeScheduledActions({ client: await aws.autoscaling() }, noTarget(names)).next();
  },
};

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
  const command = new GetLogEventsCommand({ logGroupName: logGroup(group), logStreamName: 'none', limit: 1 });
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

function noTargets(names: CheckedNames) {
  const { ResourceId, ...scaled } = noTarget(names);
  return { ...scaled, ResourceIds: [ResourceId] };
}
