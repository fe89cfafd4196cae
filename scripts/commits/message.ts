/** A commit as git has it: its whole id, and its message. */
export interface Commit {
  readonly id: string;
  readonly message: string;
}

/** What a change is for those who include the components, in the order of the changelog. The words are GitLab's. */
export const KINDS = ['added', 'changed', 'deprecated', 'fixed', 'removed', 'security'] as const;
export type Kind = (typeof KINDS)[number];

export function subjectOf({ message }: Commit): string {
  return message.split('\n')[0] ?? '';
}

/** The lines of the last paragraph, when all of them are trailers as git understands them; the subject is never one. */
export function trailersOf({ message }: Commit): readonly string[] {
  const paragraphs = message.trim().split(/\n\s*\n/);
  const lines = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '').split('\n') : [];
  return lines.every((line) => /^([\w-]+: |\s+\S|\(cherry picked from commit )/.test(line)) ? lines : [];
}

/** The words of a commit's trailers `Changelog: …`, known or not. */
export function changelogWordsOf(commit: Commit): string[] {
  return trailersOf(commit).flatMap((line) => /^Changelog: (.*)$/.exec(line)?.[1]?.trim() ?? []);
}

export function kindOf(word: string): Kind | undefined {
  return KINDS.find((kind) => kind === word);
}

/** How a commit is named to people: enough of its id to find it, and its subject. */
export function nameOf(commit: Commit): string {
  return `${commit.id.slice(0, 8)} "${subjectOf(commit)}"`;
}
