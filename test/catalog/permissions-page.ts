import type { PolicyDocument } from '../../emulator/world.ts';
import { type Duty, pipelineRoleDeny, renderPolicy } from '../../setup/policies/policies.ts';
import type { Team } from '../../setup/policies/team.ts';
import { trustOf, trustPolicyOf } from '../../setup/policies/trust.ts';
import type { Permission } from '../../src/program/component.ts';
import { BUILT } from '../../src/registry/entry-keys.ts';
import { compactJson } from './compact-json.ts';
import { contents, table } from './markdown.ts';
import { roleOf } from './policies.ts';
import { keysOfSetupFile } from './setup-file-page.ts';

interface Program {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** docs/permissions.md: who may do what, generated so that it cannot be older than the programs. */
export function permissionsPage(team: Team, programs: readonly Program[], duties: readonly Duty[]): string {
  const [first] = team.environments;
  const parts = [
    policiesForYourProject(team),
    '## Duties',
    dutyTable(team, duties),
    ENFORCEMENT,
    '## Actions of each component',
    ...programs.map(actionTable),
    '## Trust policies',
    trustIntroduction(team),
    section(`The branch ${first}`, trustPolicyOf(team, first)),
    section('Tags', trustPolicyOf(withTags(team), first)),
    PLAN_TRUST,
    ...duties
      .filter(({ gitlabEnvironment }) => gitlabEnvironment === undefined)
      .slice(0, 1)
      .map(({ ref, environment }) => section(`The plan of ${environment}`, trustOf(team, ref))),
    '## Policies',
    policiesOf(team),
    ...duties
      .filter(({ environment, gitlabEnvironment }) => environment === first && gitlabEnvironment !== undefined)
      .map(({ name, policy }) => section(name, policy)),
    PIPELINE_ROLE,
    json(pipelineRoleDeny(team)),
    RENDER_ROLE,
    json(renderPolicy(team)),
  ].join('\n\n');
  const headings = [...parts.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
  return `${[
    '<!-- Generated from the permissions that the components declare. Do not edit this page; `npm run docs` renders it. -->',
    '# What the AWS roles need',
    introduction(),
    contents(headings),
    parts,
  ].join('\n\n')}\n`;
}

function introduction(): string {
  return `Every job assumes an IAM role with its GitLab token. The smallest unit of access is a **duty**: what one component does in one
environment. Each duty has one policy. This page shows the policies of \`dev\` in an example, folded.
[A command](#policies-for-your-own-project) makes those of your own project, for all its environments.

The policy lets jobs describe any config or model, but create only those with your prefix. An endpoint can serve a config and a
model that somebody else created, and a job must read them to report this.

Set the role of a job in the CI/CD variable \`AWS_ROLE_ARN\`, scoped to a GitLab environment:

- approve-model and reject-model run in their own environment, such as \`uat/approval\`. Scope one variable to \`uat/approval\`.
  The approver's role can then differ from the role that deploys.
- plan-deployment runs in no environment, before a merge. Write its role into the include
  ([The plan of a merge](merge-requests.md#the-plan-of-a-merge)).
- The other jobs run in \`uat\`, and rollback-endpoint in \`uat/rollback\`. Scope one variable to \`uat*\`, and attach the policies of all these jobs to its role. Or set
  a role for each component in its input \`role_arn\`.`;
}

/** A row for the duties that differ in nothing but their environment. */
function dutyTable(team: Team, duties: readonly Duty[]): string {
  const rows = duties.map((duty) => {
    const role = roleOf(team, duty).arn.replace(/^.*\//, '');
    const alike = [`\`${role}\``, changesIn(duty.policy) || '-', keysWritten(duty.policy) || '-'].map((cell) =>
      cell.replaceAll(new RegExp(`\\b${duty.environment}\\b`, 'g'), '<environment>'),
    );
    return { name: `\`${duty.name}\``, alike };
  });
  const groups = Map.groupBy(rows, ({ alike }) => alike.join());
  return table(
    ['duty', 'role in the example', 'changes in AWS', 'registry entries it writes'],
    [...groups.values()].map((group) => [group.map(({ name }) => name).join('<br>'), ...(group[0]?.alike ?? [])]),
  );
}

/** What a policy lets its role change, beside registry entries. */
function changesIn({ Statement }: PolicyDocument): string {
  const writes = new Set(Statement.flatMap(({ Action }) => Action).filter((action) => !READS.test(action)));
  writes.delete('sagemaker:UpdateModelPackage');
  return [...writes].map(short).join(', ');
}

const READS =
  /^(logs:|ecr:BatchGetImage$|s3:(GetObject|ListBucket)$|[a-z-]+:Describe|sagemaker:(List|BatchDescribe|Invoke))/;

/** The registry entries that a policy lets its role write. */
function keysWritten({ Statement }: PolicyDocument): string {
  const asked = Statement.flatMap(({ Condition }) => Object.entries(Condition?.Null ?? {}));
  const present = asked.flatMap(([key, absent]) =>
    absent === 'false' ? (/^sagemaker:[^/]*\/(.*)$/.exec(key)?.[1] ?? []) : [],
  );
  return present.map((key) => `\`${key}\``).join(', ');
}

function short(action: string): string {
  return action.replace(/^sagemaker:/, '');
}

/** The example with tags for its first environment, to show a trust policy by pattern. */
function withTags(team: Team): Team {
  return { ...team, refs: { [team.environments[0]]: { type: 'tag', name: 'v*' } } };
}

function policiesForYourProject(team: Team): string {
  return `## Policies for your own project

\`setup.yml\` says what your project has. That of the [example](../examples/resale-price/setup.yml) has nearly every key, and
\`npm run -s setup -- init\` asks the few questions and writes yours. In a clone of these components, run \`npm ci\`, then this. It prints
the CloudFormation template of one account: its roles, each with these policies, and what else the account needs. Beside it, it says
how to deploy the template.

\`\`\`sh
npm run -s setup -- aws --account ${team.account} --file setup.yml > stack.yml
\`\`\`

Where nobody may use CloudFormation, this writes the same policies as files into the folder \`policies\`: \`trust-<environment>.json\` for each
environment, \`trust-plan-<environment>.json\` for its plan, \`<duty>-<environment>.json\` for each duty, and \`deny-registry-entries.json\`.
It prints which role gets which. With several accounts or models, each has a folder.

\`\`\`sh
npm run -s setup -- policies --file setup.yml --out policies
\`\`\`

Neither command calls AWS or GitLab. Both refuse names that AWS would not take, and say which.

With \`roles: one\`, one role of each environment does everything. AWS then no longer separates the approval from the deployment: every job
on the branch of an environment may write every registry entry of a version, and set its approval status. Only the components check then
who approved. Merge requests have no plan, because its role trusts other branches.

With \`sagemaker_roles: create\`, the execution role reads the model data, the image and the objects of asynchronous endpoints. The role of
the SageMaker Pipeline uses the buckets of \`model_data\`, \`reports\` and \`labelled_data\` and that of the SageMaker SDK, and starts processing,
training and transform jobs. If your steps need more, attach a policy of your own to it.

<details>
<summary>Show the keys of setup.yml</summary>

${keysOfSetupFile()}

</details>

SageMaker writes the names of groups and pipelines in lower case in some ARNs, so the policies list both spellings. Names of models
and endpoint configs can be shorter than the endpoint's: of an endpoint name with more than 40 characters, the policies name the first
40. The commands refuse two endpoints that begin with the same 40.`;
}

function policiesOf({ environments: [first, ...later] }: Team): string {
  return `There is one policy for each duty. If one role has several duties, attach several policies to it. You can omit conditional
permissions if the condition never applies to you. For example, omit \`DeleteEndpoint\` if \`recreate_failed\` is always false.

The policies of ${later.map((each) => `\`${each}\``).join(' and ')} are the same with their own names, but for three things: there is no
\`pipeline\` duty; \`approve\` may not set the approval status, which only the approver of \`${first}\` sets; and \`plan\` may read the
reports of the training in S3, if \`check\` may. \`plan-${first}\` is not shown here: it allows what \`check-${first}\` allows, without S3.`;
}

const PIPELINE_ROLE = `## The role of the SageMaker Pipeline

deploy-pipeline passes this role to SageMaker (\`pipeline_role_arn\`), and the steps of your pipeline run with it. What it must be
allowed is your training's own: data, images, jobs, and \`sagemaker:CreateModelPackage\`. Whoever can merge to the first
branch decides what these steps do. A step could register a version that is Approved already, with registry entries that look
like approvals and validations. **Attach the following Deny to this role.** Then a version always comes as
\`PendingManualApproval\` and without entries, and no step can write or remove them later. A policy has at most 6144 characters: with more than
three environments, divide the statements between two policies. Nothing else closes this: deploy-pipeline
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
- Each duty writes only its own registry entry on the model package, with what stands beside it (such as
  \`approved.uat.comment\`), and removes none.
- Only the approver of the first environment sets the approval status, to Approved or Rejected.
- Jobs change only the pipeline, endpoint, models and configs that are named here.
- Jobs pass only the role that is named here.

**GitLab** enforces:

- Who can merge to a branch.
- Who can start approve-model. To restrict this, protect \`<environment>/approval\` and add the approvers. To restrict who can
  start rollback-endpoint, protect \`<environment>/rollback\`.
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
  if (permissions.length === 0)
    return `### ${name}\n\nNone of its own: it asks with the role of other jobs, and sees by their permissions what they may do.`;
  const rows = permissions.map(({ action, on, when, writes }) => {
    const key = writes && `writes \`${writes === BUILT ? writes : `${writes}.<environment>`}\``;
    return [`\`${action}\``, on, [key, when].filter(Boolean).join('; ') || 'always'];
  });
  return `### ${name}\n\n${table(['action', 'on', 'when'], rows)}`;
}

function trustIntroduction({ gitlab }: Team): string {
  return `Before you create the roles, [create an IAM OIDC provider](setup.md) for \`${gitlab}\`, with the same text as
its client ID. Each role trusts the branch or the tags of its environment:

- Never omit the subject (\`sub\`). All projects of the GitLab instance share the issuer.
- Write the whole subject. \`StringEquals\` does not expand \`*\`.
- Only where tags serve an environment, their pattern stands at the end of the subject, under \`StringLike\`. Write the project and
  \`ref_type:tag\` in full: with \`ref_type:*\`, a branch of the same name could assume the role.
- Protect the branch, or the tags by the same pattern. The subject does not say whether they are protected. approve-model refuses a
  branch or tag that is not (claim \`ref_protected\`), after the first environment.
- If one branch serves several environments, their roles trust the same jobs: AWS does not separate these environments.`;
}

const PLAN_TRUST = `A role of plan-deployment trusts the branch that is merged, because the token of a merge request's pipeline names that. The first
environment's trusts every branch of the project, so it may read no objects of S3. As an endpoint may serve what others made, it may look
at every model and endpoint config of the account and region, with the environment variables of the containers: no secret belongs there.
There is no such role where tags serve an environment or the one before it, or where one branch serves both.`;

function section(title: string, document: unknown): string {
  return `### ${title}\n\n${json(document)}`;
}

/** Folded, so that the page is no higher than a person reads: one policy has up to two hundred lines. */
function json(document: unknown): string {
  const text = compactJson(document);
  const lines = text.split('\n').length;
  return `<details>\n<summary>Show its ${lines} lines</summary>\n\n\`\`\`json\n${text}\n\`\`\`\n\n</details>`;
}
