import type { Job } from '../gitlab/job.ts';
import type { ToldName } from './events.ts';
import { plain } from './words.ts';

/** One thing that a message says. The text may come from outside, and is escaped by each channel. */
export interface MessageFact {
  readonly label: string;
  readonly text: string;
}

/** A link to a page of GitLab or AWS, whose address only we write. */
interface MessageLink {
  readonly label: string;
  readonly url: string;
}

/** What a job tells. */
export interface ToldEvent<Name extends ToldName = ToldName> {
  readonly event: Name;
  /** What happened, in a line: `ResalePriceModelGroup version 3 waits for approval in uat`. */
  readonly title: string;
  readonly facts: readonly MessageFact[];
  readonly links?: readonly MessageLink[];
  /** A link that has to be asked for, where a channel tells the event; `undefined` where nobody tells it. */
  askedLink?(): Promise<MessageLink | undefined>;
}

/**
 * What every channel shows of an event, each in its own form: texts of one line, of which every sign is seen, with whatever somebody
 * outside wrote. Each channel escapes them.
 */
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

/** Facts, links and characters of a text at most, whatever a job tells: more belongs on the page of the job. */
const MOST_FACTS = 20;
const MOST_LINKS = 4;
const MOST_TEXT = 300;
/** As Slack takes of a header. */
const MOST_TITLE = 150;

/** The message about an event. What it says of the job is what the accepted token says of it. */
export function messageOf(told: ToldEvent, job: Job, time: Date): Message {
  const all = [
    ...told.facts.slice(0, MOST_FACTS),
    { label: 'environment', text: job.environment },
    { label: 'project', text: job.project },
    { label: job.refType, text: job.ref },
    { label: 'started by', text: job.user },
  ];
  const facts = all.map(({ label, text }) => ({ label: plain(label, MOST_TEXT), text: plain(text, MOST_TEXT) }));
  const links = [
    ...(told.links ?? []).slice(0, MOST_LINKS),
    { label: 'The job', url: job.url },
    { label: 'The pipeline', url: `${job.projectUrl}/-/pipelines/${job.pipeline}` },
  ];
  const id = `${job.projectId}/${job.id}/${told.event}`;
  const title = plain(told.title, MOST_TITLE);
  return { id, event: told.event, time, title, environment: job.environment, facts, links };
}
