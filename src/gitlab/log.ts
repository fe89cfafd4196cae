import type { Clock } from '../ground/clock.ts';

/** The job's log, as a person reads it on the job page: one line per change, and sections that can be folded. */
export interface Log {
  line(text: string): void;
  /** Lines under a heading that GitLab folds; `open` shows it unfolded. */
  section(heading: string, lines: readonly string[], open?: 'open'): void;
}

/**
 * Sections are GitLab's own markers (https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections). What comes from
 * outside (a reason of AWS, a log line of a container) cannot forge one: control characters are dropped.
 */
export function createLog(print: (line: string) => void, clock: Clock): Log {
  let sections = 0;
  const line = (text: string) => {
    for (const each of text.split('\n')) print(printable(each));
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

/** The text without control characters. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
