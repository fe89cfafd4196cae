import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mailOf } from '../../src/notify/email.ts';
import { messageOf } from '../../src/notify/message.ts';
import { slackBody } from '../../src/notify/slack.ts';
import { teamsBody } from '../../src/notify/teams.ts';
import { webhookBody } from '../../src/notify/webhook.ts';
import { UAT_JOB } from '../preview/known.ts';

/** What a comment, a name of a version, a user, a branch or a project may hold. */
const HOSTILE = [
  '<!channel> <!here> <@U024BE7LH> @here @everyone',
  '<https://evil.example|The job>',
  '[The job](https://evil.example)',
  'https://evil.example/login and www.evil.example, evil.example or evil。example',
  'mailto:a@evil.example a@evil.example',
  '<at>everyone</at> <at id="0">Jane</at>',
  '</td></tr></table><a href="https://evil.example">The job</a><script>alert(1)</script><img src=x onerror=alert(1)>',
  'good\r\nBcc: a@evil.example\r\n\r\n<p>bad',
  '*bold* _it_ `code` :skull: &lt;!channel&gt;',
  '\u202Edesrever\u2066 \u0000 \uD800 \u200B',
  '","type":"mrkdwn","text":"<!channel>"}',
  '!'.repeat(20_000),
];

const hostile = (text: string) =>
  messageOf(
    {
      event: 'approved',
      title: text,
      facts: Array.from({ length: 60 }, () => ({ label: 'comment', text })),
    },
    { ...UAT_JOB, user: text, ref: text, project: text },
    new Date('2026-11-26T09:30:00Z'),
  );

/** What a mail program would make a link of. */
const { linkify } = new MarkdownIt({ linkify: true });
const linksIn = (text: string) => (linkify.match(text) ?? []).map(({ url }) => url);

const { jobs, pipelines } = { jobs: `${UAT_JOB.url}`, pipelines: `${UAT_JOB.projectUrl}/-/pipelines/101` };

it('a message has four links of what is told at most, and those to its job and pipeline', () => {
  const links = Array.from({ length: 9 }, (_, index) => ({ label: `${index}`, url: `https://example.com/${index}` }));
  const message = messageOf({ event: 'approved', title: 'It', facts: [], links }, UAT_JOB, new Date());
  expect(message.links.map(({ label }) => label)).toEqual(['0', '1', '2', '3', 'The job', 'The pipeline']);
});

it('signs that Slack reads as markup are shown as they were typed', () => {
  const message = messageOf({ event: 'approved', title: 'a < b & b > c', facts: [] }, UAT_JOB, new Date());
  expect(JSON.parse(slackBody(message))).toMatchObject({
    text: 'a &lt; b &amp; b &gt; c',
    blocks: [{ text: { text: 'a < b & b > c' } }, {}, {}],
  });
});

describe.each(HOSTILE)('%j', (text) => {
  const message = hostile(text);

  it('forges no link, mention or block in Slack', () => {
    const plain = z.strictObject({ type: z.literal('plain_text'), text: z.string(), emoji: z.literal(false) });
    const header = z.strictObject({ type: z.literal('header'), text: plain });
    const fields = z.strictObject({ type: z.literal('section'), fields: z.array(plain).max(10) });
    const text = z.strictObject({ type: z.literal('mrkdwn'), text: z.string(), verbatim: z.literal(true) });
    const links = z.strictObject({ type: z.literal('section'), text });
    const sent = z
      .strictObject({
        text: z.string(),
        mrkdwn: z.literal(false),
        link_names: z.literal(false),
        unfurl_links: z.literal(false),
        unfurl_media: z.literal(false),
        blocks: z.array(z.union([header, fields, links])).max(50),
      })
      .parse(JSON.parse(slackBody(message)));
    expect(sent.text).not.toMatch(/[<>]/);
    expect(sent.blocks.filter(({ type }) => type === 'header')).toHaveLength(1);
    const told = sent.blocks.flatMap((block) => ('text' in block && block.type === 'section' ? [block.text.text] : []));
    expect(told).toEqual([`<${jobs}|The job>\n<${pipelines}|The pipeline>`]);
    for (const block of sent.blocks) {
      if ('fields' in block) for (const field of block.fields) expect(field.text.length).toBeLessThanOrEqual(2_000);
      if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150);
    }
  });

  it('forges no link, mention or block in Teams', () => {
    const run = z.strictObject({
      type: z.literal('TextRun'),
      text: z.string(),
      weight: z.optional(z.literal('Bolder')),
      size: z.optional(z.literal('Large')),
    });
    const card = z.strictObject({
      $schema: z.string(),
      type: z.literal('AdaptiveCard'),
      version: z.string(),
      body: z.array(z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(run) })),
      actions: z
        .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.string() }))
        .max(6),
    });
    const body = teamsBody(message);
    const { attachments } = z
      .object({ attachments: z.array(z.object({ content: card })).length(1) })
      .parse(JSON.parse(body));
    const { body: blocks = [], actions = [] } = attachments[0]?.content ?? {};
    expect(actions.map(({ url }) => url)).toEqual([jobs, pipelines]);
    expect(blocks.flatMap(({ inlines }) => inlines.flatMap((each) => linksIn(each.text)))).toEqual([]);
    expect(Buffer.byteLength(body)).toBeLessThan(28_000);
  });

  it('forges no link, header or element in an email', () => {
    const mail = mailOf(message);
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect([...mail.html.matchAll(/<(a|script|img|style|p)\b[^>]*>/g)].map(([tag]) => tag)).toEqual([
      '<style>',
      '<p>',
      `<a href="${jobs}">`,
      '<p>',
      `<a href="${pipelines}">`,
      '<p>',
    ]);
    expect(mail.html.match(/<tr>/g)).toHaveLength(message.facts.length);
    expect(linksIn(mail.text)).toEqual([jobs, pipelines]);
    expect(linksIn(mail.html.replaceAll(/<style>[^<]*<\/style>|<[^>]*>/g, ' '))).toEqual([]);
    expect(mail.text.split('\n')).toHaveLength(message.facts.length + message.links.length + 6);
  });

  it('is a text in the JSON of a webhook, of which every sign is seen', () => {
    const { facts } = z
      .strictObject({
        id: z.literal('42/7/approved'),
        event: z.literal('approved'),
        time: z.literal('2026-11-26T09:30:00.000Z'),
        environment: z.literal('uat'),
        title: z.string(),
        facts: z.array(z.strictObject({ label: z.string(), text: z.string() })).max(24),
        links: z.array(z.strictObject({ label: z.string(), url: z.string() })),
      })
      .parse(JSON.parse(webhookBody(message)));
    for (const { text } of facts) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text.length).toBeLessThanOrEqual(300);
    }
  });
});
