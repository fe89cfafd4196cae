import type { Job } from '../gitlab/job.ts';

/** What time it is, or why nobody can be sure. */
export type KnownTime = { readonly is: 'known'; readonly now: Date } | { readonly is: 'unknown'; readonly why: string };

/** Milliseconds by which a runner's clock may differ from GitLab's. */
const DIFFERENCE = 10 * 60_000;

/**
 * The time by which a policy is judged. A runner's clock can be wrong, or set: it counts only within the life of the job's id_token,
 * which GitLab's clock began (`iat`) and AWS's accepted (`exp`), and it is never before GitLab's.
 */
export function timeOf(runner: Date, { tokenLife }: Pick<Job, 'tokenLife'>): KnownTime {
  if (tokenLife === undefined)
    return { is: 'unknown', why: 'the token of this job does not say when GitLab issued it' };
  const { from, to } = tokenLife;
  const [least, most] = [from.getTime() - DIFFERENCE, to.getTime() + DIFFERENCE];
  if (runner.getTime() < least || runner.getTime() > most)
    return {
      is: 'unknown',
      why: `the runner's clock says ${runner.toISOString()}, and the token of this job is for ${from.toISOString()} to ${to.toISOString()}`,
    };
  return { is: 'known', now: runner < from ? from : runner };
}

/** Milliseconds of each unit. */
const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The pattern of a length of time in a policy: `7 days`. */
export const LENGTH = /^([1-9]\d{0,3}) (minute|hour|day)s?$/;

/** The milliseconds of a length of time that has the pattern. */
export function millisecondsOf(length: string): number {
  const [, count, unit] = LENGTH.exec(length) ?? [];
  const [, milliseconds = Number.NaN] = Object.entries(UNITS).find(([name]) => name === unit) ?? [];
  return Number(count) * milliseconds;
}
