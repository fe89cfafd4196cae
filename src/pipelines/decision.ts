import type { Attempt } from './executions.ts';

/** `runs` is looked up only for an attempt that could be joined. */
export type KnownAttempt = Attempt & { readonly runs?: 'ours' | 'another' };
export type ExecutionPlan =
  | { do: 'join'; execution: string; why: string }
  | { do: 'start'; attempt: number; why: string };

/**
 * A GitLab pipeline joins its own execution while that runs or has succeeded with our definition; otherwise it starts
 * the next attempt.
 */
export function decideExecution(latest: KnownAttempt | undefined, newRun: boolean): ExecutionPlan {
  if (!latest) return { do: 'start', attempt: 1, why: 'This pipeline has no execution yet: starting attempt 1.' };
  const { execution, number, status } = latest;
  const next = (why: string): ExecutionPlan => ({
    do: 'start',
    attempt: number + 1,
    why: `${why}: starting attempt ${number + 1}.`,
  });
  if (newRun) return next(`Attempt ${number} is ${status}, and new_run is true`);
  switch (status) {
    case 'Executing':
    case 'Succeeded':
      if (latest.runs !== 'ours') return next(`Attempt ${number} runs a different definition`);
      return {
        do: 'join',
        execution,
        why: `Attempt ${number} of this pipeline is ${status}: joining it (${execution}).`,
      };
    default:
      return next(`Attempt ${number} of this pipeline is ${status}`);
  }
}
