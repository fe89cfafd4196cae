import * as z from 'zod';

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** The ARN of an IAM role. `meaning` says in an error which role it should be. */
export function roleArn(meaning: string) {
  return z.string().trim().regex(ROLE, meaning);
}
