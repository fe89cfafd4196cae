import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { z } from 'zod';
import type { Print } from './show.ts';

/** The incoming webhook of the channel in which the approvers of main read. */
const WEBHOOK = new URL('https://hooks.slack.com/services/T0/B0/demo');

const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean() });

/** What Slack takes, as far as a job sends it: https://docs.slack.dev/reference/block-kit/blocks. */
const posted = z.object({
  text: z.string().min(1),
  blocks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('header'), text: plainText(150) }),
        z.strictObject({ type: z.literal('section'), fields: z.array(plainText(2000)).min(1).max(10) }),
        z.strictObject({
          type: z.literal('section'),
          text: z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000), verbatim: z.boolean() }),
        }),
      ]),
    )
    .min(1)
    .max(50),
});

type Posted = z.output<typeof posted>;

/** A Slack on this machine, with one channel. */
export interface Slack {
  /** For the project: where its host answers, and the variable that the policy of the example names. */
  readonly outside: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Prints each message that nobody has read yet, as a person reads it. */
  read(print: Print): void;
  close(): Promise<void>;
}

export async function startSlack(): Promise<Slack> {
  const unread: Posted[] = [];
  const server = createServer(async (request, response) => {
    const [status, answer] = received(request.method, request.url, await text(request), unread);
    response.writeHead(status, { 'content-type': 'text/html' }).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    outside: { [WEBHOOK.hostname]: `http://127.0.0.1:${port}` },
    variables: { SLACK_WEBHOOK_MAIN: { 'main*': WEBHOOK.href } },
    read(print) {
      for (const message of unread.splice(0)) print(`\n${shown(message)}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers as an incoming webhook does: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors. */
function received(method = '', path = '', body: string, unread: Posted[]): [status: number, answer: string] {
  if (method !== 'POST' || path !== WEBHOOK.pathname) return [404, 'no_service'];
  const message = posted.safeParse(jsonIn(body));
  if (!message.success) return [400, 'invalid_blocks'];
  unread.push(message.data);
  return [200, 'ok'];
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A message as Slack shows it: a heading, facts, and links by their labels. */
function shown({ blocks }: Posted): string {
  const lines = blocks.flatMap((block) => {
    if (block.type === 'header') return [styleText('bold', block.text.text)];
    if ('fields' in block) return block.fields.map(({ text }) => text);
    return block.text.text
      .split('\n')
      .map((link) => link.replace(/^<(?<url>[^|]+)\|(?<label>.*)>$/, '$<label>: $<url>'));
  });
  return [styleText('bold', 'In Slack, the approvers of main read:'), ...lines.map((line) => `  | ${line}`)].join('\n');
}
