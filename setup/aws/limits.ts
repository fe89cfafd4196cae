import { MAX_MANAGED, MAX_POLICIES, sizeOf } from '../policies/roles.ts';
import { type AccountPlan, nameOf, type StackRole, unattachedPolicies } from './account.ts';
import { resourcesOf } from './template.ts';

/** IAM's limits of names, and of a trust policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLE_NAME = 64;
const MAX_POLICY_NAME = 128;
const MAX_TRUST = 2048;

/** CloudFormation's limits: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;
const MAX_STACK_NAME = 128;
const MAX_TEMPLATE = 1_048_576;

/** What IAM would not take: a line for each mistake, with what to change. */
export function beyondIam(plan: AccountPlan): string[] {
  const policies = [...plan.roles.map((role) => role.policies), unattachedPolicies(plan)].flatMap((each) =>
    Object.entries(each),
  );
  return [
    ...addressMistakes(plan.gitlab),
    ...plan.roles.flatMap(roleMistakes),
    ...twice([...plan.roles.map(({ name }) => name), ...plan.existing].map(nameOf)).map(
      (name) => `two roles would have the name ${name}: IAM ignores case. ${RENAME}`,
    ),
    ...twice(policies.map(([name]) => name)).map(
      (name) => `two policies would have the name ${name}: IAM ignores case. ${RENAME}`,
    ),
    ...policies.flatMap(([name, policy]) => [
      ...tooLong('the name of the policy', name, MAX_POLICY_NAME),
      ...(sizeOf(policy) > MAX_MANAGED
        ? [`the policy ${name} has ${sizeOf(policy)} characters, and IAM takes ${MAX_MANAGED}: use shorter names`]
        : []),
    ]),
  ];
}

/** What CloudFormation would not take. */
export function beyondCloudFormation(plan: AccountPlan): string[] {
  const ids = resourcesOf(plan).map(([id]) => id);
  return [
    ...ids
      .filter((id, at) => ids.indexOf(id) !== at)
      .map((id) => `two names differ only by their hyphens, and both become ${id} in the template: rename one`),
    ...(ids.length > MAX_RESOURCES
      ? [`the stack would have ${ids.length} resources, and CloudFormation takes ${MAX_RESOURCES}: ${SPLIT}`]
      : []),
  ];
}

/** What is wrong with the size of a template. */
export function templateMistakes(text: string): string[] {
  const bytes = Buffer.byteLength(text);
  return bytes > MAX_TEMPLATE
    ? [`the template would have ${bytes} bytes, and CloudFormation takes ${MAX_TEMPLATE}: ${SPLIT}`]
    : [];
}

/** What is wrong with the name of a stack. */
export function stackNameMistakes(name: string): string[] {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
    return [`--stack-name must begin with a letter, and have letters, digits and hyphens`];
  return tooLong('the name of the stack', name, MAX_STACK_NAME, 'give another one with --stack-name');
}

/** IAM finds GitLab by its certificate, at the usual port. */
function addressMistakes(gitlab: string): string[] {
  const { protocol, port } = new URL(gitlab);
  return protocol === 'https:' && port === ''
    ? []
    : [`gitlab must begin with https:// and have no port: IAM knows no other OIDC provider`];
}

function roleMistakes({ name, trust, policies }: StackRole): string[] {
  const parts = Object.keys(policies).length;
  const trustSize = JSON.stringify(trust).length;
  return [
    ...tooLong('the name of the role', nameOf(name), MAX_ROLE_NAME),
    ...(parts > MAX_POLICIES
      ? [`the role ${name} would have ${parts} policies, and IAM attaches ${MAX_POLICIES}: use shorter names`]
      : []),
    ...(trustSize > MAX_TRUST
      ? [`the trust policy of ${name} has ${trustSize} characters, and IAM takes ${MAX_TRUST}: shorten the branch`]
      : []),
  ];
}

/** Names of which there are several, in lower case. */
function twice(names: readonly string[]): string[] {
  const lower = names.map((name) => name.toLowerCase());
  return [...new Set(lower.filter((name, at) => lower.indexOf(name) !== at))];
}

const RENAME = 'Give the environment another name, or the model another endpoint, pipeline_role or execution_role';
const SHORTEN = 'shorten the name of the environment, or endpoint of the model';

const SPLIT = 'write a file for each model, the second with "oidc_provider: existing"';

function tooLong(what: string, name: string, most: number, remedy = SHORTEN): string[] {
  if (name.length <= most) return [];
  return [`${what} would be ${name}, which has ${name.length} characters, and AWS takes ${most}: ${remedy}`];
}
