import type { PolicyDocument } from '../../emulator/world.ts';
import type { Permission } from '../../src/program/component.ts';
import { BUILT } from '../../src/registry/entries.ts';
import { table } from './markdown.ts';
import { type Duty, roleOf, type Team, trustPolicyOf } from './policies.ts';

interface Program {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** docs/permissions.md: who may do what, generated so that it cannot be older than the programs. */
export function permissionsPage(team: Team, programs: readonly Program[], duties: readonly Duty[]): string {
  return `${[
    '<!-- Generated from the permissions that the components declare. `npm run docs` writes it anew; do not edit it. -->',
    '# What the AWS roles need',
    introduction(team),
    dutyTable(team, duties),
    ENFORCEMENT,
    '## Actions of each component',
    ...programs.map(actionTable),
    '## Trust policies',
    trustIntroduction(team),
    ...team.environments.map((environment) => section(`The branch ${environment}`, trustPolicyOf(team, environment))),
    '## Policies',
    POLICIES,
    ...duties.map(({ name, policy }) => section(name, policy)),
  ].join('\n\n')}\n`;
}

/** The README's summary: the duties of the first environment, which has them all, and whom their roles trust. */
export function permissionsSummary(team: Team, duties: readonly Duty[]): string {
  const [first] = team.environments;
  const rows = duties
    .filter(({ environment }) => environment === first)
    .map(({ name, components, policy }) => [
      `\`${name}\``,
      components.join(', '),
      [...new Set(policy.Statement.flatMap(({ Action }) => Action))].map(short).sort().join(', '),
      keysWritten(policy) || '-',
    ]);
  return [
    `What each duty needs in \`${first}\`; the other environments have the same, but for the pipeline. Actions are SageMaker's
where no other service is named.`,
    table(['duty', 'components', 'actions', 'writes on the model package'], rows),
    `Every role trusts the jobs on one branch, and nobody else. Those of \`${first}\`:`,
    json(trustPolicyOf(team, first)),
  ].join('\n\n');
}

function introduction({ account, region, group, pipeline, endpoint, project, gitlab }: Team): string {
  return `Every job assumes an IAM role with its GitLab token. The smallest roles are one per **duty**: what one component does in one
environment. The policies below are those of an example; put your own names in place of these:

| what | in the example |
| --- | --- |
| account and region | \`${account}\`, \`${region}\` |
| GitLab and project | \`${gitlab}\`, \`${project}\` |
| model package group | \`${group}\` |
| SageMaker pipeline | \`${pipeline}\` |
| endpoints | \`${endpoint}-<environment>\`; the names of models and endpoint configs begin with it, or with \`name_prefix\` |

SageMaker writes the names of groups and pipelines in lower case in some ARNs, so policies list both spellings. Choose lower
case for endpoints. Where the registry is another account's, write that account in the ARNs of the group and its versions,
and let the group's resource policy allow the same. An endpoint may serve a config and a model that somebody else made and
named, and a job must see them to say so: describing those is not narrowed to your names, making them is.
Names end within SageMaker's 63 characters: of an endpoint's name or \`name_prefix\` of more than 40, write the first 40.

A role reaches its job through the CI/CD variable \`AWS_ROLE_ARN\`, scoped to a GitLab environment. approve-model runs in an
environment of its own, \`<environment>/approval\`, so that the approver's role can differ from the one that deploys: scope one
variable to \`uat/approval\` and one to \`uat*\`. Check, deploy and validate share an environment: give their one role the three
policies, or name a role for each in the component's input \`role_arn\`.`;
}

function dutyTable(team: Team, duties: readonly Duty[]): string {
  const rows = duties.map((duty) => {
    const role = roleOf(team, duty).arn.replace(/^.*\//, '');
    const writes = new Set(
      duty.policy.Statement.flatMap(({ Action }) => Action).filter((action) => !READS.test(action)),
    );
    writes.delete('sagemaker:UpdateModelPackage');
    const changes = [...writes].map(short).join(', ');
    return [`\`${duty.name}\``, `\`${role}\``, changes || '-', keysWritten(duty.policy) || '-'];
  });
  return table(['duty', 'role in the example', 'changes in AWS', 'writes on the model package'], rows);
}

const READS = /^(logs:|sagemaker:(Describe|List|BatchDescribe|Invoke))/;

/** The registry entries that a policy lets its role write. */
function keysWritten({ Statement }: PolicyDocument): string {
  const asked = Statement.flatMap(({ Condition }) => Object.entries(Condition?.Null ?? {}));
  const present = asked.filter(([, absent]) => absent === 'false').map(([key]) => key.replace(/^[^/]*\//, ''));
  return present.map((key) => `\`${key}\``).join(', ');
}

function short(action: string): string {
  return action.replace(/^sagemaker:/, '');
}

const POLICIES = `One for each duty. Attach several to one role where one role does several duties. What the tables above say is needed
only sometimes can be left out where that never comes: \`DeleteEndpoint\`, say, where \`recreate_failed\` stays false.`;

const ENFORCEMENT = `## Who enforces what

**AWS** enforces that only jobs of this project on this branch assume the role; that each duty writes its own key of the
entry on the model package and no other one, and removes none; that only the first environment's approver sets the
approval status, to Approved or Rejected; that jobs change only the pipeline, endpoint, models and configs named here, and
pass only the named role.

**GitLab** enforces who merges to a branch, who presses the button of approve-model (protect \`<environment>/approval\` for
the approvers), and which job is given which role's variable. The token's claims, which no CI/CD variable can change, are
GitLab's word on who, which commit and which pipeline.

**The components** enforce the order: a version is taken only when the environment before validated it, deployed only when
this environment's approver approved exactly that version in this pipeline, and its content is still what was approved.
They read back what they wrote, and refuse records that were made while a safety input was open.

**Nobody can see** whether a well-formed record was written by a component, or by something else with a role that may write
it. AWS knows a job by its project and branch only, so any job on a branch can assume any role that trusts the branch:
whoever may merge there could write a pipeline that names the approver's role. IAM cannot forbid metadata keys that it is
not told, nor the description or the inference specification in the same UpdateModelPackage: the content hash in every
record is how a changed model is noticed afterwards. Administrators of the account can do everything; CloudTrail names them.`;

function actionTable({ name, permissions }: Program): string {
  const rows = permissions.map(({ action, on, when, writes }) => {
    const key = writes && `writes \`${writes === BUILT ? writes : `${writes}.<environment>`}\``;
    return [`\`${action}\``, on, [key, when].filter(Boolean).join('; ') || 'always'];
  });
  return `### ${name}\n\n${table(['action', 'on', 'when'], rows)}`;
}

function trustIntroduction({ gitlab }: Team): string {
  return `First an IAM OIDC provider for \`${gitlab}\`, with the same text as its client ID. Then every role of an environment
trusts that environment's branch. \`StringEquals\` does not expand \`*\`. Never leave out the subject: all projects of the
GitLab instance share the issuer. Protect the branch, for the subject does not say whether it is.`;
}

function section(title: string, document: unknown): string {
  return `### ${title}\n\n${json(document)}`;
}

function json(document: unknown): string {
  return `\`\`\`json\n${JSON.stringify(document, undefined, 2)}\n\`\`\``;
}
