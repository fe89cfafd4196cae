import type { Log } from '../../gitlab/log.ts';
import type { Report } from '../../gitlab/report.ts';
import { sentence } from '../../ground/sentence.ts';

/** What was found about one part of the setup. What nobody could look at is never right. */
export type SetupFinding = {
  /** `sagemaker:UpdateModelPackage on the packages (approved.uat)`: also the name of its test case. */
  readonly name: string;
  /** A clause that says what was seen. */
  readonly why: string;
} & (
  | { readonly is: 'right' | 'not given' | 'not looked at' }
  /** With what to do, as an order. */
  | { readonly is: 'wrong'; readonly next: string }
);

/** `not given`: the role may not do it, and only what the project may do without needs it. */
const STANDINGS = ['wrong', 'not given', 'not looked at', 'right'] as const;

type FoundToBe = (typeof STANDINGS)[number];

const HEADINGS: Readonly<Record<FoundToBe, string>> = {
  wrong: 'What is wrong',
  'not given': 'What the role may not do, and only needs for what is named',
  'not looked at': 'What was not looked at',
  right: 'What is right',
};

/** Shows all that was found: what is wrong first, each with what to do; a test case each. */
export function showFindings(findings: readonly SetupFinding[], { log, report }: { log: Log; report: Report }): void {
  for (const standing of STANDINGS) {
    const found = findings.filter(({ is }) => is === standing);
    if (found.length === 0) continue;
    const heading = `${HEADINGS[standing]} (${found.length})`;
    log.section(heading, found.map(lineOf), standing === 'right' ? undefined : 'open');
  }
  for (const finding of findings) {
    const { name, is, why } = finding;
    if (is === 'right') report.check(name);
    else if (is === 'wrong') report.check(name, `${sentence(why)} Next: ${finding.next}`);
    else report.skip(name, `${is}: ${why}`);
  }
  report.record({ outcome: outcomeOf(findings), findings });
}

function lineOf(finding: SetupFinding): string {
  const line = `${finding.name}: ${sentence(finding.why)}`;
  return finding.is === 'wrong' ? `${line}\nNext: ${finding.next}` : line;
}

/** `wrong` also where something else could not be looked at; `right` only where nothing is wrong. */
function outcomeOf(findings: readonly SetupFinding[]): string {
  return findings.some(({ is }) => is === 'wrong') ? 'wrong' : 'nothing wrong';
}

/** How many of each, and what was not looked at: nobody may take the rest for everything. */
export function summaryOf(findings: readonly SetupFinding[]): string {
  const of = (standing: FoundToBe) => findings.filter(({ is }) => is === standing);
  const unseen = of('not looked at');
  const names = unseen.length === 0 ? '' : `: ${shortList(unseen)}`;
  return `${of('right').length} right, ${of('wrong').length} wrong, ${of('not given').length} not given, ${unseen.length} not looked at${names}.`;
}

/** The most names in a line that a person reads. */
const MOST_NAMES = 4;

/** The first names, and how many follow: each has its line in the section of its standing. */
export function shortList(findings: readonly SetupFinding[]): string {
  const names = findings.map(({ name }) => name);
  const more = names.length - MOST_NAMES;
  return more > 1 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more, each named above` : names.join(', ');
}
