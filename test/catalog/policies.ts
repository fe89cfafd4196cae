import type { Permission } from '../../src/component.ts';
import { BUILT, type Mark, markKey } from '../../src/sagemaker/trail.ts';
import type { PolicyDocument, PolicyStatement, Role } from '../emulator/world.ts';

/** The names that a team's policies are made of. */
export interface Team {
  readonly region: string;
  readonly account: string;
  readonly gitlab: string;
  readonly project: string;
  /** The environments in order; a branch of the same name each. */
  readonly environments: readonly [string, ...string[]];
  readonly group: string;
  readonly pipeline: string;
  /** Begins the name of every endpoint; the environment ends it. */
  readonly endpoint: string;
  readonly pipelineRole: string;
  readonly executionRole: string;
}

interface Program {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** What is done in one environment by one kind of job: the smallest thing that a role can be made for. */
export interface Duty {
  /** `approve-uat`. */
  readonly name: string;
  readonly environment: string;
  readonly components: readonly string[];
  readonly policy: PolicyDocument;
}

/** Duty -> the components that do it. Whoever may approve may also reject. */
const DUTIES: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['deploy-pipeline'],
  check: ['check-model'],
  approve: ['approve-model', 'reject-model'],
  deploy: ['deploy-model'],
  validate: ['validate-endpoint'],
};

/** Each environment's duties; the SageMaker pipeline runs in the first one only. */
export function dutiesOf(team: Team, programs: readonly Program[]): Duty[] {
  return team.environments.flatMap((environment, index) =>
    Object.entries(DUTIES)
      .filter(([duty]) => index === 0 || duty !== 'pipeline')
      .map(([duty, components]) => {
        const permissions = programs.filter(({ name }) => components.includes(name)).flatMap((one) => one.permissions);
        const policy = { Version: '2012-10-17', Statement: statementsOf(team, environment, permissions) };
        return { name: `${duty}-${environment}`, environment, components, policy };
      })
      .filter(({ policy }) => policy.Statement.length > 0),
  );
}

/** The role that a duty's policy belongs to, as the trust policy opens it to jobs of the environment's branch. */
export function roleOf(team: Team, { name, environment, policy }: Duty): Role {
  const arn = `arn:aws:iam::${team.account}:role/${team.endpoint}-${name}`;
  return { arn, audience: team.gitlab, subject: subjectOf(team, environment), policies: [policy] };
}

/** Lets jobs on the environment's branch, and no others, assume a role. */
export function trustPolicyOf(team: Team, environment: string) {
  const host = new URL(team.gitlab).host;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${team.account}:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${host}:aud`]: team.gitlab, [`${host}:sub`]: subjectOf(team, environment) } },
      },
    ],
  };
}

function subjectOf({ project }: Team, environment: string): string {
  return `project_path:${project}:ref_type:branch:ref:${environment}`;
}

function statementsOf(team: Team, environment: string, permissions: readonly Permission[]): PolicyStatement[] {
  const special = permissions.filter(({ action }) => SPECIAL.has(action));
  const plain = permissions.filter(({ action }) => !SPECIAL.has(action)).flatMap(spread);
  const places = [...new Set(plain.map(({ on }) => on))];
  return [
    ...places.map((on) => ({
      Sid: sid(on),
      Effect: 'Allow' as const,
      Action: [...new Set(plain.filter((one) => one.on === on).map(({ action }) => action))].sort(),
      Resource: resourcesOf(team, environment, on),
    })),
    ...special.map((permission) => conditional(team, environment, permission)),
  ];
}

const SPECIAL = new Set(['iam:PassRole', 'sagemaker:UpdateModelPackage']);
const ON_ENDPOINT_AND_CONFIG = new Set(['sagemaker:CreateEndpoint', 'sagemaker:UpdateEndpoint']);

/** AWS asks for these two on the endpoint and on the config that it shall serve. */
function spread(permission: Permission): Permission[] {
  if (permission.on !== 'endpoint' || !ON_ENDPOINT_AND_CONFIG.has(permission.action)) return [permission];
  return [permission, { ...permission, on: 'endpoint config' }];
}

function conditional(team: Team, environment: string, { action, on, writes }: Permission): PolicyStatement {
  const Resource = resourcesOf(team, environment, on);
  if (action === 'iam:PassRole') {
    const Condition = { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } };
    return { Sid: `Pass${sid(on)}`, Effect: 'Allow', Action: action, Resource, Condition };
  }
  if (!writes) throw new Error(`${action} must say which key of the trail it writes.`);
  return {
    Sid: `Write${sid(writes)}`,
    Effect: 'Allow',
    Action: action,
    Resource,
    Condition: onlyKey(team, environment, writes),
  };
}

const MARKS: readonly Mark[] = ['approved', 'proved', 'withdrawn'];
const METADATA = 'sagemaker:CustomerMetadataProperties';
const STATUS = 'sagemaker:ModelApprovalStatus';

/** IAM has no "only this key": it is said by asking that the key is there and that every other key of the trail is not. */
function onlyKey(
  team: Team,
  environment: string,
  writes: typeof BUILT | Mark,
): NonNullable<PolicyStatement['Condition']> {
  const own = writes === BUILT ? BUILT : markKey(writes, environment);
  const trail = [BUILT, ...team.environments.flatMap((each) => MARKS.map((mark) => markKey(mark, each)))];
  const status = environment === team.environments[0] ? STATUSES[writes] : undefined;
  const absent = [
    ...trail.filter((key) => key !== own).map((key) => `${METADATA}/${key}`),
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

/** The status that the first environment's verdict writes with its key. Nobody else may write any. */
const STATUSES: Readonly<Partial<Record<typeof BUILT | Mark, string>>> = {
  approved: 'Approved',
  withdrawn: 'Rejected',
};

function resourcesOf(team: Team, environment: string, on: Permission['on']): string | string[] {
  const { region, account } = team;
  const sagemaker = (resource: string) => `arn:aws:sagemaker:${region}:${account}:${resource}`;
  const logs = (group: string) => `arn:aws:logs:${region}:${account}:log-group:/aws/sagemaker/${group}:*`;
  const endpoint = `${team.endpoint}-${environment}`;
  switch (on) {
    case 'anything':
      return '*';
    case 'group':
      return spellings(team.group).map((group) => sagemaker(`model-package-group/${group}`));
    case 'package':
      return spellings(team.group).map((group) => sagemaker(`model-package/${group}/*`));
    case 'pipeline':
      return spellings(team.pipeline).map((pipeline) => sagemaker(`pipeline/${pipeline}`));
    case 'execution':
      return spellings(team.pipeline).map((pipeline) => sagemaker(`pipeline/${pipeline}/execution/*`));
    case 'model':
      return sagemaker(`model/${endpoint}-*`);
    case 'endpoint config':
      return sagemaker(`endpoint-config/${endpoint}-*`);
    case 'endpoint':
      return sagemaker(`endpoint/${endpoint}`);
    case 'job logs':
      return ['ProcessingJobs', 'TrainingJobs', 'TransformJobs'].map(logs);
    case 'endpoint logs':
      return logs(`Endpoints/${endpoint}`);
    case 'pipeline role':
      return team.pipelineRole;
    case 'execution role':
      return team.executionRole;
  }
}

/** SageMaker writes some names in lower case in ARNs, and has done so differently over time: a policy that lists one spelling may deny. */
function spellings(name: string): string[] {
  return [...new Set([name, name.toLowerCase()])];
}

function sid(words: string): string {
  return words.replace(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase());
}

/** The team of the example project. */
export const resalePrice: Team = {
  region: 'ap-southeast-1',
  account: '111122223333',
  gitlab: 'https://sgts.gitlab-dedicated.com',
  project: 'wog/mlops/resale-price',
  environments: ['dev', 'uat', 'main'],
  group: 'ResalePriceModelGroup',
  pipeline: 'resale-price',
  endpoint: 'resale-price',
  pipelineRole: 'arn:aws:iam::111122223333:role/resale-price-training',
  executionRole: 'arn:aws:iam::111122223333:role/resale-price-execution',
};
