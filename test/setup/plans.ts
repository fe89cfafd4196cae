import type { PolicyDocument, Role } from '../../emulator/world.ts';
import type { Template } from '../../setup/aws/template.ts';
import { refOf, type Team } from '../../setup/policies/team.ts';
import type { SetupPlan } from '../../setup/setup-plan.ts';

/** The setup.yml of a team that has all its environments in one account. */
export function planOf(team: Team, roles: SetupPlan['roles'] = 'two'): SetupPlan {
  const { account, region, gitlab, project, endpoint } = team;
  return {
    ...{
      gitlab,
      project,
      roles,
      oidc_provider: 'create',
      model_package_groups: 'create',
      sagemaker_roles: team.modelData === undefined ? 'existing' : 'create',
    },
    registryAccount: team.registryAccount ?? account,
    environments: team.environments.map((name) => ({
      ...{ name, account, region, ref: refOf(team, name), tier: 'other', approvals: 0 },
    })),
    models: [
      {
        ...{ name: endpoint, endpoint, group: team.group, pipeline: team.pipeline, suffix: '' },
        pipeline_role: nameIn(team.pipelineRole),
        execution_role: nameIn(team.executionRole),
        autoscaling: team.autoscaling ?? false,
        vpc: team.vpc ?? false,
        ...(team.reports !== undefined && { reports: team.reports }),
        ...(team.labelledData !== undefined && { labelled_data: team.labelledData }),
        ...(team.predictions !== undefined && { predictions: team.predictions }),
        ...(team.images !== undefined && { images: team.images }),
        ...(team.modelData !== undefined && { model_data: team.modelData }),
        ...(team.volumeKey !== undefined && { volume_key: team.volumeKey }),
        ...(team.asynchronous !== undefined && { asynchronous: team.asynchronous }),
      },
    ],
  };
}

/** The name in the ARN of a role, with its path. */
function nameIn(arn: string): string {
  return arn.slice(arn.indexOf(':role/') + ':role/'.length);
}

interface RoleProperties {
  readonly RoleName: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument: {
    readonly Statement: readonly { readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>> }[];
  };
  readonly ManagedPolicyArns: readonly { readonly Ref: string }[];
}

/** The resources of a type in a template, by their ids. */
export function ofType<Properties>(template: Template, type: string): Readonly<Record<string, Properties>> {
  const found = Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  return Object.fromEntries(found.map(([id, { Properties }]) => [id, Properties as Properties]));
}

/** The roles that CloudFormation makes of a template, as they stand in the account then. */
export function rolesOfTemplate(template: Template, account: string): Role[] {
  const policies = ofType<{ PolicyDocument: PolicyDocument }>(template, 'AWS::IAM::ManagedPolicy');
  return Object.values(ofType<RoleProperties>(template, 'AWS::IAM::Role')).map((role) => {
    const asked = role.AssumeRolePolicyDocument.Statement.flatMap(({ Condition = {} }) =>
      Object.values(Condition).flatMap((keys) => Object.entries(keys)),
    );
    const asks = (end: string) => asked.find(([key]) => key.endsWith(end))?.[1] ?? 'none';
    return {
      arn: `arn:aws:iam::${account}:role${role.Path ?? '/'}${role.RoleName}`,
      audience: asks(':aud'),
      subject: asks(':sub'),
      policies: role.ManagedPolicyArns.flatMap(({ Ref }) => policies[Ref]?.PolicyDocument ?? []),
    };
  });
}
