import type { Clock } from '../ground/clock.ts';

/** The job's log, as a person reads it on the job page: one line per change, and sections that can be folded. */
export interface Log {
  /**
   * A line; what follows a line break is indented, so that nothing from outside can stand where our own lines begin.
   */
  line(text: string): void;
  /** Lines under a heading that GitLab folds; `open` shows it unfolded. */
  section(heading: string, lines: readonly string[], open?: 'open'): void;
}

/**
 * Characters of a line, and of a whole log: GitLab cuts a log at 4 MiB, and a browser stumbles over very long lines.
 */
const MAX_LINE = 2_000;
const MAX_LOG = 2_500_000;

/**
 * Sections are GitLab's own markers (https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections). What comes
 * from outside (a reason of AWS, a log line of a container) cannot forge one, nor reorder what stands there.
 */
export function createLog(print: (line: string) => void, clock: Clock): Log {
  let sections = 0;
  let left = MAX_LOG;
  const printed = (text: string) => {
    const shown = printable(text);
    left -= shown.length;
    // The last lines say how the job ended, and what to do next: they are always printed.
    if (left > 0 || /^(ERROR|Next:)/.test(shown)) print(shown);
    else if (left + shown.length > 0) print('(The log is too long for GitLab. Later lines are not shown.)');
  };
  const line = (text: string) => {
    const [first = '', ...more] = text.split('\n');
    for (const each of [first, ...more.map(indented)]) printed(each);
  };
  return {
    line,
    section(heading, lines, open) {
      const name = `sagemaker_${++sections}`;
      const seconds = Math.floor(clock.now().getTime() / 1000);
      print(
        `\u001b[0Ksection_start:${seconds}:${name}${open ? '' : '[collapsed=true]'}\r\u001b[0K${printable(heading)}`,
      );
      for (const each of lines) line(`  ${each}`);
      print(`\u001b[0Ksection_end:${seconds}:${name}\r\u001b[0K`);
    },
  };
}

function indented(line: string): string {
  return line.startsWith('  ') ? line : `  ${line}`;
}

/**
 * The text without characters that control a terminal, cannot be seen, or turn the direction of writing; cut where it
 * is too long.
 */
function printable(text: string): string {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
  if (shown.length <= MAX_LINE) return shown;
  const kept = shown.slice(0, MAX_LINE - 40).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}... (${shown.length - kept.length} characters more)`;
}
