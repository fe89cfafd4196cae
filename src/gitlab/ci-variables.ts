import type { Env } from '../ground/env.ts';

/**
 * The variables of GitLab that a program replaces: those that the job's token confirms (another value is refused, see
 * `verifiedJob`), and that are the same when the job is run again.
 */
const VALUES = new Map<string, (env: Env) => string | undefined>([
  ['CI_COMMIT_BRANCH', (env) => env.CI_COMMIT_BRANCH],
  ['CI_COMMIT_REF_NAME', (env) => env.CI_COMMIT_REF_NAME],
  ['CI_COMMIT_SHA', (env) => env.CI_COMMIT_SHA],
  ['CI_COMMIT_SHORT_SHA', (env) => env.CI_COMMIT_SHA?.slice(0, 8)],
  ['CI_ENVIRONMENT_NAME', (env) => env.CI_ENVIRONMENT_NAME],
  ['CI_PIPELINE_ID', (env) => env.CI_PIPELINE_ID],
  ['CI_PROJECT_ID', (env) => env.CI_PROJECT_ID],
  ['CI_PROJECT_PATH', (env) => env.CI_PROJECT_PATH],
]);

/** Their names, in the order of the alphabet. */
export const REPLACED_VARIABLES: readonly string[] = [...VALUES.keys()];

/** What is told of a text in which variables are to be replaced: each, the end of a sentence about the text. */
interface Refusals {
  /** For a name that is not replaced, or a single dollar sign. `refusalOf` says what is right, once for all of them. */
  forbid(sign: string): void;
  refuse(why: string): void;
}

/** The text with the value of each `$NAME` or `${NAME}`, and with a dollar sign for each `$$`. */
export function withCiVariables(text: string, env: Env, { forbid, refuse }: Refusals): string {
  return text.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})?/g, (sign, plain?: string, braced?: string) => {
    const name = plain ?? braced;
    if (sign === '$$') return '$';
    const value = name === undefined ? undefined : VALUES.get(name);
    if (value === undefined) forbid(sign);
    else if (!value(env)) refuse(`contains "${sign}", which has no value in this job`);
    return value?.(env) ?? '';
  });
}

/** Why signs cannot stand in a text, and what can. */
export function refusalOf(signs: readonly string[]): string {
  const each = [...new Set(signs)].map((sign) => `"${sign}"`).join(' or ');
  return `must not contain ${each}. Write $$ for "$" (a tag allows none). Only these variables are replaced: ${REPLACED_VARIABLES.join(', ')}`;
}
