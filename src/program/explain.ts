import { type Denial, denialIn } from '../aws/denial.ts';
import { answeredByAnother } from '../aws/hosts.ts';
import { troubleOf } from '../aws/trouble.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import type { Permission } from './component.ts';

type Permissions = readonly Pick<Permission, 'action' | 'on' | 'when' | 'writes'>[];

/**
 * Turns anything thrown into a Failure: what happened, and what to do next. An unknown error is "refused", never
 * ignored.
 */
export function explain(error: unknown, permissions: Permissions): Failure {
  if (error instanceof Failure) return error;
  const words = inItsOwnWords(error);
  switch (troubleOf(error)) {
    case 'throttled':
      return new Failure(
        'SMC-1201',
        `AWS throttled every attempt (${words}).`,
        'run this job again. Nothing that was done is lost.',
        error,
      );
    case 'server error':
      return new Failure(
        'SMC-1202',
        `AWS answered every attempt with an error of its own (${words}).`,
        'run this job again. Nothing that was done is lost.',
        error,
      );
    case 'broken connection':
      return new Failure(
        'SMC-1203',
        `The connection to AWS failed at every attempt (${words}).`,
        'check that the runner can reach AWS (proxy, DNS) and that aws_region is correct, then run this job again.',
        error,
      );
    case 'not AWS':
      return answeredByAnother(httpStatusOf(error), error);
    case 'not trusted':
      return new Failure(
        'SMC-1205',
        `The runner does not trust the certificate that it received for AWS (${inItsOwnWords(error).replace(/;.*/s, '')}). Nothing was sent.`,
        'add the certificates of your network to the runner in the variable NODE_EXTRA_CA_CERTS (docs/setup-details.md, "Give the runners access").',
        error,
      );
    case 'no credentials':
      return new Failure(
        'SMC-1206',
        `role_arn is none, but the runner has no AWS credentials (${words}). Nothing was sent to AWS.`,
        'set role_arn to the role that this job assumes, or give the runner credentials.',
        error,
      );
    case 'expired':
      return new Failure(
        'SMC-1207',
        `The AWS credentials expired (${words}). AWS continues what it has started.`,
        'run this job again: it gets a new token.',
        error,
      );
    case 'denied':
      return denied(error, words, permissions);
    case 'other':
      return new Failure(
        'SMC-1402',
        `Unexpected error in AWS or in this component: ${words}`,
        'read the message, then run this job again. If it fails again, report the message to the maintainers of these components.',
        error,
      );
  }
}

function httpStatusOf(error: unknown): string {
  const { status } = partsOf(error);
  return status === undefined ? '' : ` (HTTP ${status})`;
}

function denied(error: unknown, words: string, permissions: Permissions): Failure {
  const denial = denialIn(partsOf(error).message);
  const who = denial?.by ? upperFirst(denial.by) : 'AWS';
  return new Failure(
    'SMC-1208',
    `${who} denied the call: ${words}`,
    denial?.next ?? missing(denial, permissions),
    error,
  );
}

/** What the policies of the job's role lack. */
function missing(denial: Denial | undefined, permissions: Permissions): string {
  const needed = neededActions(permissions);
  return denial
    ? `${approversRole(permissions)}add ${denial.action} to the policy of the job's role${orAnotherName(denial.action, permissions)}. This component needs ${needed} (the whole policy: docs/permissions.md).`
    : `check that the job's credentials are valid and that the policy of its role has ${needed} (the whole policy: docs/permissions.md).`;
}

/** The actions of a component; those that it needs only in some cases apart. */
function neededActions(permissions: Permissions): string {
  const all = [...new Set(permissions.map(({ action }) => action))].sort();
  const isAlways = (action: string) => permissions.some((each) => each.action === action && each.when === undefined);
  const [always, sometimes] = [all.filter(isAlways), all.filter((action) => !isAlways(action))];
  return [always, sometimes]
    .flatMap((actions) => (actions.length > 0 ? [actions.join(', ')] : []))
    .join('; in some cases also ');
}

/** The inputs that name what an action works on: the policy may allow it for other names. */
const NAMED_BY: Readonly<Partial<Record<Permission['on'], string>>> = {
  group: 'model_package_group_name',
  pipeline: 'pipeline_name',
  endpoint: 'endpoint_name',
  'endpoint config': 'name_prefix',
  model: 'name_prefix',
  'pipeline role': 'pipeline_role_arn',
  'execution role': 'execution_role_arn',
};

function orAnotherName(action: string, permissions: Permissions): string {
  const inputs = permissions.flatMap((each) => (each.action === action ? (NAMED_BY[each.on] ?? []) : []));
  return inputs.length > 0 ? `, or correct ${[...new Set(inputs)].join(' or ')}` : '';
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Whoever adds an approval to the role that deploys lets that role approve: the other remedy is named first. */
function approversRole(permissions: Permissions): string {
  const isVerdict = permissions.some(({ writes }) => writes === 'approved' || writes === 'withdrawn');
  if (!isVerdict) return '';
  return "set the approver's role in the CI/CD variable AWS_ROLE_ARN, with the scope of this job's environment (such as uat/approval); or, if this is the approver's role, ";
}
