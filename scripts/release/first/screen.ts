import { visibleText } from '../../../src/ground/visible-text.ts';
import type { FirstRelease } from '../first.ts';
import type { Finding } from './finding.ts';

/** What cannot be looked at without writing, or from any machine but Nexus's own. */
const NEVER_LOOKED_AT = [
  'whether the accounts may push where they should, and nowhere else: that would write',
  'what Nexus cleans up, and whether it lets a tag be replaced',
  'whether the runners reach what this machine reaches',
];

/** The lines that a person reads. What registries and GitLab said in them controls no terminal, and writes no line of its own. */
export function screenOf({ findings, parts }: FirstRelease): string[] {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const open = findings.filter(({ is }) => is !== 'ok');
  return [
    '',
    'What was looked at:',
    ...findings.flatMap((each) => lineOf(each, width)),
    '',
    'Not looked at:',
    ...NEVER_LOOKED_AT.map((each) => `  ${each}`),
    ...parts.flatMap(({ heading, lines }) => ['', `${heading}:`, ...lines.map((line) => `  ${line}`)]),
    '',
    ...summaryOf(open),
  ].map(visibleText);
}

function lineOf({ is, about, what, next }: Finding, width: number): string[] {
  const line = `  ${is.padEnd(8)}  ${about.padEnd(width)}  ${what}`;
  return next === undefined ? [line] : [line, `${' '.repeat(width + 14)}Next: ${next}`];
}

/** What is first to do stands last, where a terminal shows it. */
function summaryOf(open: readonly Finding[]): string[] {
  const [first] = open;
  if (first === undefined) return ['Everything that can be looked at from here holds.'];
  const unseen = open.filter(({ is }) => is === 'not seen').length;
  return [
    `To do: ${open.length - unseen}. Not seen: ${unseen}. Run this again when that is done.`,
    `Next: for ${first.about}, ${first.next}`,
  ];
}
