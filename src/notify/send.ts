import type { Env } from '../ground/env.ts';
import { heldBy, mailServerAt, recipientsIn, webhookAt } from './address.ts';
import type { Channel } from './channel.ts';
import { inTime } from './in-time.ts';
import type { Message } from './message.ts';
import { whyNotSent } from './not-sent.ts';

/** With what a message is sent, and until when. */
interface Way {
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Sends a message by one channel, once. Returns a line about it, which holds no address and no secret. */
export async function sendBy(channel: Channel, message: Message, way: Way): Promise<string> {
  const name = `${channel.channel} (${channel.address})`;
  try {
    await inTime(way.signal, deliver(channel, message, way));
    return `Told by ${name}: ${message.event}.`;
  } catch (error) {
    return `Warning: not told by ${name}: ${message.event}: ${whyNotSent(error)}. This job ends as it would have ended.`;
  }
}

/** What is only for one kind of channel is loaded where there is such a channel. */
async function deliver(channel: Channel, message: Message, way: Way): Promise<void> {
  switch (channel.channel) {
    case 'slack': {
      const { slackBody } = await import('./slack.ts');
      return postTo(channel, { body: slackBody(message) }, way);
    }
    case 'teams': {
      const { teamsBody } = await import('./teams.ts');
      return postTo(channel, { body: teamsBody(message) }, way);
    }
    case 'webhook': {
      const { signatureHeaders, webhookBody } = await import('./webhook.ts');
      const [{ id }, body] = [message, webhookBody(message)];
      // A receiver refuses what is old by its own clock, not by that of a test.
      const headers = signatureHeaders(heldBy(channel.secret, way.env), { id, body, time: new Date() });
      return postTo(channel, { body, headers }, way);
    }
    case 'email':
      return mailTo(channel, message, way);
  }
}

interface Content {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function postTo({ address, host }: Channel, content: Content, { env, signal }: Way): Promise<void> {
  const url = webhookAt(address, { env, host });
  const { post } = await import('./post.ts');
  await post(url, { ...content, env, signal });
}

type EmailChannel = Extract<Channel, { channel: 'email' }>;

async function mailTo(channel: EmailChannel, message: Message, { env }: Way): Promise<void> {
  const { address, from, server, host, tls } = channel;
  const [sender = ''] = recipientsIn(from, env);
  const encrypted = tls === 'required';
  const route = {
    server: mailServerAt(server, { env, host, encrypted }),
    encrypted,
    from: sender,
    to: recipientsIn(address, env),
  };
  const [{ mailOf }, { sendMail }] = await Promise.all([import('./email.ts'), import('./smtp.ts')]);
  await sendMail(mailOf(message), route, message.id);
}
