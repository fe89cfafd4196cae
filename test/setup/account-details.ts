import { parse } from 'yaml';
import type { Template } from '../../setup/aws/template.ts';
import { ofType } from './plans.ts';

interface Document {
  Version: string;
  Statement: object[];
}

/** What `aws iam get-account-authorization-details` prints. */
export interface AccountDetails {
  RoleDetailList: {
    RoleName: string;
    Path: string;
    Arn: string;
    AssumeRolePolicyDocument: Document;
    AttachedManagedPolicies: { PolicyName: string; PolicyArn: string }[];
    RolePolicyList: { PolicyName: string; PolicyDocument: Document }[];
    PermissionsBoundary?: { PermissionsBoundaryArn: string; PermissionsBoundaryType: string };
  }[];
  Policies: {
    PolicyName: string;
    Arn: string;
    PolicyVersionList: { VersionId: string; IsDefaultVersion: boolean; Document: Document }[];
  }[];
}

/** What it prints of an account where a template was deployed, and nothing else was done. */
export function detailsOf(text: string, account: string): AccountDetails {
  const template = parse(text) as Template;
  const policies = ofType<{ ManagedPolicyName: string; PolicyDocument: Document }>(template, 'AWS::IAM::ManagedPolicy');
  const arn = (name: string) => `arn:aws:iam::${account}:policy/${name}`;
  const roles = ofType<{
    RoleName: string;
    Path?: string;
    AssumeRolePolicyDocument: Document;
    ManagedPolicyArns: { Ref: string }[];
  }>(template, 'AWS::IAM::Role');
  return {
    RoleDetailList: Object.values(roles).map(
      ({ RoleName, Path = '/', AssumeRolePolicyDocument, ManagedPolicyArns }) => ({
        ...{ RoleName, Path, Arn: `arn:aws:iam::${account}:role${Path}${RoleName}`, AssumeRolePolicyDocument },
        AttachedManagedPolicies: ManagedPolicyArns.map(({ Ref }) => {
          const name = policies[Ref]?.ManagedPolicyName ?? '';
          return { PolicyName: name, PolicyArn: arn(name) };
        }),
        RolePolicyList: [],
      }),
    ),
    Policies: Object.values(policies).map(({ ManagedPolicyName, PolicyDocument }) => ({
      PolicyName: ManagedPolicyName,
      Arn: arn(ManagedPolicyName),
      PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: PolicyDocument }],
    })),
  };
}
