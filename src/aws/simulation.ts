import { inItsOwnWords } from '../ground/error-parts.ts';
import { type Access, bytesOf, send, textOf } from './signed-request.ts';

/** A request that is only thought of: what a role's policies say of it. */
export interface SimulatedRequest {
  /** The ARN of the role, not of its session. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  /** The keys of conditions that the request would have. */
  readonly context: Readonly<Record<string, string>>;
}

/** `not permitted`: the role may not ask IAM for this. */
export type Simulated =
  | { readonly is: 'allowed' | 'denied' | 'not permitted' }
  | { readonly is: 'not known'; readonly why: string };

/** An answer about one action has a few thousand. */
const MOST_BYTES = 1_000_000;

/**
 * Asks IAM what the policies of a role say of a request (AWS: SimulatePrincipalPolicy,
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html). It never throws. A denial counts only
 * where IAM knew every condition key.
 */
export async function simulate(access: Access, request: SimulatedRequest): Promise<Simulated> {
  try {
    const { statusCode, body } = await send(access, {
      service: 'iam',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: formOf(request).toString(),
    });
    const text = textOf(await bytesOf(body, MOST_BYTES));
    return statusCode === 200 ? decisionIn(text) : refusalIn(text, statusCode);
  } catch (error) {
    return { is: 'not known', why: inItsOwnWords(error) };
  }
}

function formOf({ role, action, resource, context }: SimulatedRequest): URLSearchParams {
  const form = new URLSearchParams({
    Action: 'SimulatePrincipalPolicy',
    Version: '2010-05-08',
    PolicySourceArn: role,
    'ActionNames.member.1': action,
    'ResourceArns.member.1': resource,
  });
  for (const [index, [key, value]] of Object.entries(context).entries()) {
    const entry = `ContextEntries.member.${index + 1}`;
    form.set(`${entry}.ContextKeyName`, key);
    form.set(`${entry}.ContextKeyType`, 'string');
    form.set(`${entry}.ContextKeyValues.member.1`, value);
  }
  return form;
}

function decisionIn(text: string): Simulated {
  const decision = contentOf('EvalDecision', text);
  if (decision === 'allowed') return { is: 'allowed' };
  const missing = contentOf('member', contentOf('MissingContextValues', text) ?? '');
  if (missing !== undefined) return { is: 'not known', why: `IAM's simulator needs the condition key ${missing}` };
  if (decision === 'implicitDeny' || decision === 'explicitDeny') return { is: 'denied' };
  return { is: 'not known', why: "IAM's simulator gave no decision" };
}

function refusalIn(text: string, status: number): Simulated {
  const code = contentOf('Code', text) ?? `HTTP ${status}`;
  if (code === 'AccessDenied') return { is: 'not permitted' };
  return { is: 'not known', why: `IAM's simulator answered ${code}` };
}

/** What stands in the first element of a name. */
function contentOf(element: string, text: string): string | undefined {
  return new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(text)?.[1];
}
