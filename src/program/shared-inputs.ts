import * as z from 'zod/mini';
import { REGION, ROLE_ARN } from '../aws/arn.ts';
import { optional } from '../gitlab/inputs.ts';
import { environmentName } from '../registry/entry-keys.ts';

/** A text that is empty when its CI/CD variable is not visible in the job, the usual reason for an empty one. */
function visible(variable: string) {
  return z
    .string()
    .check(
      z.minLength(
        1,
        `must not be empty. If the CI/CD variable ${variable} is not visible here, give it a scope that covers the job's environment (uat* covers uat and uat/approval)`,
      ),
    );
}

/** The inputs that every program reads. What they mean; their types, defaults and descriptions are the templates'. */
export const sharedInputs = z.strictObject({
  environment: environmentName,
  /** What GitLab's name of the environment has more, where several models share it: `/churn`. */
  gitlab_environment_suffix: z._default(
    z
      .string()
      .check(
        z.regex(
          /^(\/(?!(approval|rollback|comparison)$)[\w-]{1,64})?$/,
          'must be empty, or a slash and letters, digits, _ or -, but not /approval, /rollback or /comparison',
        ),
      ),
    '',
  ),
  aws_region: visible('AWS_REGION').check(
    z.regex(new RegExp(`^(${REGION})?$`), 'must be an AWS region, like ap-southeast-1'),
  ),
  role_arn: visible('AWS_ROLE_ARN').check(
    z.regex(
      new RegExp(`^(none|${ROLE_ARN})?$`),
      'must be the ARN of the IAM role that this job assumes, or "none" to use the runner\'s own credentials',
    ),
  ),
  expected_account_id: optional(
    z.string().check(z.regex(/^\d{12}$/, 'must be an AWS account ID of 12 digits, or empty')),
  ),
});

export type SharedInputs = z.output<typeof sharedInputs>;

/** Inputs that every program reads as a word of the script: a variable could move the job to another environment. */
export type SharedSafetyInput = 'gitlab_environment_suffix';
