import type { Message } from './message.ts';
import { plain } from './words.ts';

/** Characters that Slack takes of a header, and of a text: https://docs.slack.dev/reference/block-kit/blocks. */
const MOST_HEADER = 150;
const MOST_TEXT = 2_000;
/** Fields that a section takes. */
const MOST_FIELDS = 10;

/**
 * The body for an incoming webhook of Slack. What comes from outside is plain text, in which Slack reads neither links nor mentions;
 * only our own links are of Slack's markup.
 */
export function slackBody({ title, facts, links }: Message): string {
  const fields = facts.map(({ label, text }) => plainText(`${label}: ${text}`, MOST_TEXT));
  const sections = Array.from({ length: Math.ceil(fields.length / MOST_FIELDS) }, (_, index) => ({
    type: 'section',
    fields: fields.slice(index * MOST_FIELDS, (index + 1) * MOST_FIELDS),
  }));
  const linked = links.map(({ label, url }) => `<${addressOf(url)}|${escaped(label)}>`).join('  ');
  return JSON.stringify({
    text: escaped(plain(title, MOST_HEADER)),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plainText(title, MOST_HEADER) },
      ...sections,
      { type: 'section', text: { type: 'mrkdwn', text: linked, verbatim: true } },
    ],
  });
}

function plainText(text: string, most: number) {
  return { type: 'plain_text', text: plain(text, most), emoji: false };
}

/** An address between Slack's brackets, where only these signs have a meaning. */
const addressOf = (url: string) => escaped(new URL(url).href.replaceAll('|', '%7C'));

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** As Slack asks for: https://docs.slack.dev/messaging/formatting-message-text/#escaping. */
const escaped = (text: string) => text.replaceAll(/[&<>|]/g, (sign) => SIGNS[sign] ?? ' ');
