import { canonicalJson } from '../../src/ground/canonical-json.ts';
import { quoted } from '../options.ts';
import type { IamPolicy, IamRole, IamState } from './iam-state.ts';

/** A part of a role or policy that is not as the stack made it. */
export interface ChangedByHand {
  /** What is other: a line each. */
  readonly says: readonly string[];
  /** The commands that make it as it was, in this order; none where only a person can. */
  readonly back: readonly string[];
}

/** How many versions of a policy IAM keeps: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_VERSIONS = 5;

/** What somebody changed since a stack made it: policies first, since a role that is made again needs them. */
export function changedByHand(made: IamState, found: IamState): ChangedByHand[] {
  const changes = [
    ...[...made.policies.values()].map((policy) => changeOfPolicy(policy, found.policies.get(policy.arn))),
    ...[...made.roles.values()].flatMap((role) => changesOfRole(role, found.roles.get(role.name))),
  ];
  return changes.filter(({ says }) => says.length > 0);
}

/** Whether nothing is left of what a stack made. */
export function isAllGone(made: IamState, found: IamState): boolean {
  const all = namesIn(made);
  return all.length > 0 && without(all, namesIn(found)).length === all.length;
}

/** What a template asks for, and the account has without the stack: CloudFormation refuses to make it. */
export function madeByOthers(wanted: IamState, made: IamState, found: IamState): string[] {
  return without(namesIn(wanted), namesIn(made)).filter((name) => namesIn(found).includes(name));
}

/** What no template speaks of, so that each deployment leaves it. */
export function boundariesOf(made: IamState, found: IamState): string[] {
  return [...made.roles.keys()].flatMap((name) => {
    const { boundary } = found.roles.get(name) ?? {};
    return boundary === undefined ? [] : [`the role ${name} has the permissions boundary ${boundary}`];
  });
}

function namesIn({ roles, policies }: IamState): string[] {
  return [...[...roles.keys()].map((name) => `the role ${name}`), ...[...policies.keys()].map(policyName)];
}

function policyName(arn: string): string {
  return `the policy ${arn.slice(arn.lastIndexOf('/') + 1)}`;
}

function changeOfPolicy({ arn, document }: IamPolicy, found: IamPolicy | undefined): ChangedByHand {
  const text = quoted(JSON.stringify(document));
  const name = policyName(arn);
  if (!found) {
    const words = `--policy-name ${quoted(arn.slice(arn.lastIndexOf('/') + 1))} --policy-document ${text}`;
    return { says: [`${name} is gone`], back: [`aws iam create-policy ${words}`] };
  }
  const ofPolicy = `--policy-arn ${quoted(arn)}`;
  const [oldest] = found.otherVersions;
  const isFull = found.otherVersions.length + 1 >= MAX_VERSIONS;
  return {
    says: differences(document, found.document).map((each) => `${name}: ${each}`),
    back: [
      ...(isFull ? [`aws iam delete-policy-version ${ofPolicy} --version-id ${oldest}`] : []),
      `aws iam create-policy-version ${ofPolicy} --set-as-default --policy-document ${text}`,
    ],
  };
}

function changesOfRole(made: IamRole, found: IamRole | undefined): ChangedByHand[] {
  const { name } = made;
  const trust = quoted(JSON.stringify(made.trust));
  const ofRole = `--role-name ${quoted(name)}`;
  const attach = (arn: string) => `aws iam attach-role-policy ${ofRole} --policy-arn ${quoted(arn)}`;
  if (!found) {
    const words = `--path ${quoted(made.path)} --description ${quoted(made.description)} --assume-role-policy-document ${trust}`;
    return [
      {
        says: [`the role ${name} is gone`],
        back: [`aws iam create-role ${ofRole} ${words}`, ...made.attached.map(attach)],
      },
    ];
  }
  const change = (says: readonly string[], back: readonly string[]) => ({
    ...{ says: says.map((each) => `the role ${name} ${each}`), back },
  });
  const added = without(found.attached, made.attached);
  const lost = without(made.attached, found.attached);
  return [
    change(
      made.path === found.path
        ? []
        : [`lies in ${found.path}, not in ${made.path}: delete it, and run the commands under "Again"`],
      [],
    ),
    change(
      differences(made.trust, found.trust).map((each) => `has another trust policy: ${each}`),
      [`aws iam update-assume-role-policy ${ofRole} --policy-document ${trust}`],
    ),
    change(
      added.map((arn) => `has the policy ${arn} too`),
      added.map((arn) => `aws iam detach-role-policy ${ofRole} --policy-arn ${quoted(arn)}`),
    ),
    change(
      lost.map((arn) => `has no longer the policy ${arn}`),
      lost.map(attach),
    ),
    change(
      found.inline.map((each) => `has the inline policy ${each} too`),
      found.inline.map((each) => `aws iam delete-role-policy ${ofRole} --policy-name ${quoted(each)}`),
    ),
  ];
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

/** Where two policies differ. One text and a list of it mean the same in IAM, and the order of a list means nothing. */
function differences(made: unknown, found: unknown, path = ''): string[] {
  const [one, other] = [listed(made), listed(found)];
  if (canonicalJson(one) === canonicalJson(other)) return [];
  if (isTexts(one) && isTexts(other)) return differencesOfTexts(one, other, path);
  if (one === undefined) return [`${path} is added: ${JSON.stringify(found)}`];
  if (other === undefined) return [`${path} is gone`];
  if (!(isNested(one) && isNested(other))) return [`${path} is ${JSON.stringify(found)}, not ${JSON.stringify(made)}`];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(one[key], other[key], path === '' ? key : `${path}.${key}`));
}

function differencesOfTexts(made: readonly string[], found: readonly string[], path: string): string[] {
  if (made.length === 1 && found.length === 1) return [`${path} is ${found[0]}, not ${made[0]}`];
  return [
    ...without(found, made).map((each) => `${path} has ${each} too`),
    ...without(made, found).map((each) => `${path} has no longer ${each}`),
  ];
}

function listed(value: unknown): unknown {
  if (typeof value === 'string') return [value];
  return isTexts(value) ? value.toSorted() : value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isNested(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
