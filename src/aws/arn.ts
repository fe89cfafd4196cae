import * as z from 'zod/mini';

/** The parts of an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
interface Arn {
  /** Empty for global services, such as IAM. */
  readonly region: string;
  readonly account: string;
}

/** Parses an ARN; `undefined` when the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, region, account] = /^arn:aws[\w-]*:[\w-]+:([\w-]*):(\d{12}):./.exec(text) ?? [];
  return region === undefined || account === undefined ? undefined : { region, account };
}

/** The name or ID at the end of an ARN; a name without slashes is itself. */
export function resourceId(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/**
 * The regular expression (as text) for the ARNs of a SageMaker resource; `resource` is that for the part after the
 * account ID.
 */
export function sagemakerArn(resource: string): string {
  return `arn:aws[\\w-]*:sagemaker:[\\w-]+:\\d{12}:${resource}`;
}

/** The regular expression (as text) for the ARNs of IAM roles. */
export const ROLE_ARN = 'arn:aws[\\w-]*:iam::\\d{12}:role\\/[\\w+=,.@/-]+';

/** The ARN of an IAM role. `meaning` says in an error which role it should be. */
export function roleArn(meaning: string) {
  return z.string().check(z.trim(), z.regex(new RegExp(`^${ROLE_ARN}$`), meaning));
}

/** The regular expression (as text) for the names of regions. */
export const REGION = '[a-z]{2}(-[a-z]+)+-\\d';
