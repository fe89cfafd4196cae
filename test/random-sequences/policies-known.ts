import type { GitLabUser } from '../../emulator/gitlab/deployments.ts';

/** Everybody who has something to say; the last ones are somebody under another name, an access token, and a blocked account. */
export const PEOPLE: readonly GitLabUser[] = [
  { id: 57, username: 'jane' },
  { id: 58, username: 'bob' },
  { id: 59, username: 'carol' },
  { id: 60, username: 'dan' },
  { id: 58, username: 'robert' },
  { id: 70, username: 'project_42_bot_9a', bot: true },
  { id: 71, username: 'erin', state: 'blocked' },
];

/** A policy, as far as these histories know of it. */
export interface KnownPolicy {
  readonly approvals?: number;
  readonly count_job_runs?: boolean;
  readonly never?: readonly ['trained'];
  /** Hours of every day, in UTC. */
  readonly frozen?: readonly [from: number, to: number];
  /** Hours. */
  readonly expires?: number;
  readonly emergency?: readonly ('approvals' | 'never' | 'freeze')[];
}

export const POLICIES: readonly KnownPolicy[] = [
  { approvals: 2 },
  { approvals: 2, count_job_runs: true, expires: 2 },
  { approvals: 3, never: ['trained'] },
  { never: ['trained'], frozen: [10, 13] },
  { approvals: 2, never: ['trained'], expires: 4, emergency: ['approvals', 'freeze'], frozen: [18, 23] },
  { approvals: 2, count_job_runs: true, emergency: ['approvals', 'never'], never: ['trained'] },
  { approvals: 1, emergency: ['freeze'], frozen: [9, 20] },
];

/** One of which an emergency passes much. */
export const PASSABLE = 5;

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The file of a policy. */
export function textOf({ frozen, expires, ...same }: KnownPolicy): string {
  const hour = (number: number) => `${String(number).padStart(2, '0')}:00`;
  const freeze =
    frozen &&
    DAYS.map((day) => ({ from: `${day} ${hour(frozen[0])}`, to: `${day} ${hour(frozen[1])}`, time_zone: 'UTC' }));
  return JSON.stringify({
    ...same,
    ...(freeze && { freeze }),
    ...(expires !== undefined && { expires: `${expires} hours` }),
  });
}

/** A run of the approval job: who started it, and who spoke about its deployment before. */
export interface ApprovalRun {
  readonly job: number;
  readonly voices: { readonly person: GitLabUser; readonly at: Date; readonly against: boolean }[];
  started: { readonly person: GitLabUser; readonly at: Date } | undefined;
  ended: 'success' | 'failed' | undefined;
}

/** A pipeline of uat, with the policy of its commit. */
export interface PolicyPipeline {
  readonly id: number;
  readonly policy: KnownPolicy;
  readonly root: string;
  readonly approvals: ApprovalRun[];
  /** The version that check-model showed last, and when it had. */
  shown: { readonly arn: string; readonly at: Date } | undefined;
}

/** A run of the approval job, as somebody gave it. */
export interface GivenRun {
  readonly pipeline: PolicyPipeline;
  readonly run: ApprovalRun;
  readonly by: GitLabUser;
  readonly emergency: boolean;
  /** Whether GitLab told nothing while it ran. */
  readonly silent: boolean;
  /** The approval in the registry before it. */
  readonly before: string | undefined;
}
