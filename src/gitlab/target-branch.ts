import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import { optionFor, variableFor } from './inputs.ts';

/**
 * The line with which a job of a merge request from a fork ends; `undefined` for one of the project itself. Whoever may push to
 * the fork writes its pipeline, and no role trusts that.
 */
export function lineForFork(env: Env): string | undefined {
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source, CI_MERGE_REQUEST_PROJECT_ID: target } = env;
  if (!source || !target || source === target) return undefined;
  return `Nothing to do: this merge request comes from a fork (project ${source}), for which there is no role in AWS. The pipeline after the merge shows the version to its approver.`;
}

/**
 * The variables as a pipeline of the target branch would have them, for the inputs: a merge request's pipeline has no branch. Where
 * nothing put the template's in its place, `$CI_COMMIT_BRANCH` stands in an input as it was written. Throws a Failure where the pipeline is of no merge request.
 */
export function asOnTargetBranch(env: Env, words: readonly string[]): Env {
  const { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: branch } = env;
  if (!branch)
    throw new Failure(
      'SMC-8001',
      'This job is for the pipelines of merge requests, but this pipeline is of none: CI_MERGE_REQUEST_TARGET_BRANCH_NAME is empty.',
      'let the rules of this job begin with $CI_PIPELINE_SOURCE == "merge_request_event", as those of the template do.',
    );
  const option = `${optionFor('gitlab_environment_suffix')}=`;
  const suffix = words.find((word) => word.startsWith(option))?.slice(option.length) ?? '';
  const inputs = Object.entries(env).filter(([name]) => name.startsWith(variableFor('')));
  const onBranch: Env = {
    ...env,
    ...Object.fromEntries(inputs.map(([name, value]) => [name, value && withBranch(value, branch)])),
    CI_COMMIT_BRANCH: branch,
    CI_COMMIT_REF_NAME: branch,
  };
  return { ...onBranch, CI_ENVIRONMENT_NAME: `${onBranch[variableFor('environment')] ?? ''}${suffix}` };
}

/** The text of an input with a branch in place of its variable; `$$` is a dollar sign, and no variable follows it. */
function withBranch(text: string, branch: string): string {
  return text.replaceAll(/(?<!\$)\$(?:CI_COMMIT_BRANCH\b|\{CI_COMMIT_BRANCH\})/g, () => branch);
}

/**
 * The variables by which a job of a merge request says who it is: its template gives it the target branch as CI_COMMIT_BRANCH, for
 * the inputs, and its token is of the branch that is merged. Any other value was set by somebody, and stays.
 */
export function withoutTargetBranch(env: Env): Env {
  const { CI_COMMIT_BRANCH: branch, CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target } = env;
  return branch === target ? { ...env, CI_COMMIT_BRANCH: undefined } : env;
}
