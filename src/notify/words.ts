import { cutText, visibleText } from '../ground/visible-text.ts';

/** A text from outside as a message may hold it: one line, whose every sign is seen, and of so many characters at most. */
export function plain(text: string, most: number): string {
  return cutText(visibleText(text).replaceAll(/\s+/g, ' ').trim(), most);
}

/** Where a mail program looks for addresses: a dot before a letter, as in evil.example; the colon of https: or mailto:; and a@b. */
const JOINTS = /[.\u3002\uff0e\uff61](?=\p{L})|:(?=[\p{L}/])|@(?=\S)/gu;

/** The text with breaks that nobody sees at each such place, so that no mail program makes a link or an address out of it. */
export function unlinked(text: string): string {
  return text.replaceAll(JOINTS, '\u200b$&\u200b');
}
