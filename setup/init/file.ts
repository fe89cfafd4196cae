import { stringify } from 'yaml';
import { type Answers, partsOfAnswer } from './questions.ts';

/** The text of setup.yml: what was answered, and beside it in words what else it can say. */
export function setupText(answers: Answers, projectId?: number): string {
  const { gitlab, project, model, group, approvers, region } = answers;
  const names = partsOfAnswer('environments', answers.environments);
  const branches = partsOfAnswer('branches', answers.branches);
  const accounts = partsOfAnswer('accounts', answers.accounts);
  const environments = names.flatMap((name, at) => [
    `  ${quoted(name)}:`,
    ...(branches[at] === name ? [] : [`    branch: ${quoted(branches[at])}`]),
    `    account: ${quoted(accounts[at] ?? accounts[0])}`,
    `    region: ${quoted(region)}`,
    ...(at === 0 ? [] : [`    approvers: ${quoted(approvers)}`]),
  ]);
  return `# What the project needs of AWS and GitLab. Every key is in docs/setup-file.schema.json of the components.
gitlab: ${quoted(gitlab)}
project: ${quoted(project)}
${projectId === undefined ? '# project_id: 42     the number on its page in GitLab: the roles of compare-models are then narrower' : `project_id: ${projectId}`}

# In promotion order. The branch of the same name serves an environment, if it has no "branch" and no "tag", like "v*".
# "approvals: 2" asks for two people in GitLab, where it has deployment approvals.
environments:
${environments.join('\n')}

# A section for each model. Its name begins the names of its endpoints and roles; "endpoint" and "pipeline" give other ones.
models:
  ${quoted(model)}:
    group: ${quoted(group)}
    # Buckets and what keys begin with, where the jobs may read or write them:
    # reports: ${model}-models/runs/            the reports of the training, for check-model
    # labelled_data: ${model}-data/labelled/    for evaluate-model and compare-models
    # model_data: ${model}-models/              for rollback-endpoint, and for the roles of SageMaker that the stack makes
    # What endpoint files have: "autoscaling: true", "vpc: true", "volume_key: <ARN>", "asynchronous: <bucket>/<folder>/"

# two: for each environment one role, and one that only approves. one: one for everything. duty: one for each duty.
roles: two
# existing: another project of the account made it.
oidc_provider: create
# existing: the groups are there, with their versions.
model_package_groups: create
# existing: you have the roles <model>-pipeline and <model>-execution. create: the stack makes them; it needs model_data.
sagemaker_roles: existing
`;
}

/** A text that stays one: 123, null and no are none without quotes. */
function quoted(value = ''): string {
  return stringify(value, { version: '1.1', lineWidth: 0 }).trim();
}
