import type { Job } from '../gitlab/job.ts';
import type { ToldName } from './events.ts';

/** One thing that a message says. The text may come from outside, and is escaped by each channel. */
export interface MessageFact {
  readonly label: string;
  readonly text: string;
}

/** A link to a page of GitLab or AWS, whose address only we write. */
export interface MessageLink {
  readonly label: string;
  readonly url: string;
}

/** What a job tells. */
export interface Told<Name extends ToldName = ToldName> {
  readonly event: Name;
  /** What happened, in a line: `ResalePriceModelGroup version 3 waits for approval in uat`. */
  readonly title: string;
  readonly facts: readonly MessageFact[];
  readonly links?: readonly MessageLink[];
}

/** What every channel shows of an event, each in its own form. */
export interface Message {
  /** The same for a message that is sent twice: `42/5013/approved`. */
  readonly id: string;
  readonly event: ToldName;
  readonly time: Date;
  readonly title: string;
  readonly environment: string;
  readonly facts: readonly MessageFact[];
  readonly links: readonly MessageLink[];
}

/** The facts and links at most, whatever a job tells: more belongs on the page of the job. */
const MOST_FACTS = 20;
const MOST_LINKS = 6;

/** The message about an event. What it says of the job is what the accepted token says of it. */
export function messageOf(told: Told, job: Job, time: Date): Message {
  const facts = [
    ...told.facts.slice(0, MOST_FACTS),
    { label: 'environment', text: job.environment },
    { label: 'project', text: job.project },
    { label: job.refType, text: job.ref },
    { label: 'started by', text: job.user },
  ];
  const links = [
    ...(told.links ?? []).slice(0, MOST_LINKS),
    { label: 'The job', url: job.url },
    { label: 'The pipeline', url: `${job.projectUrl}/-/pipelines/${job.pipeline}` },
  ];
  const id = `${job.projectId}/${job.id}/${told.event}`;
  return { id, event: told.event, time, title: told.title, environment: job.environment, facts, links };
}
