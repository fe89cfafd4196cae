import { code, table } from '../catalog/markdown.ts';
import type { Row } from './row.ts';

/** docs/troubleshooting.md: what a person sees, why, and what to do. Rendered from the rows that are tested. */
export function troubleshootingPage(rows: readonly Row[], components: readonly string[]): string {
  const failing = rows.filter(({ exit }) => exit !== 0);
  const cured = rows.filter(({ exit }) => exit === 0);
  return `${[
    '<!-- Generated from the failures that the tests play through. Do not edit this page; `npm run docs` renders it. -->',
    '# Troubleshooting',
    INTRODUCTION,
    '## Any component',
    failureTable(failing.filter(({ everywhere }) => everywhere)),
    ...components.flatMap((name) => {
      const own = failing.filter(({ component, everywhere }) => component === name && !everywhere);
      return own.length > 0 ? [`## ${name}`, failureTable(own)] : [];
    }),
    '## Problems that jobs solve themselves',
    'In these situations, the job ends green. If the situation matters to somebody, the log mentions it.',
    table(
      ['component', 'the log says', 'what happened', 'what the job did'],
      distinct(
        sorted(cured).map((row) => [
          row.everywhere ? 'any' : row.component,
          seenIn(row),
          cell(row.cause),
          cell(row.remedy),
        ]),
      ),
    ),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `If a job fails, the last log line starts with \`Next:\` and tells you what to do. To find the cause, search this page for three or
four words of the log line that starts with \`ERROR\`, without names and numbers.

- The names on this page are the names of the example.
- \`…\` stands for text that differs from run to run.
- [Inputs](inputs.md#exit-codes) explains the exit codes.`;

function failureTable(rows: readonly Row[]): string {
  return table(
    ['the log says', 'exit code', 'cause', 'what to do'],
    distinct(sorted(rows).map((row) => [seenIn(row), `\`${row.exit}\``, cell(row.cause), cell(row.remedy)])),
  );
}

/** Several rows may be one to the reader. */
function distinct(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join('|'), row])).values()];
}

/** What shows in a log first. */
function sorted(rows: readonly Row[]): Row[] {
  const silently = (row: Row) => Number(row.silent ?? false);
  return [...rows].sort(
    (one, other) => silently(one) - silently(other) || textOf(one).localeCompare(textOf(other), 'en'),
  );
}

const textOf = ({ seen, silent }: Row) => (silent ? '' : seen).replace(/^(ERROR|\s)+/, '').trim();

const seenIn = (row: Row) => (row.silent ? '(nothing)' : code(textOf(row)));

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
