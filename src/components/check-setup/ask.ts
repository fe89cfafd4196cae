import { type Denial, denialIn } from '../../aws/denial.ts';
import { isKnownError } from '../../aws/sagemaker-errors.ts';
import type { Aws } from '../../aws/session.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { inItsOwnWords, partsOf } from '../../ground/error-parts.ts';
import type { CheckedNames } from './names.ts';

/** What requests are made with. */
export interface ProbeHands {
  readonly aws: Aws;
  readonly names: CheckedNames;
}

export type Ask = (asking: ProbeHands) => Promise<unknown>;

/** What AWS said to one request that is asked only to see whether it is allowed. */
export type ProbeAnswer =
  /** `by` says who says so, where it is not AWS's answer to the request itself. */
  | { readonly is: 'allowed'; readonly by?: string }
  /** Another action than the one that was asked for, where the request needs several. */
  | {
      readonly is: 'denied';
      readonly action: string;
      /** On which resource, where AWS names it. */
      readonly resource: string | undefined;
      /** The kind of policy that denied it, where it is none of the role's own. */
      readonly by: string | undefined;
      /** By which policy it was denied, or on which resource. */
      readonly words: string;
      /** What to do where no policy of the role can help. */
      readonly next: string | undefined;
    }
  /** It did what must have been impossible. */
  | { readonly is: 'done' }
  | { readonly is: 'unknown'; readonly why: string };

/** A request that reads, or one that AWS must refuse because it is about what there is not. */
export interface Probe {
  readonly kind: 'read' | 'impossible';
  ask(): Promise<unknown>;
}

/**
 * Asks, and tells what the answer means. AWS looks at the policies before it looks for what a request is about: "not found" is
 * said only to who may ask. Trouble, and words that nobody knows, say nothing.
 */
export async function heard({ kind, ask }: Probe): Promise<ProbeAnswer> {
  try {
    await ask();
    return { is: kind === 'read' ? 'allowed' : 'done' };
  } catch (error) {
    return meaningOf(error);
  }
}

function meaningOf(error: unknown): ProbeAnswer {
  const { message } = partsOf(error);
  const denial = denialIn(message);
  if (troubleOf(error) === 'denied' && denial)
    return {
      is: 'denied',
      ...{ action: denial.action, resource: resourceIn(message), by: denial.by },
      ...{ words: wordsOf(denial, message), next: denial.next },
    };
  if (troubleOf(error) === 'other' && isAboutNothing(error)) return { is: 'allowed' };
  return { is: 'unknown', why: inItsOwnWords(error) };
}

/** AWS's own words are long, and the same for each resource. */
function wordsOf(denial: Denial, message: string): string {
  const resource = resourceIn(message);
  const by = denial.by === undefined ? 'AWS' : denial.by;
  return `${by} denies it${resource === undefined ? '' : ` on ${resource}`}`;
}

function resourceIn(message: string): string | undefined {
  return /on resource: (\S+)/.exec(message)?.[1];
}

/** The answers to who may do something to what there is not, or is just being changed. */
const ABOUT_NOTHING = ['not found', 'already exists', 'update in progress', 'failed already'] as const;

/** In the words of the services that are not SageMaker's own API: its runtime, and Application Auto Scaling. */
const OF_OTHERS: readonly (readonly [name: string, words: RegExp])[] = [
  ['ValidationError', /^(Endpoint|Variant) .* not found/],
  ['ObjectNotFoundException', /./],
];

function isAboutNothing(error: unknown): boolean {
  const { name, message } = partsOf(error);
  return (
    ABOUT_NOTHING.some((news) => isKnownError(news, error)) ||
    OF_OTHERS.some(([code, words]) => code === name && words.test(message))
  );
}
