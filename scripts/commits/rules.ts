import { type Commit, changelogWordsOf, KINDS, kindOf, nameOf, subjectOf, trailersOf } from './message.ts';

/** As much of a subject as GitLab and git show in one line. */
const LONGEST = 72;

/** What is wrong with a commit's message: a sentence each, which names the commit and says what to do. */
export function problemsOf(commit: Commit): string[] {
  return [...subjectProblems(commit), ...changelogProblems(commit)].map((problem) => `${nameOf(commit)}: ${problem}`);
}

function subjectProblems(commit: Commit): string[] {
  const subject = subjectOf(commit);
  const length = [...subject].length;
  const [, second = ''] = commit.message.split('\n');
  return [
    ...when(length > LONGEST, `the subject has ${length} characters; say it in ${LONGEST}, and the rest in the body.`),
    ...when(subject.endsWith('.'), 'the subject ends in a full stop; leave it out.'),
    ...when(second.trim() !== '', 'the second line is not blank; put an empty line below the subject.'),
  ];
}

/** A word that nobody reads is a change that nobody is told of: so is one that stands where git sees no trailer. */
function changelogProblems(commit: Commit): string[] {
  const words = changelogWordsOf(commit);
  const trailers = trailersOf(commit);
  const body = commit.message.split('\n').slice(1);
  const strays = body.filter((line) => /^\s*changelog\s*:/i.test(line) && !isTrailer(line, trailers));
  return [
    ...words
      .filter((word) => kindOf(word) === undefined)
      .map((word) => `"Changelog: ${word}" is not known; write one of ${KINDS.join(', ')}, or leave the line out.`),
    ...when(words.length > 1, 'it has several Changelog trailers; divide it into one commit for each change.'),
    ...strays.map(
      (line) => `"${line.trim()}" is no trailer; write "Changelog: word" in a last paragraph of trailers only.`,
    ),
  ];
}

function isTrailer(line: string, trailers: readonly string[]): boolean {
  return line.startsWith('Changelog: ') && trailers.includes(line);
}

function when(holds: boolean, problem: string): string[] {
  return holds ? [problem] : [];
}
