import { expect, it } from 'vitest';
import { FAILURE_CODES, type FailureCode } from '../../src/ground/failure-codes.ts';
import { stale } from '../catalog/tell.ts';
import { OUTSIDE } from './outside.ts';
import { headingOf, troubleshootingPage } from './page.ts';
import { ROWS } from './rows.ts';

const rows = [...ROWS, ...OUTSIDE];
const page = troubleshootingPage(rows);

/** What the page has below the heading of a code. */
function sectionOf(code: FailureCode): string {
  const from = page.indexOf(`\n${headingOf(code)}\n`);
  expect(from, code).toBeGreaterThan(0);
  return page.slice(from + 1).split(/\n#/)[0] ?? '';
}

it('the page of troubleshooting is rendered from the troubles that are played through, and lacks none', async () => {
  await expect(page, stale('docs/troubleshooting.md')).toMatchFileSnapshot('../../docs/troubleshooting.md');
  for (const { code, cause, remedy } of rows) {
    const lines = (code ? sectionOf(code) : page).split('\n').filter((line) => line.startsWith('| '));
    expect(
      lines.some((line) => line.includes(cause) && line.includes(remedy)),
      cause,
    ).toBe(true);
  }
});

it('the page of troubleshooting has a heading for every code, and each is of a message that is played through', () => {
  const headings = [...page.matchAll(/^### (SMC-\d{4}): /gm)].map(([, code]) => code);
  expect(headings).toEqual(Object.keys(FAILURE_CODES).sort());
  const played = new Set(rows.flatMap(({ code }) => code ?? []));
  expect(headings.filter((code) => !played.has(code as FailureCode))).toEqual([]);
});
