import type { Message } from './message.ts';
import { unlinked } from './words.ts';

/**
 * The body for a workflow of Teams, "Send webhook alerts to a channel": an adaptive card. What comes from outside is in text runs:
 * those know no Markdown, and the card names nobody whom Teams would mention.
 */
export function teamsBody({ title, facts, links }: Message): string {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      richText([{ text: unlinked(title), weight: 'Bolder', size: 'Large' }]),
      ...facts.map(({ label, text }) => richText([{ text: `${label}: `, weight: 'Bolder' }, { text: unlinked(text) }])),
    ],
    actions: links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', summary: unlinked(title), attachments: [attachment] });
}

interface Run {
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Large';
}

const richText = (runs: readonly Run[]) => ({
  type: 'RichTextBlock',
  inlines: runs.map((run) => ({ type: 'TextRun', ...run })),
});
