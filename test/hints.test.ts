import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPage } from './docs/pages.ts';

const root = new URL('../', import.meta.url);

/** A page that a message sends its reader to, and the heading on it. */
interface Hint {
  readonly page: string;
  readonly heading?: string;
}

/** `docs/setup-by-hand.md, "1. Create the OIDC provider"`, or the README or a page alone. */
function hintsIn(source: string): Hint[] {
  const found = source.matchAll(/\b(README|docs\/[\w/-]+\.md)(?:, \\?"([^"\\]+)\\?")?/g);
  return [...found].map(({ 1: page = '', 2: heading }) => ({
    page: page === 'README' ? 'README.md' : page,
    ...(heading !== undefined && { heading }),
  }));
}

/** What is wrong with a hint, for whoever renamed a page or its heading; nothing when a reader finds what it names. */
function complaintAbout({ page, heading }: Hint): string | undefined {
  if (!existsSync(new URL(page, root))) return `there is no page ${page}`;
  if (heading === undefined) return undefined;
  const headings = [...readPage(page).prose.matchAll(/^#+ (.*)$/gm)].map(([, text]) => text);
  return headings.includes(heading) ? undefined : `${page} has no heading "${heading}", but: ${headings.join('; ')}`;
}

const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const hints = files.flatMap((file) => hintsIn(read(file)).map((hint) => [file, hint] as const));

it('no message asks for a safety input for one run: its value is a word of the script, which only a commit changes', () => {
  expect(files.filter((file) => /for one run/.test(read(file)))).toEqual([]);
});

it('every curl command in a message shows why GitLab refuses', () => {
  expect(files.filter((file) => /\bcurl (?!--fail-with-body )/.test(read(file)))).toEqual([]);
});

describe('the pages that the messages name', () => {
  it.each(hints)('%s: %j is there', (_, hint) => {
    expect(complaintAbout(hint)).toBeUndefined();
  });

  it('are named by a heading, not by a number alone', () => {
    expect(files.filter((file) => /\.md, section \d/.test(read(file)))).toEqual([]);
  });

  it('are found in the messages', () => {
    expect(hints.filter(([, { heading }]) => heading !== undefined).length).toBeGreaterThan(1);
    expect(hintsIn(`'read it (README, "More").'`)).toEqual([{ page: 'README.md', heading: 'More' }]);
    expect(hintsIn('"the policy (docs/permissions.md)."')).toEqual([{ page: 'docs/permissions.md' }]);
  });

  it('are missed when they or their headings are not there', () => {
    expect(complaintAbout({ page: 'docs/nowhere.md' })).toBe('there is no page docs/nowhere.md');
    expect(complaintAbout({ page: 'README.md', heading: 'Nothing' })).toContain('README.md has no heading "Nothing"');
  });
});
