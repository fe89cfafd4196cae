import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

/** Why SageMaker could not serve a model, and what to do about it. */
export interface Advice {
  readonly cause:
    | 'quota'
    | 'capacity'
    | 'model data'
    | 'image'
    | 'health check'
    | 'permission'
    | 'subscription'
    | 'unknown';
  /** In our words, where they say more than SageMaker's. */
  readonly what?: string;
  readonly next: string;
}

const QUOTA =
  /service limit '(?<quota>[^']+)' is (?<limit>[\d.]+) \w+, with current utilization of (?<used>[\d.]+) \w+ and a request delta of (?<delta>[\d.]+)/;

/**
 * Reads SageMaker's reason for a failed creation or update. Its texts are as users of AWS report them; one that is not known
 * here is shown as it is, with where to look.
 */
export function adviceFor(reason: string): Advice {
  const quota = QUOTA.exec(reason)?.groups;
  if (quota) return quotaAdvice(quota);
  const known = KNOWN.find(([, text]) => text.test(reason));
  const [cause, , next] = known ?? [
    'unknown',
    /./,
    'read the reason and the log lines above, then run this job again.',
  ];
  return { cause, next };
}

/** An error of a request, as a refusal with its advice, when SageMaker gave a reason that is known here; else as it was. */
export function asRefusal(error: unknown, happened: string): unknown {
  const { name, message } = partsOf(error);
  if (name !== 'ValidationException' && name !== 'ResourceLimitExceeded') return error;
  const { cause, what, next } = adviceFor(message);
  if (cause === 'unknown') return error;
  return new Failure('refused', `${happened} ${what ? `${what} ` : ''}(${inItsOwnWords(error)})`, next, error);
}

function quotaAdvice({ quota = '', limit = '', used = '', delta = '' }: Readonly<Record<string, string>>): Advice {
  const needed = Number(used) + Number(delta);
  return {
    cause: 'quota',
    what: `The account may run ${limit} instances of "${quota}"; ${used} are in use, and this deployment asks for ${delta} more. While an update runs, the old and the new instances both count, so that it needs up to double.`,
    next: `ask for at least ${needed} under "${quota}" in the console of Service Quotas, or set another instance_type or a lower instance_count; then run this job again.`,
  };
}

const KNOWN: readonly (readonly [Advice['cause'], RegExp, string])[] = [
  [
    'quota',
    /ResourceLimitExceeded|account-level service limit/,
    'ask for more of it in the console of Service Quotas, or set another instance_type or a lower instance_count; then run this job again.',
  ],
  [
    'capacity',
    /CapacityError|InsufficientInstanceCapacity|Unable to provision requested ML compute capacity/i,
    'run this job again later, or set another instance_type: AWS has none of these instances left at the moment.',
  ],
  [
    'model data',
    /model data/i,
    'check that the execution_role_arn trusts sagemaker.amazonaws.com and may s3:GetObject the model data (and kms:Decrypt it), that it lies in this region, and that its tar.gz holds no symbolic link; then run this job again.',
  ],
  [
    'image',
    /make sure all images|image .*(does not exist|not found)|ecr:/i,
    "check that the model package's image exists in this region and that the execution_role_arn may pull it (ecr:BatchGetImage, and the repository's policy for another account); then run this job again.",
  ],
  [
    'health check',
    /ping health check/i,
    "read the container's log lines above: it must answer GET /ping with 200 within its start-up time; correct the model or set model_environment, then register a new version.",
  ],
  [
    'permission',
    /scalable target|permission|not authorized|AccessDenied/i,
    "allow the job's role what the reason names, then run this job again.",
  ],
  [
    'subscription',
    /not subscribed to the marketplace offering/i,
    'subscribe the account to the offering of the AWS Marketplace, then run this job again.',
  ],
];
