import type { SetupPlan } from '../setup-plan.ts';
import type { Refusal, Why } from './refusal.ts';

const NEXT: Readonly<Record<Why, (plan: SetupPlan) => string>> = {
  token: ({ gitlab }) => `create a new access token in ${gitlab}, with the scope api, and export it as GITLAB_TOKEN.`,
  scope: () => 'create an access token with the scope api, and export it as GITLAB_TOKEN.',
  forbidden: ({ project }) => `use the token of a Maintainer of ${project}, or ask one to run this command.`,
  'not found': ({ project, gitlab }) =>
    `compare "project: ${project}" in setup.yml with the address of the project in ${gitlab}. GitLab also says this to those who may not see it.`,
  moved: () =>
    'somebody moved the project: write its new path into setup.yml. The roles in AWS trust the old path: deploy their stacks again, too.',
  refused: () => 'see what GitLab says above.',
  busy: () => 'GitLab is busy or down. Run this command again later: it does what is left.',
  'not GitLab': ({ gitlab }) =>
    `what answered is not the API of GitLab. Compare "gitlab: ${gitlab}" in setup.yml with its address, and look whether a proxy or a sign-in page stands before it (HTTPS_PROXY, NO_PROXY).`,
  unreachable: () =>
    'look whether this machine reaches it (HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS), and run this command again: it does what is left.',
};

/** What a person does after GitLab refused everything. */
export function nextAfter({ why }: Refusal, plan: SetupPlan): string {
  return NEXT[why](plan);
}
