import { expect, it } from 'vitest';
import { programs } from '../catalog/programs.ts';
import { stale } from '../catalog/tell.ts';
import { troubleshootingPage } from './page.ts';
import { ROWS } from './rows.ts';

it('the page of troubleshooting is rendered from the troubles that are played through, and lacks none', async () => {
  const page = troubleshootingPage(
    ROWS,
    programs.map(({ name }) => name),
  );
  await expect(page, stale('docs/troubleshooting.md')).toMatchFileSnapshot('../../docs/troubleshooting.md');
  const lines = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (---|the log says|component) /.test(line));
  for (const { cause, remedy } of ROWS) {
    expect(
      lines.some((line) => line.includes(cause) && line.includes(remedy)),
      cause,
    ).toBe(true);
  }
});
