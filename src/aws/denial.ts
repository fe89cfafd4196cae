/**
 * What AWS says of a call that it denied, and what to do, as an order. With `by`, a policy that is none of the role's
 * own denied it: no policy of the role can help. Without `next`, the role's own policies just do not allow the action.
 */
export type Denial =
  | { readonly action: string; readonly by: string; readonly next: string }
  | { readonly action: string; readonly by?: undefined; readonly next?: string };

interface Wanted {
  readonly action: string;
  /** The policy with its name, when AWS gives that: `the service control policy (arn:...)`. */
  readonly policy: string;
  /** `allow X` or, after an explicit deny, `remove the Deny of X`. */
  readonly change: string;
  /** `the job's role`. */
  readonly role: string;
}

const ofOrganization = ({ policy, change, role }: Wanted) =>
  `ask the administrators of your AWS organization to ${change} for ${role} in ${policy}. No policy of the role can allow it.`;

/** The kinds of policy as AWS names them, each with who can change it. */
const KINDS: Readonly<Record<string, (wanted: Wanted) => string>> = {
  'service control policy': ofOrganization,
  'resource control policy': ofOrganization,
  'permissions boundary': ({ policy, change, role }) =>
    `ask whoever set ${policy} of ${role} to ${change} there. No other policy of the role can allow it.`,
  'session policy': ({ policy, change }) =>
    `${change} in ${policy} with which the job's credentials were made. These components set none: with role_arn none it is the runner's.`,
  'resource-based policy': ({ policy, change, role }) =>
    `ask the owners of the resource that AWS names to ${change} for ${role} in ${policy}.`,
  'VPC endpoint policy': ({ policy, change }) =>
    `ask whoever manages the network of the runner to ${change} in ${policy}: the runner reaches AWS through that endpoint.`,
};

const NOT_AUTHORIZED = /not authorized to perform:? ([\w-]+:\w+)/;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; the ARN is there since 2026. */
const EXPLICIT = /explicit deny in an? (?<kind>[\w -]+?)(?:: *(?<arn>arn:\S+))?\.?$/im;
const NOT_ALLOWED = /because no (?<kind>[\w -]+?) allows/i;

/** Reads AWS's message about a call that was denied to a role; `undefined` when it names no action. */
export function denialIn(message: string, role = "the job's role"): Denial | undefined {
  const action = NOT_AUTHORIZED.exec(message)?.[1];
  if (action === undefined) return undefined;
  const explicit = EXPLICIT.exec(message)?.groups;
  const kind = explicit?.kind ?? NOT_ALLOWED.exec(message)?.groups?.kind;
  if (kind === undefined) return { action };
  const wanted = {
    action,
    policy: `the ${kind}${explicit?.arn ? ` (${explicit.arn})` : ''}`,
    change: explicit ? `remove the Deny of ${action}` : `allow ${action}`,
    role,
  };
  if (/^identity-based policy$/i.test(kind)) return explicit ? { action, next: deniedByRole(wanted) } : { action };
  const known = Object.entries(KINDS).find(([name]) => name.toLowerCase() === kind.toLowerCase())?.[1];
  return { action, by: `a ${kind}`, next: (known ?? ofUnknown)(wanted) };
}

function deniedByRole({ action, policy, role }: Wanted): string {
  return `use the role of this duty (docs/permissions.md): ${policy} of ${role} denies ${action} on purpose. If it should not, remove that Deny.`;
}

function ofUnknown({ policy, change }: Wanted): string {
  return `ask whoever manages ${policy} that AWS names to ${change} there.`;
}
