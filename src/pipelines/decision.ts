import { resourceId } from '../aws/arn.ts';
import { type Attempt, MAX_EXECUTIONS } from './executions.ts';

/** This pipeline's latest attempt, and whether its execution runs our definition: looked up when it could be joined. */
type OwnAttempt = Attempt & { readonly runs?: 'ours' | 'another' };
/** An earlier attempt at something else, with the places where its definition differs. */
type OtherAttempt = Attempt & { readonly differences: readonly string[] };

export interface KnownAttempts {
  readonly own?: OwnAttempt | undefined;
  /** Only when there is no own one. */
  readonly other?: OtherAttempt | undefined;
  readonly leftOut: 'older' | 'none';
}

export type ExecutionPlan =
  | { do: 'join'; execution: string; why: string }
  | { do: 'start'; attempt: number; why: string };

/**
 * A GitLab pipeline joins its own execution while that runs or has succeeded with our definition; otherwise it starts
 * the next attempt.
 */
export function decideExecution({ own, other, leftOut }: KnownAttempts, newRun: boolean): ExecutionPlan {
  if (!own) return { do: 'start', attempt: 1, why: other ? secondTraining(other) : firstTraining(leftOut) };
  const { execution, number, status } = own;
  const next = (why: string): ExecutionPlan => ({
    do: 'start',
    attempt: number + 1,
    why: `${why}: starting attempt ${number + 1}.`,
  });
  if (newRun) return next(`Attempt ${number} is ${status}, and new_run is true`);
  switch (status) {
    case 'Executing':
    case 'Succeeded':
      if (own.runs !== 'ours') return next(`Attempt ${number} runs a different definition`);
      return {
        do: 'join',
        execution,
        why: `Attempt ${number} of this pipeline is ${status}: joining it (${execution}).`,
      };
    default:
      return next(`Attempt ${number} of this pipeline is ${status}`);
  }
}

function firstTraining(leftOut: KnownAttempts['leftOut']): string {
  return leftOut === 'none'
    ? 'This pipeline has no execution yet: starting attempt 1.'
    : `None of the ${MAX_EXECUTIONS} newest executions is of this pipeline, and older ones are not checked: starting attempt 1.`;
}

/** How many differing places are named. */
const SHOWN = 3;

function secondTraining({ execution, status, differences }: OtherAttempt): string {
  const shown = differences.slice(0, SHOWN).join(', ');
  const more = differences.length > SHOWN ? ` and ${differences.length - SHOWN} more` : '';
  const what =
    differences.length === 0
      ? 'with the same definition, but another role or other parameters'
      : `with another definition (different: ${shown}${more})`;
  return `This pipeline already started the execution ${resourceId(execution)} (${status}), ${what}: starting a second training.`;
}
