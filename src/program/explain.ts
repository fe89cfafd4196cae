import { answeredByAnother } from '../aws/hosts.ts';
import { troubleOf } from '../aws/trouble.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

type Permissions = readonly { readonly action: string }[];

/** Anything thrown, as what happened and what to do next. What we do not know stays an error. */
export function explain(error: unknown, permissions: Permissions): Failure {
  if (error instanceof Failure) return error;
  const words = inItsOwnWords(error);
  switch (troubleOf(error)) {
    case 'throttled':
      return new Failure(
        'AWS trouble',
        `AWS throttled the requests until we gave up (${words}).`,
        'run the job again; nothing that was done is lost.',
        error,
      );
    case 'server error':
      return new Failure(
        'AWS trouble',
        `AWS failed to answer until we gave up (${words}).`,
        'run the job again; nothing that was done is lost.',
        error,
      );
    case 'broken connection':
      return new Failure(
        'AWS trouble',
        `The connection to AWS broke until we gave up (${words}).`,
        'check that the runner reaches AWS (proxy, DNS), and that aws_region is right; then run the job again.',
        error,
      );
    case 'not AWS':
      return answeredByAnother(httpStatusOf(error), error);
    case 'not trusted':
      return new Failure(
        'not allowed',
        `The runner does not trust the certificate of whoever answered in AWS's place (${inItsOwnWords(error).replace(/;.*/s, '')}). Nothing was sent.`,
        'give the runner the certificates of your network in the variable NODE_EXTRA_CA_CERTS (docs/setup.md, section 7).',
        error,
      );
    case 'no credentials':
      return new Failure(
        'not allowed',
        `role_arn is none, and the runner has no AWS credentials of its own (${words}). AWS was not asked anything.`,
        'name the role that this job is to assume in role_arn; or give the runner credentials.',
        error,
      );
    case 'expired':
      return new Failure(
        'not allowed',
        `The AWS credentials have expired (${words}). What AWS has begun goes on.`,
        'run the job again: a new job gets a new token.',
        error,
      );
    case 'denied':
      return denied(error, words, permissions);
    case 'other':
      return new Failure(
        'refused',
        `AWS or this program met something unforeseen: ${words}`,
        'read the message; run the job again, and report it to those who release these components when it comes back.',
        error,
      );
  }
}

function httpStatusOf(error: unknown): string {
  const { status } = partsOf(error);
  return status === undefined ? '' : ` (HTTP ${status})`;
}

function denied(error: unknown, words: string, permissions: Permissions): Failure {
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(partsOf(error).message)?.[1];
  const needed = [...new Set(permissions.map((permission) => permission.action))].sort();
  return new Failure(
    'not allowed',
    `AWS denied the call: ${words}`,
    action
      ? `allow the job's role ${action} (docs/permissions.md has the whole policy; this component needs ${needed.join(', ')}).`
      : `check that the job's credentials are valid, and that the role has ${needed.join(', ')} (docs/permissions.md has the policy).`,
    error,
  );
}
