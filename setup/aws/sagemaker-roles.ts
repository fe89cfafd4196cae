import type { PolicyDocument, PolicyStatement } from '../../emulator/world.ts';
import { renderPolicy } from '../policies/policies.ts';
import { endpointOf, type Team } from '../policies/team.ts';

/** Lets SageMaker, and nobody else, assume a role. */
export const TRUST_OF_SAGEMAKER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/**
 * What an endpoint needs: its image, its model data, its logs and metrics
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms); of an asynchronous
 * one, its objects, too.
 */
export function executionPolicy(team: Team, environments: readonly string[]): PolicyDocument {
  const folders = (name: string) =>
    environments.map((each) => `arn:aws:s3:::${team.asynchronous}${endpointOf(team, each)}/${name}/*`);
  return {
    Version: '2012-10-17',
    Statement: [
      ...ofContainers(team),
      allow('ModelData', ['s3:GetObject'], objects(team.modelData)),
      listOf('ModelDataBucket', [team.modelData]),
      ...(team.asynchronous === undefined
        ? []
        : [
            allow('Requests', ['s3:GetObject'], folders('input')),
            allow('Answers', ['s3:PutObject'], [...folders('output'), ...folders('failure')]),
          ]),
    ],
  };
}

/**
 * What the steps of a SageMaker Pipeline need to train and to register: the places of setup.yml, the bucket of the SageMaker SDK, and
 * the jobs that SageMaker names after the pipeline's executions. Other steps need a policy of their own.
 */
export function trainingPolicy(team: Team): PolicyDocument {
  const sagemaker = (resource: string) => `arn:aws:sagemaker:${team.region}:${team.account}:${resource}`;
  const jobs = ['processing', 'training', 'transform'].map((kind) => sagemaker(`${kind}-job/pipelines-*`));
  const kinds = ['ProcessingJob', 'TrainingJob', 'TransformJob'];
  const actions = ['Create', 'Describe', 'Stop'].flatMap((verb) => kinds.map((kind) => `sagemaker:${verb}${kind}`));
  return {
    Version: '2012-10-17',
    Statement: [
      ...ofContainers(team),
      allow('Read', ['s3:GetObject'], objects(team.modelData, team.reports, team.labelledData)),
      allow('Write', ['s3:PutObject'], objects(team.modelData, team.reports)),
      listOf('Buckets', [team.modelData, team.reports, team.labelledData]),
      ...renderPolicy(team).Statement.map((statement) => ({ ...statement, Sid: `Sdk${statement.Sid}` })),
      allow('Jobs', [...actions, 'sagemaker:AddTags'], jobs),
      allow('Register', ['sagemaker:AddTags', 'sagemaker:CreateModelPackage'], inRegistry(team)),
      {
        ...allow('Pass', ['iam:PassRole'], [team.pipelineRole]),
        Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      },
    ],
  };
}

function ofContainers({ region, account, images }: Team): PolicyStatement[] {
  const repository = `arn:aws:ecr:${region}:${account}:repository/${images}`;
  return [
    allow(
      'Logs',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [`arn:aws:logs:${region}:${account}:log-group:/aws/sagemaker/*`],
    ),
    {
      ...allow('Metrics', ['cloudwatch:PutMetricData'], ['*']),
      Condition: { StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' } },
    },
    allow('Registry', ['ecr:GetAuthorizationToken'], ['*']),
    // Where no repository is named, the image is one of AWS's, which lie in accounts of AWS.
    allow(
      'Image',
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      [images === undefined ? '*' : repository],
    ),
  ];
}

function inRegistry({ region, account, registryAccount = account, group }: Team): string[] {
  return [...new Set([group, group.toLowerCase()])].flatMap((name) =>
    [`model-package-group/${name}`, `model-package/${name}/*`].map(
      (resource) => `arn:aws:sagemaker:${region}:${registryAccount}:${resource}`,
    ),
  );
}

function allow(Sid: string, Action: string[], Resource: string[]): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

/** Places in S3, each a bucket and what the keys begin with. */
function objects(...places: readonly (string | undefined)[]): string[] {
  return [...new Set(places.flatMap((place) => (place === undefined ? [] : [`arn:aws:s3:::${place}*`])))];
}

/** Lets keys be listed that begin as the places say. */
function listOf(Sid: string, places: readonly (string | undefined)[]): PolicyStatement {
  const known = places.flatMap((place) => (place === undefined ? [] : [place]));
  const buckets = known.map((place) => `arn:aws:s3:::${place.slice(0, place.indexOf('/'))}`);
  const keys = known.map((place) => `${place.slice(place.indexOf('/') + 1)}*`);
  return {
    ...allow(Sid, ['s3:ListBucket'], [...new Set(buckets)]),
    Condition: { StringLike: { 's3:prefix': [...new Set(keys)] } },
  };
}
