import type * as z from 'zod/mini';
import type { Channel } from '../notify/channel.ts';
import type { BUILT, EntryKind } from '../registry/entry-keys.ts';
import type { Context, Viewpoint } from './context.ts';
import type { SharedSafetyInput } from './shared-inputs.ts';

/**
 * One AWS action that a component needs. Read by the generated policies, by the hint after a denied call, and by a
 * test.
 */
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
    | 'any endpoint'
    | 'temporary endpoint'
    | 'temporary endpoint config'
    | 'temporary model'
    | 'job logs'
    | 'endpoint logs'
    | 'alarms'
    | 'release alarms'
    | 'metrics'
    | 'training reports'
    | 'labelled data'
    | 'predictions'
    | 'image'
    | 'model data'
    | 'pipeline role'
    | 'execution role'
    | 'scalable target'
    | 'scaling alarms'
    | 'scaling role'
    | 'volume key'
    | 'payloads in S3'
    | 'answers in S3'
    | 'bucket of answers';
  /** When it is needed, if not always: the end of a sentence. */
  readonly when?: string;
  /** For UpdateModelPackage: the only registry entry that this duty writes. */
  readonly writes?: typeof BUILT | EntryKind;
  /** What it is left out of the policies without: a team that does not use this needs no such power. */
  readonly of?: 'autoscaling' | 'volumeKey' | 'asynchronous';
  /** With it: the approval status that it sets in the first environment, and no other. Without one it sets none. */
  readonly sets?: 'Approved' | 'Rejected' | undefined;
}

/** How a run ended well: the last line of the log, and the variables for the project's own jobs. */
export interface Done<Output extends string> {
  readonly verdict: string;
  readonly outputs: Readonly<Partial<Record<Output, string>>>;
}

/**
 * What the job of a component is in GitLab. The template says it again in YAML, where a project may set what is a
 * default here; test/catalog.test.ts compares the two.
 */
export interface GitLabJob<Input extends string = string> {
  /** Its stage by default: the handbook's name for the step. */
  readonly stage: string;
  /**
   * The branches on which it runs by default; "first" where its work is promoted, and not done again on later ones; "into
   * every" where it runs in the pipelines of merge requests into them.
   */
  readonly branches: 'every' | 'first' | 'into every';
  /** The time by default after which GitLab stops it. */
  readonly timeout: '1 hour' | `${number} hours`;
  /** Its environment in GitLab; false where it has none: the pipeline of a merge request is no deployment. */
  readonly environment:
    | false
    | {
        /**
         * "start" adds a deployment to the environment's list; "verify" only lets the job see the environment's variables;
         * "stop" ends the environment until it is deployed to again.
         */
        readonly action: 'start' | 'verify' | 'stop';
        /** The name of the job's environment in GitLab, where it is not the environment that the job serves. */
        name?(served: string): string;
        /** Whether its jobs have the role of the environment all the same, and not one of their own. */
        readonly sharesRole?: true;
      };
  /** Where its reports are: in a folder of its own of `sagemaker/`, or in one whose name needs no variable (expose_as). */
  readonly folder?: string;
  /** Its reports beside those of every job: file -> what it holds before the job wrote it. */
  readonly reports?: Readonly<Record<string, string>>;
  /** Jobs with one value of this input take turns: their resource group is sagemaker/<environment>/<value>/deployment. */
  readonly resourceGroup: Input | false;
  /** Whether a person starts it, and whether the pipeline waits for that ("blocking") or goes on ("optional"). */
  readonly manual: 'blocking' | 'optional' | false;
}

export interface Component<
  Inputs extends z.ZodMiniObject = z.ZodMiniObject,
  Output extends string = string,
  Name extends string = string,
> {
  readonly name: Name;
  /**
   * What its IAM role is there for: a policy's name, `approve-uat`, begins with it. Components of one duty share it.
   */
  readonly duty: string;
  readonly gitlab: GitLabJob<keyof z.output<Inputs> & string>;
  /** What the inputs mean: no defaults and no descriptions, the template has them. */
  readonly inputs: Inputs;
  /** Inputs that decide safety: words of the script, which no CI/CD variable reaches. */
  readonly safetyInputs: readonly ((keyof z.output<Inputs> | SharedSafetyInput) & string)[];
  /** Inputs that a person gives in GitLab when they start the job: words of the script, too. Most components have none. */
  readonly jobInputs?: readonly (keyof z.output<Inputs> & string)[];
  /** dotenv variable -> meaning. */
  readonly outputs: Readonly<Record<Output, string>>;
  readonly permissions: readonly Permission[];
  /**
   * Refuses what the project's own files say wrongly, before AWS is reached, as far as the inputs are known: of the job
   * itself, or of the first job of promote.
   */
  checkFiles?(inputs: Partial<z.output<Inputs>>, viewpoint: Viewpoint): Promise<void>;
  /** Where it is told what the job does: asked for when there is something to tell. Most tell nobody. */
  channels?(inputs: z.output<Inputs>, reader: Pick<Context, 'job' | 'fileOfCommit'>): Promise<readonly Channel[]>;
  run(inputs: z.output<Inputs>, context: Context): Promise<Done<Output>>;
}

/**
 * A component's program. The identity, for its types: name, inputs and outputs flow from here to whoever reads them.
 */
export function defineComponent<Inputs extends z.ZodMiniObject, Output extends string, Name extends string>(
  component: Component<Inputs, Output, Name>,
): Component<Inputs, Output, Name> {
  return component;
}

/** The GitLab environment of a component's job that serves an environment; `undefined` where the job has none. */
export function gitlabEnvironmentOf({ gitlab }: Pick<Component, 'gitlab'>, served: string): string | undefined {
  if (gitlab.environment === false) return undefined;
  return gitlab.environment.name?.(served) ?? served;
}

/** The GitLab environment whose variable names the role of a component's jobs; `undefined` where the job has none. */
export function roleEnvironmentOf({ gitlab }: Pick<Component, 'gitlab'>, served: string): string | undefined {
  const shares = gitlab.environment !== false && gitlab.environment.sharesRole === true;
  return shares ? served : gitlabEnvironmentOf({ gitlab }, served);
}

/** Whether a component runs in the pipelines of merge requests, which have neither a branch nor an environment. */
export function isOfMergeRequests({ gitlab }: Pick<Component, 'gitlab'>): boolean {
  return gitlab.branches === 'into every';
}
