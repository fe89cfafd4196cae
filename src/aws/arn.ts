import * as z from 'zod/mini';

/** The parts of an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
interface Arn {
  /** Empty for global services, such as IAM. */
  readonly region: string;
  readonly account: string;
}

/** The parts of an ARN; `undefined` when the text is none. */
export function parseArn(text: string): Arn | undefined {
  const [, region, account] = /^arn:aws[\w-]*:[\w-]+:([\w-]*):(\d{12}):./.exec(text) ?? [];
  return region === undefined || account === undefined ? undefined : { region, account };
}

/** The name or ID at the end of an ARN; a name without slashes is itself. */
export function resourceId(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The source of a pattern for the ARNs of one kind of SageMaker resource; `resource` is the source of what follows the account. */
export function sagemakerArn(resource: string): string {
  return `arn:aws[\\w-]*:sagemaker:[\\w-]+:\\d{12}:${resource}`;
}

/** The source of a pattern for the ARNs of IAM roles. */
export const ROLE_ARN = 'arn:aws[\\w-]*:iam::\\d{12}:role\\/[\\w+=,.@/-]+';

/** The ARN of an IAM role. `meaning` says in an error which role it should be. */
export function roleArn(meaning: string) {
  return z.string().check(z.trim(), z.regex(new RegExp(`^${ROLE_ARN}$`), meaning));
}

/** The source of a pattern for the names of regions. */
export const REGION = '[a-z]{2}(-[a-z]+)+-\\d';
