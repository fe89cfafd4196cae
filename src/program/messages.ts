import type { Job } from '../gitlab/job.ts';
import type { Clock } from '../ground/clock.ts';
import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import type { Channel } from '../notify/channel.ts';
import { type EventName, isToldBy, type ToldName } from '../notify/events.ts';
import { inTime, patience } from '../notify/in-time.ts';
import type { ToldEvent } from '../notify/message.ts';
import { whyNotSent } from '../notify/not-sent.ts';
import { failureTold } from './told.ts';

interface Teller {
  readonly component: string;
  readonly job: Job;
  readonly env: Env;
  readonly clock: Clock;
  log(line: string): void;
  /** Where events are told: asked for when there is one. */
  channels(): Promise<readonly Channel[]>;
}

/** The messages of a job. Each is sent at once and beside the job's work: what it becomes of is told at the end. */
export class Messages {
  readonly #sending: Promise<readonly string[]>[] = [];
  readonly #teller: Teller;

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  /** Tells an event to everybody who is to know. Never throws, and never waits. */
  tell(told: ToldEvent<EventName>): void {
    const { component } = this.#teller;
    if (!isToldBy(told.event, component)) throw new Error(`${component} tells no event ${told.event}.`);
    this.#send(told);
  }

  /** Tells that the job failed, where a channel asks for that. */
  tellFailure(component: string, code: string): void {
    this.#send(failureTold(component, code, this.#teller.job));
  }

  /** Fulfilled when every message was sent, or was not: a receiver that does not answer is waited for ten seconds. */
  async ended(): Promise<void> {
    const lines = await Promise.all(this.#sending.splice(0));
    for (const line of lines.flat()) this.#teller.log(line);
  }

  #send(told: ToldEvent<ToldName>): void {
    this.#sending.push(this.#sent(told));
  }

  /** What became of a message, in lines. Where nobody knows whether a failure is to be told, nothing is said of that. */
  async #sent(told: ToldEvent<ToldName>): Promise<readonly string[]> {
    const signal = patience();
    try {
      return await this.#sentBy(await inTime(signal, this.#teller.channels()), told, signal);
    } catch (error) {
      const why = error instanceof Failure ? error.coded : whyNotSent(error);
      return told.event === 'failed' ? [] : [`Warning: nobody was told: ${told.event}: ${why}`];
    }
  }

  async #sentBy(all: readonly Channel[], told: ToldEvent<ToldName>, signal: AbortSignal): Promise<readonly string[]> {
    const { job, env, clock } = this.#teller;
    if (all.length === 0) return [];
    const [{ wants }, { messageOf }, { sendBy }] = await Promise.all([
      import('../notify/channel.ts'),
      import('../notify/message.ts'),
      import('../notify/send.ts'),
    ]);
    const telling = all.filter((each) => wants(each, told.event));
    if (telling.length === 0) return [];
    const asked = await (told.askedLink && inTime(signal, told.askedLink()));
    const links = [...(told.links ?? []), ...(asked ? [asked] : [])];
    const message = messageOf({ ...told, links }, job, clock.now());
    return Promise.all(telling.map((each) => sendBy(each, message, { env, signal })));
  }
}
