import { cutText, visibleText } from '../ground/visible-text.ts';

/** A text from outside as a message may hold it: one line, whose every sign is seen, and of so many characters at most. */
export function plain(text: string, most: number): string {
  return cutText(visibleText(text).replaceAll(/\s+/g, ' ').trim(), most);
}

/**
 * The text, so that no mail program makes a link, an address or a name out of it: after each sign that joins the parts of one stands
 * a break that nobody sees.
 */
export function unlinked(text: string): string {
  return text.replaceAll(/[.:/@](?=\S)/g, '$&\u200b');
}
