import type { Aws } from '../aws/session.ts';
import type { CommitRange, PeopleBehind } from '../gitlab/changes.ts';
import type { OtherCommit } from '../gitlab/commit-file.ts';
import type { ApprovalJobs, Voices } from '../gitlab/deployments.ts';
import type { Job } from '../gitlab/job.ts';
import type { Log } from '../gitlab/log.ts';
import type { MergeRequests } from '../gitlab/merge-requests.ts';
import type { Told } from '../gitlab/patience.ts';
import type { NamedFile } from '../gitlab/project-file.ts';
import type { Report } from '../gitlab/report.ts';
import type { Clock, Deadline } from '../ground/clock.ts';
import type { Env } from '../ground/env.ts';
import type { EventName } from '../notify/events.ts';
import type { ToldEvent } from '../notify/message.ts';
import type { Surroundings } from './surroundings.ts';

/** What a run reaches outside itself. */
export interface Host {
  readonly env: Env;
  /** The words after the component's name. */
  readonly args: readonly string[];
  readonly root: string;
  readonly clock: Clock;
  print(line: string): void;
  /** Fulfilled when the job is to end at once: GitLab cancels it, or its runner is stopped. */
  readonly stopped: Promise<void>;
}

/** Where a job looks at the project: its variables and its folder. */
export type Viewpoint = Pick<Host, 'env' | 'root'>;

/** What one run works with, passed in. */
export interface Context {
  readonly aws: Aws;
  readonly job: Job;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: Report;
  /** Asks GitLab for the merge requests of a commit. */
  mergeRequestsOf(commit: string): Promise<MergeRequests>;
  /** Asks GitLab for the page of the job of this pipeline that a person starts to approve; `undefined` where it does not tell. */
  approvalJobPage(): Promise<string | undefined>;
  /** Asks GitLab who approved the deployment of a job, and rides out trouble that may pass. */
  voicesOn(jobs: ApprovalJobs): Promise<Told<Voices>>;
  /** Asks GitLab for the people behind commits, and behind some more, and rides out trouble that may pass. */
  peopleBehind(range: CommitRange, merged: readonly string[]): Promise<Told<PeopleBehind>>;
  /** A file that an input names, as the job's commit has it. Throws a Failure when nobody knows it. */
  fileOfCommit(named: NamedFile): Promise<Buffer>;
  /** As fileOfCommit, for a file in a commit of another project. */
  fileOfProject(named: NamedFile, other: OtherCommit): Promise<Buffer>;
  /** As fileOfCommit, as the branch has it now into which a merge request is to be merged; `undefined` where it has none. */
  fileOfTarget(named: NamedFile): Promise<Buffer | undefined>;
  /** As fileOfCommit, for a file that the commit may lack, because an earlier job of the pipeline writes it. */
  fileOfPipeline(named: NamedFile): Promise<Buffer>;
  /** What the job finds around it: its image, its proxy, the role that it assumed. */
  surroundings(): Promise<Surroundings>;
  /** The folder of the project, where artifacts of earlier jobs lie. */
  readonly root: string;
  /**
   * The earliest of: this many seconds from now, the job's own timeout less a minute for its uploads, the token's end.
   */
  deadline(maxWaitTime: number): Deadline;
  /** Throws a Failure when AWS shows already what a later job would refuse, where this job is the first of promote. */
  refuseAhead(): Promise<void>;
  /** Tells people of an event, beside the work of the job: it is neither waited for, nor does it change how the job ends. */
  tell(told: ToldEvent<EventName>): void;
  /** Says what AWS continues if the job ends first: `the update of resale-price-dev`; an empty text when nothing is left. */
  begun(what: string): void;
}
