import { denialIn } from '../aws/denial.ts';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

/** Why SageMaker could not serve a model, and what to do about it. */
export interface Advice {
  readonly cause:
    | 'quota'
    | 'capacity'
    | 'model data'
    | 'image'
    | 'image size'
    | 'health check'
    | 'permission'
    | 'autoscaling'
    | 'subscription'
    | 'unknown';
  /** In our words, where they say more than SageMaker's. */
  readonly what?: string;
  readonly next: string;
}

/** How deploy-model says which job to run again: itself. */
export const RUN_AGAIN = 'run this job again';

const QUOTA =
  /service limit '(?<quota>[^']+)' is (?<limit>[\d.]+) \w+, with current utilization of (?<used>[\d.]+) \w+ and a request delta of (?<delta>[\d.]+)/;

/**
 * What to do about SageMaker's FailureReason. The known texts are those that users of AWS report; for any other, the
 * advice says where to look. `again` says which job to run again.
 */
export function adviceFor(reason: string, again = RUN_AGAIN): Advice {
  const quota = QUOTA.exec(reason)?.groups;
  if (quota) return quotaAdvice(quota, again);
  const denial = denialIn(reason, 'the role that the reason names');
  if (denial?.by) return { cause: 'permission', next: `${denial.next} Then ${again}.` };
  const known = KNOWN_REASONS.find(({ pattern }) => pattern.test(reason));
  if (known) return { cause: known.cause, next: known.next(again) };
  return { cause: 'unknown', next: `read the reason and the log lines above, then ${again}.` };
}

/**
 * Turns an error of a request into a Failure with advice: where its reason is known here, or what to do otherwise. Returns any other
 * error as it is.
 */
export function asRefusal(error: unknown, happened: string, otherwise?: string): unknown {
  const { name, message } = partsOf(error);
  if (name !== 'ValidationException' && name !== 'ResourceLimitExceeded') return error;
  const { cause, what, next: known } = adviceFor(message);
  const next = cause === 'unknown' ? otherwise : known;
  if (next === undefined) return error;
  return new Failure('SMC-4016', `${happened} ${what ? `${what} ` : ''}(${inItsOwnWords(error)})`, next, error);
}

function quotaAdvice(
  { quota = '', limit = '', used = '', delta = '' }: Readonly<Record<string, string>>,
  again: string,
): Advice {
  const needed = Number(used) + Number(delta);
  return {
    cause: 'quota',
    what: `The quota "${quota}" is ${limit} instances: ${used} are in use, and this deployment needs ${delta} more. During an update, the old and the new instances both count (up to double).`,
    next: `request at least ${needed} for "${quota}" in Service Quotas, or set another instance_type or a lower instance_count, then ${again}.`,
  };
}

interface KnownReason {
  readonly cause: Advice['cause'];
  readonly pattern: RegExp;
  next(again: string): string;
}

/** The first that matches counts. */
const KNOWN_REASONS: readonly KnownReason[] = [
  {
    cause: 'quota',
    pattern: /ResourceLimitExceeded|account-level service limit/,
    next: (again) =>
      `request a higher quota in Service Quotas, or set another instance_type or a lower instance_count, then ${again}.`,
  },
  {
    cause: 'capacity',
    pattern: /CapacityError|InsufficientInstanceCapacity|Unable to provision requested ML compute capacity/i,
    next: (again) =>
      `${again} later, or set another instance_type: AWS has no free instance of this type now. In the endpoint file, instance_pools names several types, of which SageMaker takes the first that is free.`,
  },
  {
    cause: 'model data',
    pattern: /model data/i,
    next: (again) =>
      `check that the role in execution_role_arn trusts sagemaker.amazonaws.com and allows s3:GetObject (and kms:Decrypt) on the model data. The data must be in this region, and its tar.gz must have no symbolic link. Then ${again}.`,
  },
  {
    cause: 'image',
    pattern: /make sure all images|image .*(does not exist|not found)|ecr:/i,
    next: (again) =>
      `check that the model package's image exists in this region and that the role in execution_role_arn can pull it (ecr:BatchGetImage; for another account, also the repository's policy). Then ${again}.`,
  },
  {
    cause: 'image size',
    pattern: /image size \d+ is greater than supported/i,
    next: (again) =>
      `a serverless endpoint takes an image of at most 10 GB: make it smaller and register a new version, or serve on instances (instance_type in the endpoint file), then ${again}.`,
  },
  {
    cause: 'health check',
    pattern: /ping health check/i,
    // https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
    next: (again) =>
      `read the container's log lines above: it must answer GET /ping with 200 in time, by default within 8 minutes of its start. If they show an error, correct the model and register a new version. If the model only loads slowly, set a larger instance_type, or a longer container_startup_health_check_timeout_in_seconds in the endpoint file, then ${again}.`,
  },
  {
    cause: 'autoscaling',
    pattern: /must be deregistered as scalable targets/i,
    next: (again) => `${again}: it looks at what scales the endpoint.`,
  },
  {
    cause: 'permission',
    pattern: /scalable target|permission|not authorized|AccessDenied/i,
    next: (again) => `add the action that the reason names to the policy of the job's role, then ${again}.`,
  },
  {
    cause: 'subscription',
    pattern: /not subscribed to the marketplace offering/i,
    next: (again) => `subscribe the account to the AWS Marketplace offering, then ${again}.`,
  },
];
