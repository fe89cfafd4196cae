import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import * as z from 'zod/mini';
import { WordsMistake, whyUnread } from '../options.ts';

/** A role as IAM has it, or as a stack made it. */
export interface IamRole {
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description: string;
  readonly trust: unknown;
  /** The ARNs of its managed policies. */
  readonly attached: readonly string[];
  /** The names of its inline policies: a stack makes none. */
  readonly inline: readonly string[];
  /** The ARN of its permissions boundary. */
  readonly boundary?: string;
}

export interface IamPolicy {
  readonly arn: string;
  readonly document: unknown;
  /** The IDs of its versions other than the default one, the oldest first: IAM keeps five. */
  readonly otherVersions: readonly string[];
}

/** Roles by their names, and customer managed policies by their ARNs. */
export interface IamState {
  readonly roles: ReadonlyMap<string, IamRole>;
  readonly policies: ReadonlyMap<string, IamPolicy>;
}

const document = z.looseObject({ Statement: z.unknown() });

/** What IAM takes for names, paths, ARNs and versions: these become words of commands. */
const iamName = z.string().check(z.regex(/^[\w+=,.@-]+$/));
const iamPath = z.string().check(z.regex(/^\/([\x21-\x7e]+\/)?$/));
const iamArn = z.string().check(z.regex(/^arn:aws:iam::(\d{12}|aws):(role|policy)\/[\x21-\x7e]+$/));
const versionId = z.string().check(z.regex(/^v[1-9]\d*$/));

const roleDetail = z.object({
  ...{ RoleName: iamName, Path: iamPath, Arn: iamArn, AssumeRolePolicyDocument: document },
  AttachedManagedPolicies: z.array(z.object({ PolicyArn: iamArn })),
  RolePolicyList: z.array(z.object({ PolicyName: z.string() })),
  PermissionsBoundary: z.optional(z.object({ PermissionsBoundaryArn: iamArn })),
});

const policyDetail = z.object({
  Arn: iamArn,
  PolicyVersionList: z.array(z.object({ VersionId: versionId, IsDefaultVersion: z.boolean(), Document: document })),
});

/**
 * The whole answer, as the AWS CLI prints it; each account has roles of AWS's own.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
const details = z.object({
  IsTruncated: z.optional(z.literal(false)),
  NextToken: z.optional(z.undefined()),
  RoleDetailList: z.array(roleDetail).check(z.minLength(1)),
  Policies: z.array(policyDetail),
});

/** Reads what IAM says of an account. Throws WordsMistake if it is no such answer, is cut, or is another account's. */
export async function readAccount(file: string, account: string): Promise<IamState> {
  const read = details.safeParse(json(await textOf(file)));
  if (!read.success) throw new WordsMistake(`--found ${file} is no answer of IAM, or is cut. ${RUN}`);
  const { RoleDetailList, Policies } = read.data;
  const other = RoleDetailList.find(({ Arn }) => Arn.split(':')[4] !== account);
  if (other) throw new WordsMistake(`--found ${file} is not of account ${account}: it has ${other.Arn}. ${RUN}`);
  const roles = new Map(RoleDetailList.map((role) => [role.RoleName, roleIn(role)]));
  const policies = new Map(Policies.map((policy) => [policy.Arn, policyIn(policy)]));
  const unknown = [...roles.values()]
    .flatMap(({ attached }) => attached)
    .find((arn) => arn.startsWith(`arn:aws:iam::${account}:`) && !policies.has(arn));
  if (unknown) throw new WordsMistake(`--found ${file} has not the policy ${unknown}, which a role has. ${RUN}`);
  return { roles, policies };
}

function roleIn(role: z.infer<typeof roleDetail>): IamRole {
  return {
    ...{ name: role.RoleName, path: role.Path, description: '', trust: role.AssumeRolePolicyDocument },
    attached: role.AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn),
    inline: role.RolePolicyList.map(({ PolicyName }) => PolicyName),
    ...(role.PermissionsBoundary && { boundary: role.PermissionsBoundary.PermissionsBoundaryArn }),
  };
}

function policyIn({ Arn, PolicyVersionList }: z.infer<typeof policyDetail>): IamPolicy {
  const age = ({ VersionId }: { VersionId: string }) => Number(VersionId.replace(/^v/, ''));
  const others = PolicyVersionList.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
  return {
    arn: Arn,
    document: PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document,
    otherVersions: others.toSorted((one, other) => age(one) - age(other)).map(({ VersionId }) => VersionId),
  };
}

const template = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.optional(z.unknown()) })),
});

const roleProperties = z.object({
  ...{ RoleName: iamName, AssumeRolePolicyDocument: document },
  Path: z.optional(iamPath),
  Description: z.optional(z.string()),
  ManagedPolicyArns: z.optional(z.array(z.object({ Ref: z.string() }))),
});

const policyProperties = z.object({ ManagedPolicyName: iamName, PolicyDocument: document });

/**
 * Reads the template that a stack has, and says what it made in IAM: nothing where the file is empty, since then there is no stack.
 * Throws WordsMistake if the template is not one that this command writes.
 */
export async function readDeployed(file: string, account: string): Promise<IamState> {
  const text = (await textOf(file)).trim();
  // The AWS CLI prints None where a stack has no template yet.
  if (text === '' || text === 'None') return { roles: new Map(), policies: new Map() };
  const read = parseDocument(text, { version: '1.1', logLevel: 'error' });
  if (read.errors.length + read.warnings.length > 0) throw notOurs(file);
  return madeBy(read.toJS(), file, account);
}

/** What a template makes in IAM. Throws WordsMistake, about a file, if this command writes no such template. */
export function madeBy(written: unknown, file: string, account: string): IamState {
  const resources = template.safeParse(written);
  if (!resources.success) throw notOurs(file);
  const ofType = <Schema extends z.ZodMiniType>(type: string, schema: Schema) =>
    Object.entries(resources.data.Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => {
        const properties = schema.safeParse(Properties);
        if (!properties.success) throw notOurs(file, id);
        return { id, properties: properties.data };
      });
  const policies = ofType('AWS::IAM::ManagedPolicy', policyProperties).map(({ id, properties }) => {
    const arn = `arn:aws:iam::${account}:policy/${properties.ManagedPolicyName}`;
    return { id, arn, document: properties.PolicyDocument, otherVersions: [] };
  });
  const roles = ofType('AWS::IAM::Role', roleProperties).map(({ id, properties }) => {
    const { RoleName: name, Path: path = '/', Description: description = '', ManagedPolicyArns = [] } = properties;
    const attached = ManagedPolicyArns.map(({ Ref }) => policies.find((policy) => policy.id === Ref)?.arn);
    if (!attached.every((arn) => arn !== undefined)) throw notOurs(file, id);
    return { name, path, description, trust: properties.AssumeRolePolicyDocument, attached, inline: [] };
  });
  return {
    roles: new Map(roles.map((role) => [role.name, role])),
    policies: new Map(policies.map(({ id, ...policy }) => [policy.arn, policy])),
  };
}

function notOurs(file: string, resource = ''): WordsMistake {
  const where = resource === '' ? '' : `, in ${resource}`;
  return new WordsMistake(
    `--deployed ${file} is no template that this command wrote${where}. ${RUN} If somebody deployed another template to the stack, deploy again the one that it had before.`,
  );
}

const RUN = 'Next: run the commands that stand under "Again" when this command runs without the option.';

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new WordsMistake(`${file}: ${whyUnread(error)}. ${RUN}`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
