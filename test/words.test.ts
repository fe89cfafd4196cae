import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Word {
  /** As a regular expression, whatever its case. */
  readonly word: string;
  readonly instead: string;
}

/** One word for one thing, in pages, templates, code, messages and tests. */
const WORDS: readonly Word[] = [
  { word: 'fences?|fenced', instead: 'safety input' },
  { word: 'proofs?|prove[sdn]?|proving|unprove[dn]', instead: 'validated or validation; of a test: shows' },
  { word: 'trails?', instead: 'audit trail' },
  { word: 'marks?|marked', instead: 'registry entry' },
  { word: 'papers?', instead: 'SBOM and provenance' },
  { word: 'twins?', instead: 'dry-run job' },
  { word: 'mend(?:s|ed|ing)?', instead: 'fix' },
  { word: 'dear(?:er|est)?', instead: 'expensive' },
  { word: '(?<=^#.*)live already|that live already', instead: 'existing' },
  { word: 'what nobody should override', instead: 'disable pipeline variables' },
  { word: 'let aws know', instead: 'create the OIDC provider' },
];

/** Terms of the field, of GitLab and of libraries. A line may end within one, in a comment too. */
const ALLOWED: readonly string[] = [
  'audit trail',
  'Cloud Trail',
  'question mark',
  // markdown-it's names.
  'rules.fence',
  "'fence'",
  // Of the comments in the changelog, in CONTRIBUTING.md.
];

const root = new URL('../', import.meta.url).pathname;

/** Texts of others, and the tables above. */
const NOT_OURS = ['LICENSE', 'package-lock.json', 'emulator/api/', 'compiler/ci-schema.json', 'test/words.test.ts'];

/** Every file of the repository, committed or about to be. */
function filesOfOurs(): string[] {
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  return files.filter((file) => !NOT_OURS.some((each) => file.startsWith(each)) && existsSync(`${root}${file}`));
}

/** Leaves a text out, but for the ends of its lines, so that the lines after it keep their numbers. */
const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');

/** Without the changelog's entries that tell of a renaming: they have to name the old word. */
function withoutRenamings(changelog: string): string {
  return changelog.replaceAll(/^- .*\brenam.*(?:\n(?!- |#|<!--).*)*/gim, blank);
}

function withoutAllowed(text: string): string {
  const phrases = ALLOWED.map((phrase) => phrase.replaceAll('.', '\\.').replaceAll(' ', '[\\s*/#>]+'));
  return text.replaceAll(new RegExp(phrases.join('|'), 'gi'), blank);
}

/** What a person reads about each word that is not ours: where it stands, and what to write. */
function complaintsAbout(file: string, text: string): string[] {
  // The words of a name count: `markOf`, `require_proof`.
  const words = withoutAllowed(text.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' '));
  return WORDS.flatMap(({ word, instead }) => {
    const found = words.matchAll(new RegExp(`(?<![a-z])(?:${word})(?![a-z])`, 'gim'));
    return [...found].map(({ 0: each, index }) => {
      const line = words.slice(0, index).split('\n').length;
      return `${file}:${line}: "${each}": write ${instead}`;
    });
  });
}

describe('the words', () => {
  it('are ours in every file', () => {
    const complaints = filesOfOurs().flatMap((file) => {
      const text = readFileSync(`${root}${file}`, 'utf8');
      return complaintsAbout(file, file === 'CHANGELOG.md' ? withoutRenamings(text) : text);
    });
    expect(complaints.join('\n')).toBe('');
  });

  it.each([
    ['a.md', 'One.\nThe fence is open.', 'a.md:2: "fence": write safety input'],
    ['a.ts', 'const requireProof = true;', 'a.ts:1: "Proof": write validated or validation; of a test: shows'],
    ['a.yml', 'require_proof: true', 'a.yml:1: "proof": write validated or validation; of a test: shows'],
    ['a.md', 'The version carries a mark.', 'a.md:1: "mark": write registry entry'],
    ['a.ts', '/** The trail of a version. */', 'a.ts:1: "trail": write audit trail'],
    ['a.md', '## Endpoints live already', 'a.md:1: "live already": write existing'],
    ['a.md', '## 1. Let AWS know GitLab', 'a.md:1: "Let AWS know": write create the OIDC provider'],
  ])('of %s, %j, are refused', (file, text, complaint) => {
    expect(complaintsAbout(file, text)).toEqual([complaint]);
  });

  it.each([
    'CloudTrail holds both; the audit trail is in the registry.',
    ' * All entries together are the audit\n * trail of a version.',
    'One character is matched by a question mark.',
    'Improve and approve; a benchmark; markdown; amend; unmarked.',
    'Version 7 is live already.',
  ])('of %j are accepted', (text) => {
    expect(complaintsAbout('a.md', text)).toEqual([]);
  });

  it('of a changelog may be old ones where it tells of their renaming', () => {
    const text = '- Renamed:\n\n| before |\n| --- |\n| require_proof |\n\n- A fence.\n';
    expect(complaintsAbout('CHANGELOG.md', withoutRenamings(text))).toEqual([
      'CHANGELOG.md:7: "fence": write safety input',
    ]);
  });
});
