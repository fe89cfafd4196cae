import type * as z from 'zod/mini';
import { includeInWords } from '../gitlab/include.ts';
import { invalidInputs, readInputs } from '../gitlab/inputs.ts';
import { asOnTargetBranch } from '../gitlab/target-branch.ts';
import { Failure } from '../ground/failure.ts';
import { type Component, isOfMergeRequests } from './component.ts';
import type { Context, Host, Viewpoint } from './context.ts';
import { type SharedInputs, sharedInputs } from './shared-inputs.ts';

/** What a job finds of the jobs that come after it. */
export interface Ahead {
  /** What is wrong with their inputs: a line each. */
  readonly problems: readonly string[];
  /** What is wrong with their files. */
  readonly failures: readonly Failure[];
  /** For the log: what was checked, and what cannot be checked yet. */
  readonly lines: readonly string[];
  /** Throws a Failure when AWS shows already what one of them would refuse. It only reads. */
  refuse(context: Context): Promise<void>;
}

/** Looks at what the jobs after this one are given; `undefined` where the job knows of none. */
export type LookAhead = (host: Viewpoint) => Promise<Ahead | undefined>;

const NOTHING_AHEAD: Ahead = { problems: [], failures: [], lines: [], refuse: async () => undefined };

/**
 * Reads the inputs and checks the files, those of later jobs too, before AWS is reached. Throws a Failure of kind
 * "invalid input" that tells all that is wrong with inputs; when they are right, all that is wrong with files.
 */
export async function readAndCheck<Inputs extends z.ZodMiniObject>(
  component: Component<Inputs>,
  host: Host,
  lookAhead: LookAhead | undefined,
): Promise<{ shared: SharedInputs; own: z.output<Inputs>; ahead: Ahead }> {
  const { name, safetyInputs, jobInputs = [], inputs } = component;
  const { args } = host;
  const env = isOfMergeRequests(component) ? asOnTargetBranch(host.env, args) : host.env;
  const read = readInputs({ component: name, env, args, safetyInputs, jobInputs }, sharedInputs, inputs);
  const ahead = (await lookAhead?.(host)) ?? NOTHING_AHEAD;
  const problems = [...('problems' in read ? read.problems : []), ...ahead.problems];
  if ('problems' in read || problems.length > 0) throw invalidInputs(problems, includeInWords(env, name));
  refuseFiles([...(await wrongFiles(component, read.own, host)), ...ahead.failures]);
  return { ...read, ahead };
}

/** What is wrong with the files of a component, as far as its inputs are known. */
export async function wrongFiles<Inputs extends z.ZodMiniObject>(
  component: Pick<Component<Inputs>, 'checkFiles'>,
  known: Partial<z.output<Inputs>>,
  viewpoint: Viewpoint,
): Promise<readonly Failure[]> {
  try {
    await component.checkFiles?.(known, viewpoint);
    return [];
  } catch (error) {
    if (error instanceof Failure) return [error];
    throw error;
  }
}

/** Throws the Failure that tells all that is wrong with files: once, also of a file that several jobs read. */
export function refuseFiles(found: readonly Failure[]): void {
  const failures = [...new Map(found.map((each) => [each.coded, each])).values()];
  const [only, ...more] = failures;
  if (only === undefined) return;
  if (more.length === 0) throw only;
  const nexts = [...new Set(failures.map(({ next }) => next))];
  const messages = [only.message, ...more.map(({ coded }) => coded)];
  throw new Failure(only.code, messages.join('\n'), nexts.join(' And: '));
}
