import * as aws from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { resalePrice } from './policies.ts';

/** The clients of a job that has exchanged its token. */
export interface Hands {
  readonly sagemaker: aws.SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
}

/** One request that changes something, or that reads a model's answer. */
type Act = (hands: Hands) => Promise<unknown>;
export type Acts = Readonly<Record<string, Act>>;

/** The versions that acts write to: the team's, and one of another team's group. */
export interface Versions {
  readonly own: string;
  readonly foreign: string;
}

const { environments, pipeline, executionRole, pipelineRole, account } = resalePrice;
const [first] = environments;
const ANOTHER_ROLE = `arn:aws:iam::${account}:role/administrator`;
const TOKEN = 'a'.repeat(64);
const DEFINITION = JSON.stringify({ Version: '2020-12-01', Steps: [] });

/** What each duty is there for: duty -> its acts. A duty without any only reads. */
export function workOf(versions: Versions): Record<string, Acts> {
  const write = writer(versions.own);
  const work: Record<string, Acts> = {
    [`pipeline-${first}`]: {
      'record what built a version': write(['built']),
      'create the pipeline': creatingPipeline(pipeline),
      'update the pipeline': updatingPipeline(pipeline),
      'tag the pipeline': tagging(`pipeline/${pipeline}`),
      'start the pipeline': ({ sagemaker }) =>
        sagemaker.send(new aws.StartPipelineExecutionCommand({ PipelineName: pipeline, ClientRequestToken: TOKEN })),
    },
  };
  for (const environment of environments) {
    const status = (verdict: 'Approved' | 'Rejected') =>
      environment === first ? { ModelApprovalStatus: verdict } : {};
    work[`check-${environment}`] = {};
    work[`approve-${environment}`] = {
      [`approve for ${environment}`]: write([`approved.${environment}`], status('Approved')),
      [`reject for ${environment}`]: write([`withdrawn.${environment}`], status('Rejected')),
    };
    work[`deploy-${environment}`] = deploymentTo(environment, versions.own);
    work[`validate-${environment}`] = {
      [`validate in ${environment}`]: write([`validated.${environment}`]),
      [`invoke in ${environment}`]: invoking(`resale-price-${environment}`),
    };
  }
  return work;
}

function deploymentTo(environment: string, version: string): Acts {
  const endpoint = `resale-price-${environment}`;
  return {
    [`create a model for ${environment}`]: creatingModel(`${endpoint}-v2`, version),
    [`create a config for ${environment}`]: creatingConfig(`${endpoint}-v2`),
    [`create the endpoint of ${environment}`]: ({ sagemaker }) =>
      sagemaker.send(new aws.CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: `${endpoint}-v2` })),
    [`update the endpoint of ${environment}`]: updatingEndpoint(endpoint, `${endpoint}-v2`),
    [`tag the endpoint of ${environment}`]: tagging(`endpoint/${endpoint}`),
  };
}

/** What no duty may do, though some hold the very action for something else. */
export function forbidden({ own, foreign }: Versions): Acts {
  const write = writer(own);
  return {
    'approve without a record': write([], { ModelApprovalStatus: 'Approved' }),
    'reopen a version': write([], { ModelApprovalStatus: 'PendingManualApproval' }),
    'write nothing at all': write([]),
    'record an approval of the first environment without its status': write([`approved.${first}`]),
    'record an approval while rejecting': write([`approved.${first}`], { ModelApprovalStatus: 'Rejected' }),
    'record a rejection while approving': write([`withdrawn.${first}`], { ModelApprovalStatus: 'Approved' }),
    'reopen with a record': write([`approved.${first}`], { ModelApprovalStatus: 'PendingManualApproval' }),
    'set the status after the first environment': write(['approved.uat'], { ModelApprovalStatus: 'Approved' }),
    'undo a rejection by a validation': write(['validated.uat'], { ModelApprovalStatus: 'Approved' }),
    'approve and validate at once': write(['approved.uat', 'validated.uat']),
    'approve and validate at once, in capitals': write(['approved.uat', 'VALIDATED.UAT']),
    'approve for two environments at once': write(['approved.uat', 'approved.main']),
    'approve and withdraw at once': write(['approved.main', 'withdrawn.main']),
    'validate and rewrite what built it': write(['validated.dev', 'built']),
    'remove a record beside the own one': write(['approved.uat'], {
      CustomerMetadataPropertiesToRemove: ['withdrawn.uat'],
    }),
    'remove a record': write([], { CustomerMetadataPropertiesToRemove: ['withdrawn.uat'] }),
    'move the life cycle stage': write(['validated.uat'], {
      ModelLifeCycle: { Stage: 'Production', StageStatus: 'Approved' },
    }),
    'write on a version of another group': writer(foreign)(['approved.uat']),
    'write the key of no environment': write(['approved.prod']),
    'register a version': ({ sagemaker }) =>
      sagemaker.send(new aws.CreateModelPackageCommand({ ModelPackageGroupName: resalePrice.group })),
    'delete a version': ({ sagemaker }) => sagemaker.send(new aws.DeleteModelPackageCommand({ ModelPackageName: own })),
    'delete the group': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteModelPackageGroupCommand({ ModelPackageGroupName: resalePrice.group })),
    'delete a config': ({ sagemaker }) =>
      sagemaker.send(new aws.DeleteEndpointConfigCommand({ EndpointConfigName: 'resale-price-dev-v1' })),
    'pass another role to a model': creatingModel('resale-price-uat-v2', own, ANOTHER_ROLE),
    'pass another role to the pipeline': creatingPipeline(pipeline, ANOTHER_ROLE),
    'pass the execution role to the pipeline': creatingPipeline(pipeline, executionRole),
    'create a model of another name': creatingModel('churn-uat-v2', own),
    'create a config of another name': creatingConfig('churn-uat-v2'),
    'create another pipeline': creatingPipeline('churn'),
    'point an endpoint at the config of another': updatingEndpoint('resale-price-uat', 'resale-price-dev-v1'),
    'update an endpoint whose name only begins alike': updatingEndpoint('resale-price-uat-2', 'resale-price-uat-v2'),
    'change the tags of a model': tagging('model/resale-price-dev-v1'),
    'change the tags of a config': tagging('endpoint-config/resale-price-dev-v1'),
    'tag another pipeline': tagging('pipeline/churn'),
    'tag a version': tagging('model-package/ResalePriceModelGroup/1'),
    'invoke another endpoint': invoking('churn-uat'),
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

function tagging(resource: string): Act {
  const ResourceArn = `arn:aws:sagemaker:${resalePrice.region}:${account}:${resource}`;
  return ({ sagemaker }) =>
    sagemaker.send(new aws.AddTagsCommand({ ResourceArn, Tags: [{ Key: 'wanted', Value: 'x' }] }));
}

function invoking(EndpointName: string): Act {
  const request = { EndpointName, ContentType: 'application/json', Body: '{}' };
  return ({ runtime }) => runtime.send(new InvokeEndpointCommand(request));
}
