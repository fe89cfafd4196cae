import { createHmac } from 'node:crypto';
import type { Message } from './message.ts';
import { NotSent } from './not-sent.ts';

/** The body for a webhook of the project's own. */
export function webhookBody({ id, event, time, environment, title, facts, links }: Message): string {
  return JSON.stringify({ id, event, time: time.toISOString(), environment, title, facts, links });
}

/**
 * The headers by which a receiver knows that a body is ours, and when it was sent: those of https://www.standardwebhooks.com, for
 * which there are libraries in most languages. `secret` is as its specification has it: whsec_, and 24 to 64 bytes in base64.
 */
export function signatureHeaders(secret: string, { id, body, time }: { id: string; body: string; time: Date }) {
  const key = keyIn(secret);
  const timestamp = String(Math.floor(time.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function keyIn(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (key.length >= 24 && key.length <= 64) return key;
  throw new NotSent('the secret is not "whsec_" and 24 to 64 bytes in base64');
}
