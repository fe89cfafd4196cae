import type { PolicyDocument, PolicyStatement } from '../../emulator/world.ts';
import { alarmPrefix } from '../../src/endpoints/rollout/release-alarms.ts';
import { TEMPORARY, temporaryPrefix } from '../../src/endpoints/temporary.ts';
import { OURS } from '../../src/gitlab/tags.ts';
import { type Component, isOfMergeRequests, type Permission, roleEnvironmentOf } from '../../src/program/component.ts';
import { BUILT, type EntryKind, keysOfEnvironment, keysOfKind } from '../../src/registry/entry-keys.ts';
import { endpointOf, fileName, mergedInto, type Ref, refOf, SURE_LENGTH, type Team } from './team.ts';

export type Program = Pick<Component, 'name' | 'duty' | 'gitlab' | 'permissions'>;

/** What is done in one environment by one kind of job: the smallest thing that a role can be made for. */
export interface Duty {
  /** `approve-uat`. */
  readonly name: string;
  readonly environment: string;
  /** The GitLab environment whose variable names the role of its jobs: `uat/approval`; absent in the pipelines of merge requests. */
  readonly gitlabEnvironment: string | undefined;
  /** On which branch or tag its jobs run. */
  readonly ref: Ref;
  readonly components: readonly string[];
  readonly policy: PolicyDocument;
}

/** Each environment's duties, as the definitions say them. */
export function dutiesOf(team: Team, programs: readonly Program[]): Duty[] {
  return team.environments.flatMap((environment, index) => {
    const here = programs.filter(({ gitlab }) => index === 0 || gitlab.branches !== 'first');
    return [...Map.groupBy(here, ({ duty }) => duty)]
      .flatMap(
        ([duty, sharing]) => dutyOf(team, { name: `${duty}-${fileName(environment)}`, environment }, sharing) ?? [],
      )
      .filter(({ policy }) => policy.Statement.length > 0);
  });
}

/**
 * What components of one duty do in an environment. They run in one GitLab environment, whose variable names their role, or in
 * the pipelines of merge requests. `undefined` where no merge request leads there.
 */
function dutyOf(team: Team, duty: Pick<Duty, 'name' | 'environment'>, sharing: readonly Program[]): Duty | undefined {
  const { environment } = duty;
  const ofMergeRequests = sharing.some(isOfMergeRequests);
  const ref = ofMergeRequests ? mergedInto(team, environment) : refOf(team, environment);
  if (ref === undefined) return undefined;
  const permissions = distinct(sharing.flatMap((program) => program.permissions));
  return {
    ...duty,
    ref,
    gitlabEnvironment: sharing.map((program) => roleEnvironmentOf(program, environment))[0],
    components: sharing.map(({ name }) => name),
    policy: { Version: '2012-10-17', Statement: statementsOf(team, environment, permissionsOn(ref, permissions)) },
  };
}

/** Programs of one duty may need the same: the policy says it once. */
function distinct(permissions: readonly Permission[]): Permission[] {
  return [...new Map(permissions.map((permission) => [JSON.stringify(permission), permission])).values()];
}

/** Anybody who may push a branch may use a role that trusts them all: it reads no objects of S3. */
function permissionsOn({ name }: Ref, permissions: readonly Permission[]): Permission[] {
  return permissions.filter(({ action }) => name !== '*' || !action.startsWith('s3:'));
}

/** What the role of a duty is called after: its GitLab environment, or where it has none, itself. */
export function placeOf({ gitlabEnvironment, name }: Pick<Duty, 'gitlabEnvironment' | 'name'>): string {
  return gitlabEnvironment ?? name;
}

function statementsOf(team: Team, environment: string, permissions: readonly Permission[]): PolicyStatement[] {
  const used = permissions.filter((permission) => isUsed(team, permission));
  const wanted = used.filter((permission) => !deletesOlder(permission));
  const narrowed = (permission: Permission) => conditionOf(team, environment, permission) !== undefined;
  const plain = Map.groupBy(
    wanted.filter((one) => !narrowed(one)),
    place,
  );
  return [
    ...[...plain].map(([where, allowed]) => ({
      Sid: sid(where),
      Effect: 'Allow' as const,
      Action: [...new Set(allowed.map(({ action }) => action))].sort(),
      Resource: resourcesOf(team, environment, where),
      ...(CONDITIONS[where] && { Condition: CONDITIONS[where] }),
    })),
    ...wanted.filter(narrowed).map((permission) => narrowedStatement(team, environment, permission)),
    ...deletionStatements(team, environment, used.filter(deletesOlder)),
  ];
}

/** Whether it deletes what deploy-model made for earlier releases. */
function deletesOlder({ action, on }: Permission): boolean {
  return /:Delete(Model|EndpointConfig)$/.test(action) && !isTemporary(on);
}

/** Whether it is about what a comparison makes, and deletes at its end. */
function isTemporary(on: Place): boolean {
  return on.startsWith('temporary ');
}

/** Only what was made for this endpoint: a name alone may belong to several. One statement, because a policy has a size. */
function deletionStatements(team: Team, environment: string, permissions: readonly Permission[]): PolicyStatement[] {
  if (permissions.length === 0) return [];
  return [
    {
      Sid: 'DeleteOlder',
      Effect: 'Allow',
      Action: permissions.map(({ action }) => action).sort(),
      Resource: permissions.flatMap(({ on }) => resourcesOf(team, environment, on)),
      Condition: {
        StringEquals: { 'aws:ResourceTag/sagemaker-components:endpoint': endpointOf(team, environment) },
      },
    },
  ];
}

/** Whether a team uses what a permission is for. */
function isUsed(team: Team, { on, of }: Permission): boolean {
  if (on === 'training reports') return team.reports !== undefined;
  if (on === 'labelled data') return team.labelledData !== undefined;
  if (on === 'predictions') return team.predictions !== undefined;
  if (on === 'image') return team.images !== undefined;
  if (on === 'model data') return team.modelData !== undefined;
  return of === undefined || (team[of] ?? false) !== false;
}

type Place = Permission['on'] | 'any model' | 'any endpoint config';

/** An endpoint may serve a config that somebody else made and named, and one has to see it to say so: looking is not narrowed. */
function place({ action, on }: Permission): Place {
  const looks = /^sagemaker:(Describe|List)/.test(action);
  return looks && (on === 'model' || on === 'endpoint config') ? `any ${on}` : on;
}

const VERBS: Readonly<Record<string, string>> = {
  'iam:PassRole': 'Pass',
  'kms:CreateGrant': 'Grant',
  'sagemaker:AddTags': 'Tag',
  'sagemaker:DeleteEndpoint': 'Delete',
  'sagemaker:DeleteEndpointConfig': 'Delete',
  'sagemaker:DeleteModel': 'Delete',
  'sagemaker:UpdateModelPackage': 'Write',
};

function narrowedStatement(team: Team, environment: string, permission: Permission): PolicyStatement {
  const { action, on, writes } = permission;
  const Condition = conditionOf(team, environment, permission);
  return {
    Sid: `${VERBS[action] ?? ''}${sid(writes ?? on)}`,
    Effect: 'Allow',
    Action: action,
    Resource: resourcesOf(team, environment, on),
    ...(Condition && { Condition }),
  };
}

type Condition = NonNullable<PolicyStatement['Condition']>;

/**
 * What narrows every action on a place. The ARN of a scalable target does not name its endpoint: IAM can say no more than which
 * kind of thing is scaled
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html).
 */
const CONDITIONS: Readonly<Partial<Record<Place, Condition>>> = {
  'scalable target': {
    StringEquals: {
      'application-autoscaling:service-namespace': 'sagemaker',
      'application-autoscaling:scalable-dimension': 'sagemaker:variant:DesiredInstanceCount',
    },
  },
  'scaling role': { StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
};

/** Tags say whose a thing is: they are set when it is made, and not changed after. Those of a lasting endpoint are notes. */
const TAGGED_AT: Readonly<Partial<Record<Place, string>>> = {
  model: 'CreateModel',
  'endpoint config': 'CreateEndpointConfig',
  'temporary model': 'CreateModel',
  'temporary endpoint config': 'CreateEndpointConfig',
  'temporary endpoint': 'CreateEndpoint',
};

/** What narrows an action further than to its resources. */
function conditionOf(team: Team, environment: string, permission: Permission): Condition | undefined {
  const { action, on, writes, sets, of } = permission;
  if (action === 'kms:CreateGrant') return onlyForSageMaker(team);
  if (on === 'bucket of answers') return onlyKeys(foldersOf(team, endpointOf(team, environment), ANSWERS));
  if (on === 'model data') return onlyKeys([team.modelData ?? '']);
  if (action === 'iam:PassRole') return { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } };
  const creation = action === 'sagemaker:AddTags' ? TAGGED_AT[on] : undefined;
  if (creation !== undefined) return { StringEquals: { 'sagemaker:TaggingAction': creation } };
  if (action.startsWith('sagemaker:Delete') && isTemporary(on)) return madeIn(environment);
  if (action === 'sagemaker:AddTags' && on === 'endpoint' && of === 'autoscaling') return onlyTag(SCALING_NOTE);
  if (action !== 'sagemaker:UpdateModelPackage') return undefined;
  if (!writes) throw new Error(`${action} must say which registry entry it writes.`);
  return onlyKey(team, environment, { writes, sets });
}

/** A grant is a power over the key: only SageMaker gets one, for the disks that it encrypts. */
function onlyForSageMaker({ region }: Team): Condition {
  return {
    StringEquals: { 'kms:ViaService': `sagemaker.${region}.amazonaws.com` },
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  };
}

/** A bucket is listed for the keys alone that begin as these places do. */
function onlyKeys(places: readonly string[]): Condition {
  return { StringLike: { 's3:prefix': places.map((place) => `${place.slice(bucketOf(place).length + 1)}*`) } };
}

/** Only what was made for this environment: all have the same beginning of their names. */
function madeIn(environment: string): Condition {
  return { StringEquals: { 'aws:ResourceTag/sagemaker-components:environment': environment } };
}

interface EntryWrite extends Pick<Permission, 'sets'> {
  readonly writes: typeof BUILT | EntryKind;
}

/** The tag of an endpoint that notes its autoscaling. */
const SCALING_NOTE = `${OURS}autoscaling`;

/** The other tags of an endpoint say whose it is, and what is to serve there. */
function onlyTag(key: string): Condition {
  return { 'ForAllValues:StringEquals': { 'aws:TagKeys': key }, Null: { 'aws:TagKeys': 'false' } };
}
const METADATA = 'sagemaker:CustomerMetadataProperties';
const STATUS = 'sagemaker:ModelApprovalStatus';

/**
 * IAM has no "only this key": it is said by asking that the key is there and that every other registry entry is not. What is
 * written beside an entry may be there.
 */
function onlyKey(team: Team, environment: string, { writes, sets }: EntryWrite): Condition {
  const [own, ...beside] = keysOfKind(writes, environment);
  const status = environment === team.environments[0] ? sets : undefined;
  const absent = [
    ...entryKeysOf(team)
      .filter((key) => key !== own && !beside.includes(key))
      .map((key) => `${METADATA}/${key}`),
    `${METADATA}ToRemove`,
    'sagemaker:ModelLifeCycle:Stage',
    'sagemaker:ModelLifeCycle:StageStatus',
    ...(status ? [] : [STATUS]),
  ];
  return {
    ...(status && { StringEquals: { [STATUS]: status } }),
    Null: { [`${METADATA}/${own}`]: 'false', ...Object.fromEntries(absent.map((key) => [key, 'true'])) },
  };
}

/** The registry entries of a team: the keys that only the components write. */
function entryKeysOf({ environments }: Team): string[] {
  return [BUILT, ...environments.flatMap(keysOfEnvironment)];
}

/**
 * What the execution role needs to put containers into a VPC. EC2 asks for no resource of most of it, and the containers' network
 * interfaces have no name before they are made: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export const networkPolicy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Network',
      Effect: 'Allow',
      Action: [
        'ec2:CreateNetworkInterface',
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      Resource: '*',
    },
  ],
};

/**
 * What the role of the SageMaker Pipeline must not do, whatever else it may: its steps run what anybody can merge into the
 * first branch. IAM holds the keys of one condition to be "and": each key has a statement of its own, and is short, because a
 * policy has at most 6144 characters. Both actions have these keys
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html), and a creation concerns
 * the group, too.
 */
export function pipelineRoleDeny(team: Team): PolicyDocument {
  const group = (['package', 'group'] as const).flatMap((on) => resourcesOf(team, team.environments[0], on));
  const deny = (Resource: string | string[], Condition: Condition): PolicyStatement => ({
    Effect: 'Deny',
    // CreateModelPackage and UpdateModelPackage, in a word: thirty statements have to fit.
    Action: 'sagemaker:*teModelPackage',
    Resource,
    Condition,
  });
  return {
    Version: '2012-10-17',
    Statement: [
      ...entryKeysOf(team).map((key) => deny('*', { Null: { [`${METADATA}/${key}`]: 'false' } })),
      deny(group, { Null: { [`${METADATA}ToRemove`]: 'false' } }),
      deny(group, { StringNotEquals: { [STATUS]: 'PendingManualApproval' }, Null: { [STATUS]: 'false' } }),
    ],
  };
}

/**
 * What render-pipeline's role needs: the SageMaker SDK names a bucket of its own, and puts there what the steps of a
 * definition will read.
 */
export function renderPolicy({ region, account }: Team): PolicyDocument {
  const bucket = `arn:aws:s3:::sagemaker-${region}-${account}`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Bucket', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket },
      { Sid: 'Objects', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `${bucket}/*` },
    ],
  };
}

/**
 * The resource policy of a group in a registry account: what the roles of the other account may do there, if their own
 * policies allow it, too. SageMaker asks for CreateModel on a version of another account
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html). Only the account that trains registers.
 */
export function groupPolicy(team: Team, programs: readonly Program[], trains: boolean): PolicyDocument {
  const [first] = team.environments;
  const needed = programs.flatMap(({ permissions }) => permissions);
  const actionsOn = (on: 'group' | 'package') =>
    needed.filter((permission) => permission.on === on).map(({ action }) => action);
  const registers = trains ? ['sagemaker:CreateModelPackage'] : [];
  const statement = (Sid: string, actions: readonly string[], on: 'group' | 'package'): PolicyStatement => ({
    Sid,
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${team.account}:root` },
    Action: [...new Set(actions)].sort(),
    Resource: resourcesOf(team, first, on),
  });
  return {
    Version: '2012-10-17',
    Statement: [
      statement('Group', [...actionsOn('group'), ...registers], 'group'),
      statement('Package', [...actionsOn('package'), 'sagemaker:CreateModel', ...registers], 'package'),
    ],
  };
}

function resourcesOf(team: Team, environment: string, on: Place): string | string[] {
  const { region, account, registryAccount = account } = team;
  const sagemaker = (resource: string) => `arn:aws:sagemaker:${region}:${account}:${resource}`;
  const registry = (resource: string) => `arn:aws:sagemaker:${region}:${registryAccount}:${resource}`;
  const logs = (group: string) => `arn:aws:logs:${region}:${account}:log-group:/aws/sagemaker/${group}:*`;
  const alarm = (name: string) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  const endpoint = endpointOf(team, environment);
  const temporary = team.projectId === undefined ? TEMPORARY : temporaryPrefix(team.projectId);
  switch (on) {
    case 'anything':
    // CloudWatch knows no resource for what is measured.
    case 'metrics':
      return '*';
    case 'group':
      return spellings(team.group).map((group) => registry(`model-package-group/${group}`));
    case 'package':
      return spellings(team.group).map((group) => registry(`model-package/${group}/*`));
    case 'pipeline':
      return spellings(team.pipeline).map((pipeline) => sagemaker(`pipeline/${pipeline}`));
    case 'execution':
      return spellings(team.pipeline).map((pipeline) => sagemaker(`pipeline/${pipeline}/execution/*`));
    case 'any model':
      return sagemaker('model/*');
    case 'any endpoint config':
      return sagemaker('endpoint-config/*');
    case 'model':
      return sagemaker(`model/${namesOf(endpoint)}`);
    case 'endpoint config':
      return sagemaker(`endpoint-config/${namesOf(endpoint)}`);
    case 'any endpoint':
      return sagemaker('endpoint/*');
    case 'endpoint':
      return sagemaker(`endpoint/${endpoint}`);
    case 'temporary endpoint':
      return sagemaker(`endpoint/${temporary}*`);
    case 'temporary endpoint config':
      return sagemaker(`endpoint-config/${temporary}*`);
    case 'temporary model':
      return sagemaker(`model/${temporary}*`);
    case 'job logs':
      return ['ProcessingJobs', 'TrainingJobs', 'TransformJobs'].map(logs);
    case 'endpoint logs':
      return logs(`Endpoints/${endpoint}`);
    case 'alarms':
      return alarm('*');
    case 'release alarms':
      return alarm(`${alarmPrefix(endpoint)}*`);
    case 'training reports':
      return `arn:aws:s3:::${team.reports}*`;
    case 'labelled data':
      return `arn:aws:s3:::${team.labelledData}*`;
    case 'predictions':
      return `arn:aws:s3:::${team.predictions}${environment}/*`;
    case 'image':
      return `arn:aws:ecr:${region}:${account}:repository/${team.images}`;
    case 'model data':
      return `arn:aws:s3:::${bucketOf(team.modelData)}`;
    case 'pipeline role':
      return team.pipelineRole;
    case 'execution role':
      return team.executionRole;
    case 'scalable target':
      return `arn:aws:application-autoscaling:${region}:${account}:scalable-target/*`;
    case 'scaling alarms':
      return `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-endpoint/${endpoint}/variant/*`;
    case 'volume key':
      return team.volumeKey ?? [];
    case 'payloads in S3':
      return foldersOf(team, endpoint, ['input']).map((folder) => `arn:aws:s3:::${folder}*`);
    case 'answers in S3':
      return foldersOf(team, endpoint, ANSWERS).map((folder) => `arn:aws:s3:::${folder}*`);
    case 'bucket of answers':
      return `arn:aws:s3:::${bucketOf(team.asynchronous)}`;
    case 'scaling role':
      return `arn:aws:iam::${account}:role/${SCALING_ROLE}`;
  }
}

/** Where SageMaker puts what comes of a request to an asynchronous endpoint. */
const ANSWERS = ['output', 'failure'] as const;

/** The folders of an asynchronous endpoint, each with its bucket. */
function foldersOf({ asynchronous = '' }: Team, endpoint: string, names: readonly string[]): string[] {
  return names.map((name) => `${asynchronous}${endpoint}/${name}/`);
}

/** The bucket of a place in S3, `bucket/what keys begin with`. */
function bucketOf(place = ''): string {
  return place.slice(0, place.indexOf('/'));
}

/** The role that AWS makes in an account when its first endpoint is scaled. */
const SCALING_ROLE =
  'aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint';

/** The models and endpoint configs of an endpoint. A name that is too long loses the end of the endpoint's. */
function namesOf(endpoint: string): string {
  return endpoint.length > SURE_LENGTH ? `${endpoint.slice(0, SURE_LENGTH)}*` : `${endpoint}-*`;
}

/** SageMaker writes some names in lower case in ARNs, and has done so differently over time: a policy that lists one spelling may deny. */
function spellings(name: string): string[] {
  return [...new Set([name, name.toLowerCase()])];
}

function sid(words: string): string {
  return words.replace(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase());
}
