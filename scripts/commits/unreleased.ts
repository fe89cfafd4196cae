import { type Commit, changelogWordsOf, KINDS, kindOf, subjectOf } from './message.ts';

const [START, END] = ['<!-- commits -->', '<!-- /commits -->'];

/** Then nobody can tell what is generated from what somebody wrote. */
export class BrokenMarkers extends Error {}

/** A commit and the one that reverts it change nothing for anybody, whatever their trailers say. GitLab leaves them out, too. */
export function withoutReverted(commits: readonly Commit[]): Commit[] {
  const gone = new Set<Commit>();
  for (const commit of commits.toReversed()) {
    const [, id] = /^This reverts commit ([0-9a-f]{7,40})\b/m.exec(commit.message) ?? [];
    const target = id && commits.find((each) => each.id.startsWith(id));
    if (target && !gone.has(commit)) for (const each of [commit, target]) gone.add(each);
  }
  return commits.filter((commit) => !gone.has(commit));
}

/** The lines for users, below a heading for each kind of change; nothing where no commit has a word that is known. */
export function render(commits: readonly Commit[]): string {
  const groups = KINDS.map((kind) => {
    const changes = commits.filter((commit) => changelogWordsOf(commit).some((word) => kindOf(word) === kind));
    return changes.length === 0 ? '' : `${heading(kind)}\n\n${changes.map(line).join('\n')}`;
  });
  return groups.filter(Boolean).join('\n\n');
}

/**
 * The changelog with these lines between their markers, below the version that is yet to be released. What people wrote around the
 * markers stays. That version is on top: "Unreleased", or a number that no tag has yet.
 */
export function withChanges(changelog: string, lines: string, released: readonly string[]): string {
  const [first, second] = changelog.matchAll(/^## (\S+)/gm);
  const isOpen = first !== undefined && !released.includes(first[1] ?? '');
  if (!isOpen && lines === '') return changelog;
  const start = first?.index ?? changelog.length;
  const end = isOpen ? (second?.index ?? changelog.length) : start;
  const open = isOpen ? changelog.slice(start, end) : '## Unreleased';
  return together(changelog.slice(0, start), replaceBlock(open, lines), changelog.slice(end));
}

/** An empty block goes away: a version that says nothing must not look as if it did. */
function replaceBlock(section: string, lines: string): string {
  const markers = section.match(/<!-- \/?commits -->/g) ?? [];
  if (markers.length > 0 && markers.join() !== [START, END].join()) {
    throw new BrokenMarkers(`${START} and ${END} do not stand once each, in this order, below the newest version.`);
  }
  const [before = '', after = ''] = section.split(/<!-- commits -->[\s\S]*<!-- \/commits -->/);
  return together(before, lines === '' ? '' : `${START}\n${lines}\n${END}`, after);
}

/** Parts with a blank line between them. */
function together(...parts: readonly string[]): string {
  const trimmed = parts.map((part) => part.trim()).filter(Boolean);
  return `${trimmed.join('\n\n')}\n`;
}

function heading(kind: string): string {
  return `### ${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
}

/** `<environment>` would be taken for HTML, and not be seen. */
function line(commit: Commit): string {
  return `- ${subjectOf(commit).replaceAll('<', '\\<')}`;
}
