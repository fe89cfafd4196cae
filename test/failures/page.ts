import { EXIT_CODES, FAILURE_CODES, type FailureCode } from '../../src/ground/failure-codes.ts';
import { code, contents, table } from '../catalog/markdown.ts';
import { AREAS, HEADINGS } from './codes.ts';
import type { OutsideRow } from './outside.ts';
import type { Row } from './row.ts';

/** What the page shows of a row, wherever it is played through. */
export type Shown = Row | OutsideRow;

/** docs/troubleshooting.md: every message by its code; why, and what to do. Rendered from the rows that are tested. */
export function troubleshootingPage(rows: readonly Shown[]): string {
  const areas = Object.entries(AREAS).map(([area, { heading }]) => ({ area, heading: `SMC-${area}: ${heading}` }));
  return `${[
    '<!-- Generated from the failures that the tests play through. Do not edit this page; `npm run docs` renders it. -->',
    '# Troubleshooting',
    INTRODUCTION,
    contents([...areas.map(({ heading }) => heading), SOLVED]),
    ...areas.flatMap(({ area, heading }) => [`## ${heading}`, ...codesOf(area).flatMap((of) => section(of, rows))]),
    `## ${SOLVED}`,
    'In these situations, the job ends green. If the situation matters to somebody, the log mentions it.',
    solvedTable(rows.filter(({ exit }) => exit === 0)),
  ].join('\n\n')}\n`;
}

const ANY = 'any component';
const SOLVED = 'Problems that jobs solve themselves';

const INTRODUCTION = `If a job fails, its log has a line that starts with \`ERROR\` and a code such as \`SMC-1203\`. Search this page for the code. The last
log line starts with \`Next:\` and tells you what to do. If the project is new, or if a permission or a setting is missing,
[check the setup](setup-details.md#check-the-setup) first: one job names all that is wrong.

- A code stands for one message, in every version of the components.
- The names on this page are the names of the example.
- \`…\` stands for text that differs from run to run.
- [Inputs](inputs.md#exit-codes) explains the exit codes.`;

function codesOf(area: string): FailureCode[] {
  return (Object.keys(HEADINGS) as FailureCode[]).filter((each) => each.startsWith(`SMC-${area}`)).sort();
}

/** The heading of a code, and what is known of its message. */
export function headingOf(of: FailureCode): string {
  return `### ${of}: ${HEADINGS[of]}`;
}

function section(of: FailureCode, rows: readonly Shown[]): string[] {
  const own = sorted(rows.filter((row) => row.code === of));
  const exit = `Exit code \`${EXIT_CODES[FAILURE_CODES[of]]}\``;
  const met = [...new Set(own.map(componentOf))];
  const where = met.includes(ANY) ? [ANY] : met;
  return [headingOf(of), `${exit}, in ${where.join(' and ')}.`, failureTable(own, met.length > 1)];
}

function failureTable(rows: readonly Shown[], several: boolean): string {
  const cells = rows.map((row) => [
    ...(several ? [componentOf(row)] : []),
    seenIn(row),
    cell(row.cause),
    cell(row.remedy),
  ]);
  return table([...(several ? ['component'] : []), 'the log says', 'cause', 'what to do'], distinct(cells));
}

function solvedTable(rows: readonly Shown[]): string {
  return table(
    ['component', 'the log says', 'what happened', 'what the job did'],
    distinct(sorted(rows).map((row) => [componentOf(row), seenIn(row), cell(row.cause), cell(row.remedy)])),
  );
}

const componentOf = (row: Shown) => (row.everywhere ? ANY : row.component);

/** Several rows may be one to the reader. */
function distinct(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join('|'), row])).values()];
}

/** What shows in a log first. */
function sorted(rows: readonly Shown[]): Shown[] {
  const silently = (row: Shown) => Number(isSilent(row));
  return [...rows].sort(
    (one, other) => silently(one) - silently(other) || textOf(one).localeCompare(textOf(other), 'en'),
  );
}

const isSilent = (row: Shown) => 'silent' in row;

const textOf = (row: Shown) => (isSilent(row) ? '' : row.seen).replace(/^(ERROR|\s)+/, '').trim();

const seenIn = (row: Shown) => (isSilent(row) ? '(nothing)' : code(textOf(row)));

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
