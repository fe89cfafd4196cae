import * as z from 'zod/mini';

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** The ARN of an IAM role. `meaning` says in an error which role it should be. */
export function roleArn(meaning: string) {
  return z.string().check(z.trim(), z.regex(ROLE, meaning));
}
