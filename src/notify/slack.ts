import type { Message } from './message.ts';

/** Fields that a section takes: https://docs.slack.dev/reference/block-kit/blocks/section-block. */
const MOST_FIELDS = 10;

/**
 * The body for an incoming webhook of Slack. What comes from outside is plain text, in which Slack reads neither links nor mentions;
 * only our own links are of Slack's markup.
 */
export function slackBody({ title, facts, links }: Message): string {
  const fields = facts.map(({ label, text }) => plainText(`${label}: ${text}`));
  const sections = Array.from({ length: Math.ceil(fields.length / MOST_FIELDS) }, (_, index) => ({
    type: 'section',
    fields: fields.slice(index * MOST_FIELDS, (index + 1) * MOST_FIELDS),
  }));
  const linked = links.map(({ label, url }) => `<${escaped(url.replaceAll('|', '%7C'))}|${escaped(label)}>`).join('\n');
  return JSON.stringify({
    text: escaped(title),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plainText(title) },
      ...sections,
      { type: 'section', text: { type: 'mrkdwn', text: linked, verbatim: true } },
    ],
  });
}

const plainText = (text: string) => ({ type: 'plain_text', text, emoji: false });

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** As Slack asks for: https://docs.slack.dev/messaging/formatting-message-text/#escaping. */
const escaped = (text: string) => text.replaceAll(/[&<>]/g, (sign) => SIGNS[sign] ?? sign);
