import type { Clock } from '../ground/clock.ts';
import { cutText, visibleText } from '../ground/visible-text.ts';

/** The job's log, as a person reads it on the job page: one line per change, and sections that can be folded. */
export interface Log {
  /**
   * A line; what follows a line break is indented, so that nothing from outside can stand where our own lines begin.
   */
  line(text: string): void;
  /** Lines that say how the job ended, or what to do next: printed however long the log has become. */
  last(text: string): void;
  /** Lines under a heading that GitLab folds; `open` shows it unfolded. */
  section(heading: string, lines: readonly string[], open?: 'open'): void;
}

/** Characters of a line: a browser stumbles over very long ones. */
const MAX_LINE = 2_000;
/** Bytes of a log: GitLab cuts it at 4 MiB. */
const MAX_LOG = 2_500_000;
/** Bytes of what is printed last, beyond those. */
const MAX_LAST = 200_000;

/**
 * Sections are GitLab's own markers (https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections). What comes
 * from outside (a reason of AWS, a log line of a container) cannot forge one, nor reorder what stands there.
 */
export function createLog(print: (line: string) => void, clock: Clock): Log {
  let sections = 0;
  let left = MAX_LOG;
  const printed = (text: string) => {
    const size = Buffer.byteLength(text) + 1;
    if (left >= size) print(text);
    else if (left > 0) print('(The log is too long for GitLab. Later lines are not shown.)');
    left = left >= size ? left - size : 0;
  };
  return {
    line: (text) => linesOf(text).forEach(printed),
    last: (text) => firstOf(linesOf(text)).forEach(print),
    section(heading, lines, open) {
      const name = `sagemaker_${++sections}`;
      const seconds = Math.floor(clock.now().getTime() / 1000);
      print(
        `\u001b[0Ksection_start:${seconds}:${name}${open ? '' : '[collapsed=true]'}\r\u001b[0K${printable(heading)}`,
      );
      for (const each of lines) linesOf(`  ${each}`).forEach(printed);
      print(`\u001b[0Ksection_end:${seconds}:${name}\r\u001b[0K`);
    },
  };
}

/** As many lines as may be printed last, and how many more there are. */
function firstOf(lines: readonly string[]): string[] {
  const shown: string[] = [];
  let left = MAX_LAST;
  for (const line of lines) {
    left -= Buffer.byteLength(line) + 1;
    if (left < 0) return [...shown, `  (${lines.length - shown.length} more lines)`];
    shown.push(line);
  }
  return shown;
}

/** The text as it may be printed, its later lines indented. */
function linesOf(text: string): string[] {
  const [first = '', ...more] = text.split('\n');
  return [first, ...more.map((line) => (line.startsWith('  ') ? line : `  ${line}`))].map(printable);
}

/** The text as a line of the log may hold it. */
function printable(text: string): string {
  return cutText(visibleText(text), MAX_LINE);
}
