import type { Layout } from '../policies/roles.ts';
import type { AccountPlan, StackRole } from './account.ts';
import { type AccountNow, takenOver } from './take-over.ts';
import { resourcesOf } from './template.ts';

/** The most bytes of a template that CloudFormation takes without a bucket. */
const MAX_BODY = 51_200;

export interface Stack {
  readonly name: string;
  readonly plan: AccountPlan;
  /** The template, as it is printed. */
  readonly text: string;
  /** Where it is to be saved. */
  readonly file: string;
  /** What the account has, where somebody looked. */
  readonly now?: AccountNow | undefined;
  /** The command that looks first at what files say that the account has. */
  readonly again: string;
}

/** What a person reads beside the template. What to do next stands last, where a terminal shows it. */
export function stepsOf(stack: Stack): string {
  const { plan, file, now } = stack;
  return [
    made(stack),
    ...(now ? takenOver(now) : []),
    ...givenUp(plan),
    ...rolesForGitLab(plan),
    ...troubles(stack),
    ...lookingFirst(stack),
    '',
    `Next: save the template as ${file}, and read it. Then somebody with rights for IAM in this account runs, beside it:`,
    '',
    `  # This must say ${plan.account}.`,
    '  aws sts get-caller-identity --query Account --output text',
    ...putBack(now),
    ...deployment(stack),
    ...attachments(plan),
    ...groupPolicies(plan),
  ].join('\n');
}

function made({ plan, text }: Stack): string {
  const resources = resourcesOf(plan).map(([, { Type }]) => Type);
  const counted = [...Map.groupBy(resources, (type) => type)].map(([type, all]) => `${all.length} ${type}`);
  return `The template of account ${plan.account} has ${counted.join(', ')}: ${Buffer.byteLength(text)} bytes.`;
}

function putBack(now: AccountNow | undefined): string[] {
  const commands = now?.changes.flatMap(({ back }) => back) ?? [];
  return commands.length === 0
    ? []
    : ['  # Puts back what somebody changed by hand.', ...commands.map((each) => `  ${each}`)];
}

/** A first deployment must not meet a stack: what somebody changed by hand would be overwritten unseen. */
function deployment(stack: Stack): string[] {
  const { plan, text, file, now } = stack;
  const at = stackWords(stack);
  const large = Buffer.byteLength(text) > MAX_BODY;
  return [
    ...(large
      ? [
          `  # Of more than ${MAX_BODY} bytes, the CLI uploads it: BUCKET is a bucket of yours in ${plan.region}. This makes one:`,
          `  # aws s3 mb s3://BUCKET --region ${plan.region}`,
        ]
      : []),
    ...(now
      ? ['  # With --no-execute-changeset, it only shows what would change.']
      : [
          '  # For the first time. Where there is the stack, this says so, and deploys nothing.',
          `  aws cloudformation describe-stacks ${at} >/dev/null 2>&1 && echo 'The stack is there. Look first: see "Again".' ||`,
        ]),
    `  aws cloudformation deploy ${at} \\`,
    `    --template-file ${file} --capabilities CAPABILITY_NAMED_IAM${large ? ' --s3-bucket BUCKET' : ''}`,
  ];
}

/** The commands for roles that the stack does not make. */
function attachments({ account, unattached }: AccountPlan): string[] {
  const all = unattached.flatMap(({ role, policies }) =>
    Object.keys(policies).map(
      (policy) =>
        `  aws iam attach-role-policy --role-name ${role} --policy-arn arn:aws:iam::${account}:policy/${policy}`,
    ),
  );
  const commands = [...new Set(all)];
  if (commands.length === 0) return [];
  return [
    '',
    'Then attach these policies to the roles that you have. Without the Deny, a step of the training can forge an approval, and so',
    'can the code of a model, on its endpoint, where the execution role has rights for the registry:',
    '',
    ...commands,
    '  # NoSuchEntity: there is no such role. Write the name of yours into setup.yml (pipeline_role, execution_role), or',
    '  # "sagemaker_roles: create", and begin again.',
  ];
}

/** What other accounts may do in groups that the stack does not make. */
function groupPolicies({ account, region, groups }: AccountPlan): string[] {
  const commands = groups.flatMap(({ name, exists, policy }) =>
    exists && policy
      ? [
          `  aws sagemaker put-model-package-group-policy --region ${region} --model-package-group-name ${name} \\`,
          `    --resource-policy file://policies/${account}/group-${name}.json`,
        ]
      : [],
  );
  if (commands.length === 0) return [];
  return [
    '',
    `Then let the other accounts use the groups. npm run -s setup -- policies writes the files, into policies/${account}:`,
    '',
    ...commands,
  ];
}

function givenUp({ layout }: AccountPlan): string[] {
  if (layout !== 'one') return [];
  return [
    '',
    'With "roles: one", one role of an environment does everything. What that gives up: AWS no longer separates the approval',
    'from the deployment, so that every job on the branch of an environment may write every registry entry of a version, and',
    'set its approval status. Only the components check then who approved. Merge requests have no plan, which needs a role of',
    'its own. With "roles: two", AWS refuses all that. Beside check_setup: true, write one_role: true: check-setup then expects it.',
  ];
}

/** The roles by the GitLab environment whose variable names them. Names are known before the stack is there: nothing is read back. */
function rolesForGitLab({ account, layout, roles, shared }: AccountPlan): string[] {
  const lines = roles.flatMap(({ name, jobs }) =>
    jobs === undefined ? [] : [`  ${useOf(layout, jobs)}  arn:aws:iam::${account}:role/${name}`],
  );
  if (lines.length === 0) return [];
  const groups = shared.map((arn) => `  model_package_group_name  ${arn}`);
  return [
    '',
    'What GitLab must know of it: variables, which npm run -s setup -- gitlab apply sets, and inputs of your includes:',
    '',
    ...lines,
    ...groups,
  ];
}

/** The variable with its scope, or the input of a component, that names a role. */
function useOf(layout: Layout, { environment, components, scope }: NonNullable<StackRole['jobs']>): string {
  if (scope === undefined) return `plan_role_arn in ${environment}`;
  return layout === 'duty' ? `role_arn of ${components.join(', ')} in ${environment}` : `AWS_ROLE_ARN of ${scope}`;
}

/** What shows, before each later deployment, what it could overwrite. */
function lookingFirst(stack: Stack): string[] {
  return [
    '',
    'Again, after each change of setup.yml: these show first what somebody changed by hand, which a deployment could overwrite. The',
    'files are lists of the rights in your account: delete them afterwards.',
    '',
    '  aws iam get-account-authorization-details --filter Role LocalManagedPolicy --output json > account.json',
    `  aws cloudformation get-template ${stackWords(stack)} --query TemplateBody --output text > deployed.yml`,
    `  ${stack.again}`,
  ];
}

/** What a message of CloudFormation means, and what to do. */
function troubles(stack: Stack): string[] {
  const { plan } = stack;
  const rows: [string, string][] = [
    [
      'AccessDenied, or "is not authorized to perform: iam:..."',
      'You have no rights for IAM there: an administrator of the account must deploy the template. Nothing else is needed of them.',
    ],
    [
      '"Provider with url ... already exists"',
      `Another project made it. Write "oidc_provider: existing" into setup.yml. The audience must be among its client IDs:
    aws iam get-open-id-connect-provider --open-id-connect-provider-arn ${providerArn(plan)}
    aws iam add-client-id-to-open-id-connect-provider --client-id ${plan.gitlab} \\
      --open-id-connect-provider-arn ${providerArn(plan)}`,
    ],
    [
      'A model package group already exists',
      'It keeps its versions: write "model_package_groups: existing" into setup.yml.',
    ],
    [
      'A role or policy already exists',
      `Its description says of which project it is. Another one's: give the model another endpoint in setup.yml. Of this project, by a
    stack of another name: give that name by --stack-name. Made by hand, and used by nobody: delete it. Then deploy again.`,
    ],
    [
      'The stack is in ROLLBACK_COMPLETE',
      `Its first deployment failed. Delete it: aws cloudformation delete-stack ${stackWords(stack)}
    The OIDC provider and the groups stay: write "existing" for what was made, and deploy again.`,
    ],
  ];
  return ['', 'If CloudFormation refuses:', '', ...rows.map(([message, meaning]) => `  ${message}\n    ${meaning}`)];
}

/** The options that name the stack to CloudFormation. */
function stackWords({ name, plan }: Stack): string {
  return `--region ${plan.region} --stack-name ${name}`;
}

function providerArn({ account, gitlab }: AccountPlan): string {
  return `arn:aws:iam::${account}:oidc-provider/${new URL(gitlab).host}`;
}
