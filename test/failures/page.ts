import { code, table } from '../catalog/markdown.ts';
import type { Row } from './row.ts';

/** docs/troubleshooting.md: what a person sees, why, and what to do. Rendered from the rows that are tested. */
export function troubleshootingPage(rows: readonly Row[], components: readonly string[]): string {
  const failing = rows.filter(({ exit }) => exit !== 0);
  const cured = rows.filter(({ exit }) => exit === 0);
  return `${[
    '<!-- Generated from the troubles that the tests play through. `npm run docs` writes it anew; do not edit it. -->',
    '# Troubleshooting',
    INTRODUCTION,
    '## Any component',
    failureTable(failing.filter(({ everywhere }) => everywhere)),
    ...components.flatMap((name) => {
      const own = failing.filter(({ component, everywhere }) => component === name && !everywhere);
      return own.length > 0 ? [`## ${name}`, failureTable(own)] : [];
    }),
    '## What the jobs get over by themselves',
    'The job ends green, and says what it met where that matters to anybody.',
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

const INTRODUCTION = `Search this page for the line of the log that begins with \`ERROR\`, or for the line after it. The names are those of the
example; \`…\` stands for what differs from run to run. The last line of every log that ends red begins with \`Next:\` and says
the next click or command. The README explains the exit codes.`;

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
