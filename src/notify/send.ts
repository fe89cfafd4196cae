import type { Env } from '../ground/env.ts';
import { webhookAt } from './address.ts';
import type { Channel } from './channel.ts';
import type { Message } from './message.ts';
import { NotSent, whyNotSent } from './not-sent.ts';
import { post } from './post.ts';
import { slackBody } from './slack.ts';

/** Milliseconds that a receiver may take: nothing waits longer for a message. */
const PATIENCE = 10_000;

/** Sends a message by one channel, once. Returns a line about it, which holds no address and no secret. */
export async function sendBy(channel: Channel, message: Message, env: Env): Promise<string> {
  const name = `${channel.channel} (${channel.address})`;
  try {
    await within(PATIENCE, (signal) => deliver(channel, message, { env, signal }));
    return `Told by ${name}: ${message.event}.`;
  } catch (error) {
    return `WARNING: not told by ${name}: ${message.event}: ${whyNotSent(error)}. The result of this job stays as it is.`;
  }
}

interface Way {
  readonly env: Env;
  readonly signal: AbortSignal;
}

async function deliver(channel: Channel, message: Message, { env, signal }: Way): Promise<void> {
  await post(webhookAt(channel.address, { env, host: channel.host }), { body: slackBody(message), env, signal });
}

/** Ends what takes too long, even where it does not listen to its signal. */
async function within(milliseconds: number, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(milliseconds);
  const late = new Promise<never>((_, reject) => {
    const why = new NotSent(`no answer within ${milliseconds / 1000} s`);
    signal.addEventListener('abort', () => reject(why));
  });
  await Promise.race([late, act(signal)]);
}
