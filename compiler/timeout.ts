import { parseDuration } from './duration.ts';
import { refuse } from './problem.ts';

/** A month, as Rails counts it. A job's timeout is shorter. */
const limitSeconds = 2_629_746;
/** The timeout of a job that names none, unless a project's settings say otherwise. */
const defaultSeconds = 3600;

/** A duration is a text: `timeout: "90"` is 90 seconds, but `timeout: 90` a number, which GitLab refuses. */
export function timeoutProblems(name: string, timeout: unknown): string[] {
  if (timeout === undefined) return [];
  const seconds = typeof timeout === 'string' ? parseDuration(timeout) : undefined;
  if (seconds === undefined) return [`jobs:${name}:timeout config should be a duration`];
  return seconds < limitSeconds ? [] : [`jobs:${name}:timeout config should not exceed the limit`];
}

/** The seconds that a job may take. A variable in a timeout is not expanded, but refused. */
export function timeoutSeconds(name: string, timeout: unknown): number {
  refuse(timeoutProblems(name, timeout));
  return (typeof timeout === 'string' ? parseDuration(timeout) : undefined) ?? defaultSeconds;
}
