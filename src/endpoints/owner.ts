import type { Tag } from '@aws-sdk/client-sagemaker';
import { onceInTheInclude } from '../gitlab/safety-inputs.ts';
import { OURS } from '../gitlab/tags.ts';
import type { FailureCode } from '../ground/failure-codes.ts';
import { sameGroup } from '../registry/packages.ts';

/** Whose an endpoint is. Its tags say so from its first deployment on. */
export interface Owner {
  /** The ID of the GitLab project. */
  readonly project: string;
  readonly environment: string;
  /** The ARN of the model package group. */
  readonly group: string;
}

const NAMES = ['project', 'environment', 'group'] as const;

export function ownerTags(owner: Owner): Tag[] {
  return NAMES.map((name) => ({ Key: OURS + name, Value: owner[name] }));
}

/** The owner that tags name; `undefined` when they name none. One that is named in part is nobody that we know. */
export function ownerIn(tags: ReadonlyMap<string, string>): Owner | undefined {
  const [project, environment, group] = NAMES.map((name) => tags.get(OURS + name));
  if (project === undefined && environment === undefined && group === undefined) return undefined;
  return { project: project ?? '', environment: environment ?? '', group: group ?? '' };
}

export function isSameOwner(one: Owner, other: Owner): boolean {
  const same = one.project === other.project && one.environment === other.environment;
  return same && sameGroup(one.group, other.group);
}

/** `project 42, environment main, group arn:...`. */
export function ownerLine(owner: Owner): string {
  return NAMES.map((name) => `${name} ${owner[name] || '(not named)'}`).join(', ');
}

/** Why another's endpoint is not touched. */
export function refusalOfOwner(
  endpoint: string,
  theirs: Owner,
  ours: Owner,
): { code: FailureCode; why: string; next: string } {
  return {
    code: 'SMC-4001',
    why: `${endpoint} belongs to another deployment, as its tags say (${ownerLine(theirs)}). This job is for ${ownerLine(ours)}. Nothing was changed.`,
    next: `set another endpoint_name: each project, environment and model needs an endpoint of its own. If this one must change hands, ${onceInTheInclude('take_over_endpoint')}.`,
  };
}
