import type * as z from 'zod/mini';
import type { BUILT, EntryKind } from '../registry/entries.ts';
import type { Context } from './context.ts';

/** One AWS action that a component needs. Read by the generated policies, by the hint after a denied call, and by a test. */
export interface Permission {
  /** `sagemaker:DescribeEndpoint`, spelled as IAM spells it. */
  readonly action: `${string}:${string}`;
  readonly on:
    | 'anything'
    | 'group'
    | 'package'
    | 'pipeline'
    | 'execution'
    | 'model'
    | 'endpoint config'
    | 'endpoint'
    | 'job logs'
    | 'endpoint logs'
    | 'pipeline role'
    | 'execution role';
  /** When it is needed, if not always: the end of a sentence. */
  readonly when?: string;
  /** For UpdateModelPackage: the only registry entry that this duty writes. */
  readonly writes?: typeof BUILT | EntryKind;
}

/** How a run ended well: the last line of the log, and the variables for the project's own jobs. */
export interface Done<Output extends string> {
  readonly verdict: string;
  readonly outputs: Readonly<Partial<Record<Output, string>>>;
}

export interface Component<Inputs extends z.ZodMiniObject = z.ZodMiniObject, Output extends string = string> {
  readonly name: string;
  /** What the inputs mean: no defaults and no descriptions, the template has them. */
  readonly inputs: Inputs;
  /** Inputs that decide safety: words of the script, which no CI/CD variable reaches. */
  readonly safetyInputs: readonly (keyof z.output<Inputs> & string)[];
  /** dotenv variable -> meaning. */
  readonly outputs: Readonly<Record<Output, string>>;
  readonly permissions: readonly Permission[];
  /** The GitLab environment of the job, where it is not the environment that it serves. */
  gitlabEnvironment?(environment: string): string;
  /** Refuses what the project's own files say wrongly, before AWS is reached. `root` is the project's folder. */
  checkFiles?(inputs: z.output<Inputs>, root: string): Promise<void>;
  run(inputs: z.output<Inputs>, context: Context): Promise<Done<Output>>;
}

/** A component's program. The identity, for its types: outputs and inputs flow from the definition into `run`. */
export function defineComponent<Inputs extends z.ZodMiniObject, Output extends string>(
  component: Component<Inputs, Output>,
): Component<Inputs, Output> {
  return component;
}
