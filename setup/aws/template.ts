import { Document } from 'yaml';
import { type AccountPlan, nameOf, type StackGroup, type StackRole, unattachedPolicies } from './account.ts';

interface Resource {
  readonly Type: string;
  readonly DependsOn?: string;
  readonly DeletionPolicy?: 'Retain';
  readonly UpdateReplacePolicy?: 'Retain';
  readonly Properties: object;
}

/** A template of CloudFormation. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** What outlives the stack: it holds data, or others use it. */
const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;

const PROVIDER = 'OidcProvider';

/** The resources of an account, each with the name that makes it: two of one name are two entries. */
export function resourcesOf(plan: AccountPlan): readonly (readonly [string, Resource])[] {
  const { provider, roles, groups } = plan;
  return [
    ...(provider === undefined ? [] : [providerOf(provider)]),
    ...groups.filter(({ exists }) => !exists).map(groupOf),
    ...roles.flatMap((role) => [...policiesOf(role.policies), roleOf(role, provider !== undefined)]),
    ...policiesOf(unattachedPolicies(plan)),
  ];
}

/** The template of an account. */
export function templateOf(plan: AccountPlan): Template {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `What the SageMaker components of ${plan.project} need in account ${plan.account}`,
    Resources: Object.fromEntries(resourcesOf(plan)),
  };
}

/** As YAML that CloudFormation reads: by the rules of YAML 1.1, by which a date or "yes" is no text. */
export function yamlOf(template: Template, account: string): string {
  const document = new Document(template, { version: '1.1', aliasDuplicateObjects: false });
  document.commentBefore = ` Written by: npm run -s setup -- aws --account ${account}\n Change setup.yml, not this file.`;
  return document.toString({ lineWidth: 0, directives: false, indentSeq: false });
}

function providerOf(url: string): readonly [string, Resource] {
  return [PROVIDER, { Type: 'AWS::IAM::OIDCProvider', ...KEPT, Properties: { Url: url, ClientIdList: [url] } }];
}

function groupOf({ name, policy }: StackGroup): readonly [string, Resource] {
  return [
    idOf('Group', name),
    {
      Type: 'AWS::SageMaker::ModelPackageGroup',
      ...KEPT,
      Properties: { ModelPackageGroupName: name, ...(policy && { ModelPackageGroupPolicy: policy }) },
    },
  ];
}

function policiesOf(policies: StackRole['policies']): readonly (readonly [string, Resource])[] {
  // A policy with a name has no Description: AWS can only replace one, and two cannot have one name.
  return Object.entries(policies).map(([name, PolicyDocument]) => [
    idOf('Policy', name),
    { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: name, PolicyDocument } },
  ]);
}

function roleOf(
  { name, description, trust, policies }: StackRole,
  afterProvider: boolean,
): readonly [string, Resource] {
  const path = name.slice(0, -nameOf(name).length);
  return [
    idOf('Role', nameOf(name)),
    {
      Type: 'AWS::IAM::Role',
      ...(afterProvider && { DependsOn: PROVIDER }),
      Properties: {
        RoleName: nameOf(name),
        ...(path !== '' && { Path: `/${path}` }),
        Description: description,
        AssumeRolePolicyDocument: trust,
        ManagedPolicyArns: Object.keys(policies).map((policy) => ({ Ref: idOf('Policy', policy) })),
      },
    },
  ];
}

/** The name of a resource in the template: letters and digits only. */
function idOf(kind: string, name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return kind + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
