import type { PolicyDocument } from '../../emulator/world.ts';
import type { Permission } from '../../src/program/component.ts';
import { BUILT } from '../../src/registry/entries.ts';
import { table } from './markdown.ts';
import { type Duty, pipelineRoleDeny, renderPolicy, roleOf, type Team, trustPolicyOf } from './policies.ts';

interface Program {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** docs/permissions.md: who may do what, generated so that it cannot be older than the programs. */
export function permissionsPage(team: Team, programs: readonly Program[], duties: readonly Duty[]): string {
  return `${[
    '<!-- Generated from the permissions that the components declare. Do not edit this page; `npm run docs` renders it. -->',
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
    PIPELINE_ROLE,
    json(pipelineRoleDeny(team)),
    RENDER_ROLE,
    json(renderPolicy(team)),
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
    `What each duty needs in \`${first}\`. The other environments need the same, except for the pipeline. Actions without a service
name are SageMaker actions.`,
    table(['duty', 'components', 'actions', 'registry entries it writes'], rows),
    `Each role trusts only the jobs on one branch. The roles of \`${first}\` have this trust policy:`,
    json(trustPolicyOf(team, first)),
  ].join('\n\n');
}

function introduction({ account, region, group, pipeline, endpoint, project, gitlab }: Team): string {
  return `Every job assumes an IAM role with its GitLab token. The smallest unit of access is a **duty**: what one component does in one
environment. Each duty has one policy. The policies below are an example. Replace these names with your own:

| what | in the example |
| --- | --- |
| account | \`${account}\` |
| region | \`${region}\` |
| GitLab | \`${gitlab}\` |
| project | \`${project}\` |
| model package group | \`${group}\` |
| SageMaker pipeline | \`${pipeline}\` |
| endpoints | \`${endpoint}-<environment>\` |
| models and endpoint configs | names that begin with the endpoint's name, or with \`name_prefix\` |

When you replace the names:

- Use lower case for endpoint names.
- SageMaker writes the names of groups and pipelines in lower case in some ARNs. List both spellings, as the policies below do.
- If the registry is in another account, write that account in the ARNs of the group and its versions. The resource policy of
  the group must allow the same actions.
- SageMaker limits names to 63 characters. If an endpoint name or \`name_prefix\` is longer than 40 characters, write only the
  first 40.

The policy lets jobs describe any config or model, but create only those with your prefix. An endpoint can serve a config and a
model that somebody else created, and a job must read them to report this.

Set the role of a job in the CI/CD variable \`AWS_ROLE_ARN\`, scoped to a GitLab environment:

- approve-model and reject-model run in their own environment, such as \`uat/approval\`. Scope one variable to \`uat/approval\`.
  The approver's role can then differ from the role that deploys.
- The other jobs run in \`uat\`. Scope one variable to \`uat*\`, and attach the policies of all these jobs to its role. Or set
  a role for each component in its input \`role_arn\`.`;
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
  return table(['duty', 'role in the example', 'changes in AWS', 'registry entries it writes'], rows);
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

const POLICIES = `There is one policy for each duty. If one role has several duties, attach several policies to it. You can omit conditional
permissions if the condition never applies to you. For example, omit \`DeleteEndpoint\` if \`recreate_failed\` is always false.`;

const PIPELINE_ROLE = `## The role of the SageMaker Pipeline

deploy-pipeline passes this role to SageMaker (\`pipeline_role_arn\`), and the steps of your pipeline run with it. What it must be
allowed is your training's own: data, images, jobs, and \`sagemaker:CreateModelPackage\`. Whoever can merge to the first
branch decides what these steps do. A step could register a version that is Approved already, with registry entries that look
like approvals and validations. **Attach the following Deny to this role.** Then a version always comes as
\`PendingManualApproval\` and without entries, and no step can write or remove them later. Nothing else closes this: deploy-pipeline
refuses a version that comes with entries, but it cannot see one that a step registers or changes behind its back.

Give the same Deny to every other role of the account that may register or update versions of the group, but not to those of
the components.`;

const RENDER_ROLE = `## The role of render-pipeline

A script that needs no AWS needs no role: render its definition in a job of your own. A script with the SageMaker SDK reads the
account of its role, and puts code and data of the steps in the bucket \`sagemaker-<region>-<account>\`. It needs the following
policy. If the script uses another bucket, write that one. The SDK creates its bucket if it does
not exist: create the bucket yourself, so that the role does not need \`s3:CreateBucket\`. The role trusts the branch of its
environment, as in the trust policies above. Give it no SageMaker permissions: your script runs with it, and everybody who can
merge to the branch can change the script.`;

const ENFORCEMENT = `## Who enforces what

**AWS** enforces:

- Only jobs of this project on this branch can assume the role.
- Each duty writes only its own registry entry on the model package, and removes none.
- Only the approver of the first environment sets the approval status, to Approved or Rejected.
- Jobs change only the pipeline, endpoint, models and configs that are named here.
- Jobs pass only the role that is named here.

**GitLab** enforces:

- Who can merge to a branch.
- Who can start approve-model. To restrict this, protect \`<environment>/approval\` and add the approvers.
- Which job gets the variable of which role.
- The claims of the token: who, which commit and which pipeline. No CI/CD variable can change them.

**The components** enforce:

- A job takes a version only if every environment before validated it.
- A job deploys a version only if the approver of this environment approved exactly that version in this pipeline, and the
  content is still the same.
- A job reads back what it wrote.
- A job refuses a registry entry that is older than its version, or dated in the future.
- deploy-pipeline refuses a version that its training registered with registry entries.
- A job refuses a registry entry with \`open=...\`. It was written while \`require_validation\`, \`require_approval\` or
  \`require_protected\` was \`false\`, or \`take_over_endpoint\` was \`true\`.

**Nobody** enforces:

- That only a component writes a registry entry. AWS knows a job only by its project and branch, so any job on a branch can
  assume any role that trusts the branch. A person who may merge there can write a pipeline that uses the approver's role.
  Nobody can see the difference if the entry is well-formed. For the steps of your training, the Deny below does enforce it.
- That a job writes only what it must in \`UpdateModelPackage\`. IAM cannot forbid metadata keys that the policy does not name.
  IAM also cannot forbid a change of the description or the inference specification in the same call. The content hash in each
  registry entry shows later that a model was changed.
- What administrators of the account do. CloudTrail shows who did it.`;

function actionTable({ name, permissions }: Program): string {
  const rows = permissions.map(({ action, on, when, writes }) => {
    const key = writes && `writes \`${writes === BUILT ? writes : `${writes}.<environment>`}\``;
    return [`\`${action}\``, on, [key, when].filter(Boolean).join('; ') || 'always'];
  });
  return `### ${name}\n\n${table(['action', 'on', 'when'], rows)}`;
}

function trustIntroduction({ gitlab }: Team): string {
  return `Before you create the roles, [create an IAM OIDC provider](setup.md) for \`${gitlab}\`, with the same text as
its client ID. Each role trusts the branch of its environment:

- Never omit the subject (\`sub\`). All projects of the GitLab instance share the issuer.
- Write the whole subject. \`StringEquals\` does not expand \`*\`.
- Protect the branch. The subject does not say whether the branch is protected.`;
}

function section(title: string, document: unknown): string {
  return `### ${title}\n\n${json(document)}`;
}

function json(document: unknown): string {
  return `\`\`\`json\n${JSON.stringify(document, undefined, 2)}\n\`\`\``;
}
