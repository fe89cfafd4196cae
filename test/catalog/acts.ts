import * as scaling from '@aws-sdk/client-application-auto-scaling';
import { type CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import * as aws from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  type SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { endpointOf, fileName, type Team } from '../../setup/policies/team.ts';
import { resalePrice } from './policies.ts';

/** The clients of a job that has exchanged its token. */
export interface Hands {
  readonly sagemaker: aws.SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly cloudwatch: CloudWatchClient;
  readonly autoscaling: scaling.ApplicationAutoScalingClient;
  /** A request for `bucket/key`, or a bucket with a query. */
  s3(method: 'GET' | 'PUT' | 'DELETE', path: string): Promise<unknown>;
}

/** One request that changes something, or that reads a model's answer. */
type Act = (hands: Hands) => Promise<unknown>;
export type Acts = Readonly<Record<string, Act>>;

/** The versions that acts write to: the team's, and one of another team's group. */
export interface Versions {
  readonly own: string;
  readonly foreign: string;
}

const { pipeline, executionRole, pipelineRole, account } = resalePrice;
const ANOTHER_ROLE = `arn:aws:iam::${account}:role/administrator`;
const TOKEN = 'a'.repeat(64);
const DEFINITION = JSON.stringify({ Version: '2020-12-01', Steps: [] });

/** What each duty is there for: duty -> its acts. A duty without any only reads. A team differs in its environments only. */
export function workOf(versions: Versions, team: Team = resalePrice): Record<string, Acts> {
  const { environments } = team;
  const [first] = environments;
  const write = writer(versions.own);
  const work: Record<string, Acts> = {
    [`pipeline-${fileName(first)}`]: {
      'record what built a version': write(['built']),
      'create the pipeline': creatingPipeline(pipeline),
      'update the pipeline': updatingPipeline(pipeline),
      'tag the pipeline': tagging(`pipeline/${pipeline}`),
      'start the pipeline': ({ sagemaker }) =>
        sagemaker.send(new aws.StartPipelineExecutionCommand({ PipelineName: pipeline, ClientRequestToken: TOKEN })),
    },
  };
  for (const environment of environments) {
    const [name, endpoint] = [fileName(environment), endpointOf(team, environment)];
    const status = (verdict: 'Approved' | 'Rejected') =>
      environment === first ? { ModelApprovalStatus: verdict } : {};
    work[`plan-${name}`] = {};
    // Without a status: all that a rollback may write, and after the first environment all that a rejection does.
    const withdrawals = {
      [`withdraw in ${environment}`]: write([`withdrawn.${environment}`]),
      [`withdraw in ${environment} with a reason`]: write([
        `withdrawn.${environment}`,
        `withdrawn.${environment}.comment`,
      ]),
    };
    work[`check-${name}`] = {};
    work[`approve-${name}`] = {
      [`approve for ${environment}`]: write([`approved.${environment}`], status('Approved')),
      [`approve for ${environment} again, with a comment`]: write(
        [`approved.${environment}`, `approved.${environment}.comment`, `approved.${environment}.before`],
        status('Approved'),
      ),
      ...(environment === first
        ? {
            [`reject for ${environment}`]: write([`withdrawn.${environment}`], status('Rejected')),
            [`reject for ${environment} with a reason`]: write(
              [`withdrawn.${environment}`, `withdrawn.${environment}.comment`],
              status('Rejected'),
            ),
          }
        : withdrawals),
    };
    work[`deploy-${name}`] = deploymentTo(environment, endpoint, versions.own);
    work[`rollback-${name}`] = {
      ...withdrawals,
      [`update the endpoint of ${environment}`]: updatingEndpoint(endpoint, `${endpoint}-v2`),
      [`tag the endpoint of ${environment}`]: tagging(`endpoint/${endpoint}`),
      [`note the autoscaling of ${environment}`]: tagging(`endpoint/${endpoint}`, NOTE),
    };
    work[`delete-${name}`] = deletionOf(environment, endpoint);
    work[`evaluate-${name}`] = {
      [`record the quality in ${environment}`]: write([`quality.${environment}`]),
      [`keep predictions of ${environment}`]: ({ s3 }) => s3('PUT', `${resalePrice.predictions}${environment}/${KEY}`),
      [`read predictions of ${environment}`]: ({ s3 }) => s3('GET', `${resalePrice.predictions}${environment}/${KEY}`),
      [`invoke in ${environment}`]: invoking(endpoint),
    };
    work[`load-${name}`] = {
      [`record a load test in ${environment}`]: write([`load.${environment}`]),
      [`invoke in ${environment}`]: invoking(endpoint),
    };
    work[`send-load-${name}`] = { [`invoke in ${environment}`]: invoking(endpoint) };
    work[`compare-${name}`] = comparisonIn(environment, versions.own);
    work[`validate-${name}`] = {
      [`validate in ${environment}`]: write([`validated.${environment}`, `validated.${environment}.asked`]),
      [`invoke in ${environment}`]: invoking(endpoint),
      ...askingLater(environment, endpoint),
      ...scalingOf(environment, endpoint),
      [`note the autoscaling of ${environment}`]: tagging(`endpoint/${endpoint}`, NOTE),
      [PLAN_ANY]: planningAny,
    };
  }
  return work;
}

/** The name of what a comparison in an environment made, by its tags, and did not delete. */
export const temporaryOf = (environment: string) => `cmp-42-101-${fileName(environment)}`;

/** The names of all temporary endpoints begin alike: what is made is not told apart by its environment, what is deleted is. */
function comparisonIn(environment: string, version: string): Acts {
  const [made, left] = ['cmp-42-102-0123456789', temporaryOf(environment)];
  return {
    [`record the comparison in ${environment}`]: writer(version)([`comparison.${environment}`]),
    'create the model of a comparison': creatingModel(made, version),
    'create the config of a comparison': creatingConfig(made),
    'create the endpoint of a comparison': ({ sagemaker }) =>
      sagemaker.send(
        new aws.CreateEndpointCommand({
          EndpointName: made,
          EndpointConfigName: made,
          Tags: [{ Key: 'team', Value: 'mlops' }],
        }),
      ),
    'invoke the endpoint of a comparison': invoking(made),
    [`delete the endpoint of a comparison in ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointCommand({ EndpointName: left })),
    [`delete the config of a comparison in ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointConfigCommand({ EndpointConfigName: left })),
    [`delete the model of a comparison in ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteModelCommand({ ModelName: left })),
  };
}

function deploymentTo(environment: string, endpoint: string, version: string): Acts {
  return {
    [`create a model for ${environment}`]: creatingModel(`${endpoint}-v2`, version),
    [`create a config for ${environment}`]: creatingConfig(`${endpoint}-v2`),
    [`create the endpoint of ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: `${endpoint}-v2` })),
    [`update the endpoint of ${environment}`]: updatingEndpoint(endpoint, `${endpoint}-v2`),
    [`tag the endpoint of ${environment}`]: tagging(`endpoint/${endpoint}`),
    [`invoke in ${environment}`]: invoking(endpoint),
    [`make an alarm for a release of ${environment}`]: makingAlarm(`sagemaker-components/${endpoint}/v2/latency`),
    [`delete an old config of ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointConfigCommand({ EndpointConfigName: olderOf(endpoint) })),
    [`delete an old model of ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteModelCommand({ ModelName: olderOf(endpoint) })),
    ...scalingOf(environment, endpoint),
    [`note the autoscaling of ${environment}`]: tagging(`endpoint/${endpoint}`, NOTE),
    [PLAN_ANY]: planningAny,
    // A Failed endpoint, with recreate_failed; and the alarms that a release has had.
    ...deletionOf(environment, endpoint),
  };
}

/** The name of a model and a config that were made for an endpoint, by their tags, and serve no more. */
export const olderOf = (endpoint: string) => `${endpoint}-v0`;

function deletionOf(environment: string, EndpointName: string): Acts {
  return {
    [`delete the endpoint of ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointCommand({ EndpointName })),
    [`delete an alarm of a release of ${environment}`]: deletingAlarm(
      `sagemaker-components/${EndpointName}/v2/latency`,
    ),
    [UNSCALE_ANY]: ({ autoscaling }) =>
      autoscaling.send(new scaling.DeregisterScalableTargetCommand(variantOf('churn-uat'))),
  };
}

/** What IAM cannot narrow to one endpoint: the ARN of a scalable target does not name it. */
const UNSCALE_ANY = 'take away what scales any endpoint';
const PLAN_ANY = 'plan when any endpoint that is scaled has other bounds';
const NOTE = 'sagemaker-components:autoscaling';

const variantOf = (endpoint: string) =>
  ({
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpoint}/variant/AllTraffic`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  }) as const;

const planningAny: Act = ({ autoscaling }) =>
  autoscaling.send(new scaling.PutScheduledActionCommand({ ...variantOf('churn-uat'), ScheduledActionName: 'night' }));

function scalingOf(environment: string, endpoint: string): Acts {
  return {
    [`scale the endpoint of ${environment}`]: ({ autoscaling }) =>
      autoscaling.send(
        new scaling.RegisterScalableTargetCommand({ ...variantOf(endpoint), MinCapacity: 1, MaxCapacity: 2 }),
      ),
    [`scale the endpoint of ${environment} by a metric`]: ({ autoscaling }) =>
      autoscaling.send(new scaling.PutScalingPolicyCommand({ ...variantOf(endpoint), PolicyName: 'invocations' })),
  };
}

/** Where predictions lie: by content, data and report. */
const KEY = 'v2-a/b/c';

/** A validation of an asynchronous endpoint: its own payload, and the answers of that endpoint alone. */
function askingLater(environment: string, endpoint: string): Acts {
  const place = `${resalePrice.asynchronous}${endpoint}`;
  return {
    [`invoke the queue of ${environment}`]: invokingLater(endpoint),
    [`put a payload for ${environment}`]: ({ s3 }) => s3('PUT', `${place}/input/job-1/payload`),
    [`delete a payload of ${environment}`]: ({ s3 }) => s3('DELETE', `${place}/input/job-1/payload`),
    [`look for an answer of ${environment}`]: ({ s3 }) => s3('GET', listed(`${endpoint}/output/a.out`)),
    [`look for an error of ${environment}`]: ({ s3 }) => s3('GET', listed(`${endpoint}/failure/a-error.out`)),
    [`read an answer of ${environment}`]: ({ s3 }) => s3('GET', `${place}/output/a.out`),
    [`read an error of ${environment}`]: ({ s3 }) => s3('GET', `${place}/failure/a-error.out`),
  };
}

const listed = (prefix: string) =>
  `${resalePrice.asynchronous?.replace('/', '')}?list-type=2&prefix=${encodeURIComponent(prefix)}`;

/** What no duty may do, though some hold the very action for something else. */
export function forbidden({ own, foreign }: Versions, team: Team = resalePrice): Acts {
  const [first, second = first, third = second] = team.environments;
  const [firstEndpoint, secondEndpoint] = [endpointOf(team, first), endpointOf(team, second)];
  const write = writer(own);
  return {
    'approve without a record': write([], { ModelApprovalStatus: 'Approved' }),
    'reopen a version': write([], { ModelApprovalStatus: 'PendingManualApproval' }),
    'write nothing at all': write([]),
    'record an approval of the first environment without its status': write([`approved.${first}`]),
    'record an approval while rejecting': write([`approved.${first}`], { ModelApprovalStatus: 'Rejected' }),
    'record a rejection while approving': write([`withdrawn.${first}`], { ModelApprovalStatus: 'Approved' }),
    'reopen with a record': write([`approved.${first}`], { ModelApprovalStatus: 'PendingManualApproval' }),
    'set the status after the first environment': write([`approved.${second}`], { ModelApprovalStatus: 'Approved' }),
    'undo a rejection by a validation': write([`validated.${second}`], { ModelApprovalStatus: 'Approved' }),
    'approve and validate at once': write([`approved.${second}`, `validated.${second}`]),
    'approve and validate at once, in capitals': write([`approved.${second}`, `validated.${second}`.toUpperCase()]),
    'comment on no approval': write([`approved.${second}.comment`]),
    'comment on the approval of another environment': write([`approved.${second}`, `approved.${first}.comment`]),
    'approve and say what was asked': write([`approved.${second}`, `validated.${second}.asked`]),
    'validate and say who approved before': write([`validated.${second}`, `approved.${second}.before`]),
    'approve and give the reason of a rejection': write([`approved.${second}`, `withdrawn.${second}.comment`]),
    'approve for two environments at once': write([`approved.${second}`, `approved.${third}`]),
    'approve and withdraw at once': write([`approved.${third}`, `withdrawn.${third}`]),
    'validate and say how well it answers': write([`validated.${second}`, `quality.${second}`]),
    'say how well it answers in two environments': write([`quality.${first}`, `quality.${second}`]),
    'say how well it answers, and that it is better': write([`quality.${second}`, `comparison.${second}`]),
    'delete the endpoint of a comparison that nobody tagged': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointCommand({ EndpointName: 'cmp-42-101-of-nobody' })),
    'change the tags of the endpoint of a comparison': tagging(`endpoint/${temporaryOf(first)}`),
    'validate and rewrite what built it': write([`validated.${first}`, 'built']),
    'remove a record beside the own one': write([`approved.${second}`], {
      CustomerMetadataPropertiesToRemove: [`withdrawn.${second}`],
    }),
    'remove a record': write([], { CustomerMetadataPropertiesToRemove: [`withdrawn.${second}`] }),
    'move the life cycle stage': write([`validated.${second}`], {
      ModelLifeCycle: { Stage: 'Production', StageStatus: 'Approved' },
    }),
    'write on a version of another group': writer(foreign)([`approved.${second}`]),
    'write the key of no environment': write(['approved.nowhere']),
    'register a version': ({ sagemaker }) =>
      sagemaker.send(new aws.CreateModelPackageCommand({ ModelPackageGroupName: resalePrice.group })),
    'delete a version': ({ sagemaker }) => sagemaker.send(new aws.DeleteModelPackageCommand({ ModelPackageName: own })),
    'delete the group': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteModelPackageGroupCommand({ ModelPackageGroupName: resalePrice.group })),
    'delete a config that was made for no endpoint': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointConfigCommand({ EndpointConfigName: `${firstEndpoint}-v1` })),
    'delete a model that was made for no endpoint': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteModelCommand({ ModelName: `${firstEndpoint}-v1` })),
    'pass another role to a model': creatingModel(`${secondEndpoint}-v2`, own, ANOTHER_ROLE),
    'pass another role to the pipeline': creatingPipeline(pipeline, ANOTHER_ROLE),
    'pass the execution role to the pipeline': creatingPipeline(pipeline, executionRole),
    'create a model of another name': creatingModel('churn-uat-v2', own),
    'create a config of another name': creatingConfig('churn-uat-v2'),
    'create another pipeline': creatingPipeline('churn'),
    'point an endpoint at the config of another': updatingEndpoint(secondEndpoint, `${firstEndpoint}-v1`),
    'update an endpoint whose name only begins alike': updatingEndpoint(`${secondEndpoint}-2`, `${secondEndpoint}-v2`),
    'make an alarm of another name': makingAlarm('latency'),
    'delete an alarm of another name': deletingAlarm('latency'),
    'delete an alarm of an endpoint whose name only begins alike': deletingAlarm(
      `sagemaker-components/${secondEndpoint}-2/v2/latency`,
    ),
    'change the tags of a model': tagging(`model/${firstEndpoint}-v1`),
    'change the tags of a config': tagging(`endpoint-config/${firstEndpoint}-v1`),
    'tag another pipeline': tagging('pipeline/churn'),
    'tag a version': tagging('model-package/ResalePriceModelGroup/1'),
    'invoke another endpoint': invoking('churn-uat'),
    'invoke the queue of another endpoint': invokingLater('churn-uat'),
    'write an answer': ({ s3 }) => s3('PUT', `${resalePrice.asynchronous}${secondEndpoint}/output/a.out`),
    'delete an answer': ({ s3 }) => s3('DELETE', `${resalePrice.asynchronous}${secondEndpoint}/output/a.out`),
    'read a payload': ({ s3 }) => s3('GET', `${resalePrice.asynchronous}${secondEndpoint}/input/job-1/payload`),
    'read what lies beside the answers': ({ s3 }) => s3('GET', `${resalePrice.asynchronous}secrets.json`),
    'list the payloads': ({ s3 }) => s3('GET', listed(`${secondEndpoint}/input/`)),
    'list the bucket of the answers': ({ s3 }) => s3('GET', listed('')),
    'read an answer of an endpoint whose name only begins alike': ({ s3 }) =>
      s3('GET', `${resalePrice.asynchronous}${secondEndpoint}-2/output/a.out`),
    'scale another endpoint': ({ autoscaling }) =>
      autoscaling.send(
        new scaling.RegisterScalableTargetCommand({ ...variantOf('churn-uat'), MinCapacity: 1, MaxCapacity: 2 }),
      ),
    'scale something else than an endpoint': ({ autoscaling }) =>
      autoscaling.send(
        new scaling.DeregisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ResourceId: 'service/default/churn',
          ScalableDimension: 'ecs:service:DesiredCount',
        }),
      ),
  };
}

type Update = Omit<aws.UpdateModelPackageCommandInput, 'ModelPackageArn' | 'CustomerMetadataProperties'>;

function writer(ModelPackageArn: string) {
  return (keys: readonly string[], more: Update = {}): Act => {
    const CustomerMetadataProperties = Object.fromEntries(keys.map((key) => [key, 'by=lim.ah.kow']));
    const record = keys.length > 0 ? { CustomerMetadataProperties } : {};
    return ({ sagemaker }) =>
      sagemaker.send(new aws.UpdateModelPackageCommand({ ModelPackageArn, ...record, ...more }));
  };
}

function makingAlarm(AlarmName: string): Act {
  const metric = { Namespace: 'AWS/SageMaker', MetricName: 'ModelLatency', Statistic: 'Average', Period: 60 } as const;
  const bound = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const;
  return ({ cloudwatch }) => cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...bound }));
}

function deletingAlarm(AlarmName: string): Act {
  return ({ cloudwatch }) => cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
}

function creatingPipeline(PipelineName: string, RoleArn = pipelineRole): Act {
  const request = { PipelineName, RoleArn, PipelineDefinition: DEFINITION, ClientRequestToken: TOKEN };
  return ({ sagemaker }) => sagemaker.send(new aws.CreatePipelineCommand(request));
}

function updatingPipeline(PipelineName: string): Act {
  const request = { PipelineName, PipelineDefinition: DEFINITION, RoleArn: pipelineRole };
  return ({ sagemaker }) => sagemaker.send(new aws.UpdatePipelineCommand(request));
}

function creatingModel(ModelName: string, ModelPackageName: string, ExecutionRoleArn = executionRole): Act {
  const Tags = [{ Key: 'team', Value: 'mlops' }];
  const request = { ModelName, PrimaryContainer: { ModelPackageName }, ExecutionRoleArn, Tags };
  return ({ sagemaker }) => sagemaker.send(new aws.CreateModelCommand(request));
}

function creatingConfig(EndpointConfigName: string): Act {
  const variant = { VariantName: 'AllTraffic', ModelName: EndpointConfigName, InitialInstanceCount: 1 };
  const ProductionVariants = [{ ...variant, InstanceType: 'ml.m5.large' as const }];
  const request = { EndpointConfigName, ProductionVariants, Tags: [{ Key: 'team', Value: 'mlops' }] };
  return ({ sagemaker }) => sagemaker.send(new aws.CreateEndpointConfigCommand(request));
}

function updatingEndpoint(EndpointName: string, EndpointConfigName: string): Act {
  return ({ sagemaker }) => sagemaker.send(new aws.UpdateEndpointCommand({ EndpointName, EndpointConfigName }));
}

function tagging(resource: string, Key = 'wanted'): Act {
  const ResourceArn = `arn:aws:sagemaker:${resalePrice.region}:${account}:${resource}`;
  return ({ sagemaker }) => sagemaker.send(new aws.AddTagsCommand({ ResourceArn, Tags: [{ Key, Value: 'x' }] }));
}

function invoking(EndpointName: string): Act {
  const request = { EndpointName, ContentType: 'application/json', Body: '{}' };
  return ({ runtime }) => runtime.send(new InvokeEndpointCommand(request));
}

function invokingLater(EndpointName: string): Act {
  const request = { EndpointName, InputLocation: 's3://resale-price-async/payload' };
  return ({ runtime }) => runtime.send(new InvokeEndpointAsyncCommand(request));
}
