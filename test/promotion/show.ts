import { styleText } from 'node:util';
import type { Job, Pipeline } from '../../compiler/pipeline.ts';

export type Print = (text: string) => void;

export function chapter(title: string, print: Print): void {
  print(`\n${styleText(['bold', 'underline'], title)}`);
}

/**
 * Shows the logs of jobs. What each log begins with is shown whole once, then folded, as GitLab folds it. So is all but the end of a
 * job that passed and was shown before, unless it is named as one that has something new.
 */
export function logPrinter(print: Print) {
  const seen = new Set<string>();
  const fold = ({ name, exit, log }: Job, news: readonly string[]) => {
    const isFirst = seen.size === 0;
    const isAlike = seen.has(name) && exit === 0 && !news.includes(name);
    seen.add(name);
    if (isFirst) return log;
    return isAlike ? foldedToItsEnd(log) : log.replace(HEAD, folded);
  };
  return (pipeline: Pipeline, branch: string, jobs: readonly Job[], news: readonly string[] = []): void => {
    for (const job of jobs) {
      const { name, exit } = job;
      const pressed = pipeline.pressed.get(name);
      const heading = `${branch}: ${name}, pipeline ${pipeline.id}${pressed ? `, pressed by ${pressed}` : ''}`;
      const ending = exit === 0 ? styleText('green', 'passed') : styleText('red', `failed with exit code ${exit}`);
      print(`\n${styleText('bold', heading)}`);
      for (const line of fold(job, news).trimEnd().split('\n'))
        print(`  ${line.startsWith('$ ') ? styleText('green', line) : line}`);
      print(`  ${ending}`);
    }
  };
}

/** The lines that say what a job acts on: a heading, and indented lines. */
const HEAD = /^(?<heading>[\w-]+ for \w+ in the AWS account \d+)\n(?<facts>(?: {2}.*\n)+)/m;

function folded(_: string, heading: string, facts: string): string {
  const role = /^ +role +\S+\/(\S+)/m.exec(facts)?.[1] ?? 'no role';
  return `> ${heading}, as ${role} (${facts.trimEnd().split('\n').length} lines)\n`;
}

/** Only what a job says at its end. */
function foldedToItsEnd(log: string): string {
  const lines = log.trimEnd().split('\n');
  const head = HEAD.exec(log)?.groups;
  const more = head?.facts?.trimEnd().split('\n').length ?? 0;
  const shown = head && folded('', head.heading ?? '', head.facts ?? '');
  return `${shown?.replace(`(${more} lines)`, `(${lines.length - 1} lines)`) ?? ''}${lines.at(-1)}`;
}

/** Columns as wide as their longest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
