import type { ScenarioName } from '../../emulator/scenarios.ts';
import type { EXIT_CODES, FailureCode } from '../../src/ground/failure-codes.ts';
import type { ProgramName } from '../catalog/programs.ts';
import type { JobOptions } from '../components/job.ts';
import type { Place, Stage } from './stage.ts';

/** One thing that goes wrong for one component: what a person sees, why and what to do, and what the test holds it to. */
export interface Row {
  /** Ends the sentence "deploy-model, when ...". */
  readonly when: string;
  /** The numbers of the known situations (situations.ts) that it shows; none for what GitLab or the project does. */
  readonly shows: readonly number[];
  readonly component: ProgramName;
  /** Every component meets it alike; the one above stands for all. */
  readonly everywhere?: true;
  /** The code of the message, in the log and in the heading of the page; none when the job ends well. */
  readonly code?: FailureCode;
  /** What the log says after it, with the example's names; `…` stands for anything. */
  readonly seen: string;
  /** It is got over without a word: what is seen is the end of a job to which nothing happened. */
  readonly silent?: true;
  /** What the log's last line says after "Next: ", `…` likewise; nothing when the job ends well. */
  readonly next?: string;
  readonly cause: string;
  readonly remedy: string;

  readonly stage: Stage;
  /** Named scenes of the emulator, set after the stage. */
  readonly scenes?: readonly ScenarioName[];
  /** What else happens before the job. */
  readonly act?: (place: Place) => void | Promise<void>;
  readonly job?: Partial<JobOptions> | ((place: Place) => Partial<JobOptions>);
  /** It takes more than a few seconds of the clock: the test moves that on, which it cannot for a process. */
  readonly long?: true;

  readonly exit: 0 | (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
  /** The test case that fails although the job ends well: a plan only says what is missing. */
  readonly missing?: string;
  /** Writes and invocations that AWS received, by operation; what is not named must not have happened. */
  readonly writes: Readonly<Record<string, number>>;
  /** Reads that must have happened so often. */
  readonly reads?: Readonly<Record<string, number>>;
  /** What the record says at the end; `none` when there must be none. */
  readonly record: object | 'none';
  /** Variables for the project's own jobs. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Files that are kept in the job's artifact. */
  readonly keeps?: readonly string[];
  /** How long it took on the clock: from and to, in seconds. */
  readonly took?: readonly [number, number];
}
