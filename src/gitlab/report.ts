import { lstatSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { visibleText } from '../ground/visible-text.ts';
import { dotenvOf } from './dotenv.ts';
import { fileTrouble } from './file-trouble.ts';

/**
 * What GitLab shows of a job beside its log. Every call writes at once: reports are uploaded from failed and killed
 * jobs too. Throws a Failure when the system refuses to write.
 */
export interface Report {
  /** A link on the job page, under a heading; `first` puts a new heading before the others. */
  link(section: string, label: string, url: string, place?: 'first'): void;
  /** A test case on the pipeline's Tests tab: `why` tells why it failed; without it the case passed. */
  check(name: string, why?: string, seconds?: number): void;
  /** A test case that passed, and what was found: GitLab keeps that with it. */
  pass(name: string, found: string): void;
  /** A test case that nobody could decide, and why: GitLab shows it as skipped. */
  skip(name: string, why: string): void;
  /** What the next job reads. May be written again with more. */
  record(record: object): void;
  /** Any other file to keep with the job. Returns its path in the artifact. */
  file(name: string, content: string | Uint8Array): string;
  /**
   * Variables for the project's own jobs and for `environment:url`. Returns the names of those that are left out:
   * GitLab would refuse the whole report, and fail the job.
   */
  dotenv(variables: Readonly<Record<string, string>>): readonly string[];
}

/** Where a job keeps its reports: a folder of its own, so that no job can publish another's file again. */
export function reportFolder(component: string, jobId: string): string {
  return join('sagemaker', component, jobId);
}

/** The only test case until the job says how it went: a job that is killed leaves it. */
const NOT_ENDED = 'The job reported its result';

/** What the reports of a job are, and where. */
interface ReportPlace {
  readonly component: string;
  readonly folder: string;
  /** Reports beside those of every job: file -> what it holds until the job writes it. */
  readonly reports?: Readonly<Record<string, string>> | undefined;
}

/**
 * The reports of one job, in its own folder, emptied first. All of them exist from the start: GitLab's runner shows a
 * red error below our last line for each that is missing.
 */
export function createReport(root: string, { component, folder, reports = {} }: ReportPlace): Report {
  explained(() => empty(root, folder));
  const lengths = new Map<string, number>();
  const write = (name: string, content: string | Uint8Array) => {
    const [path, length, before] = [join(root, folder, name), Buffer.byteLength(content), lengths.get(name)];
    explained(() => {
      // Not emptied first: ext4 would write what comes then to the disk at once, and each report would wait for it.
      writeFileSync(path, content, { flag: before === undefined ? 'w' : 'r+' });
      if (before !== undefined && length < before) truncateSync(path, length);
    });
    lengths.set(name, length);
  };
  let links: Record<string, object[]> = {};
  const cases: string[] = [];
  write('links.json', '{}');
  write('sagemaker.env', '');
  for (const [name, content] of Object.entries(reports)) write(name, content);
  write('junit.xml', junit(component, [testCase(component, NOT_ENDED, 'it ended before it reported one', 0)]));
  return {
    link(section, label, url, place) {
      const under = [...(links[section] ?? []), { external_link: { label: visibleText(label), url } }];
      links = place === 'first' ? { [section]: under, ...links } : { ...links, [section]: under };
      write('links.json', JSON.stringify(links));
    },
    check(name, why, seconds = 0) {
      cases.push(testCase(component, name, why, seconds));
      write('junit.xml', junit(component, cases));
    },
    pass(name, found) {
      cases.push(`${testCaseOf(component, name, 0)}<system-out>${xml(found)}</system-out></testcase>`);
      write('junit.xml', junit(component, cases));
    },
    skip(name, why) {
      cases.push(`${testCaseOf(component, name, 0)}<skipped message="${xml(why)}"/></testcase>`);
      write('junit.xml', junit(component, cases));
    },
    record: (record) => write('record.json', `${JSON.stringify(record, null, 2)}\n`),
    file(name, content) {
      write(name, content);
      return join(folder, name);
    },
    dotenv(variables) {
      const { text, leftOut } = dotenvOf(variables);
      write('sagemaker.env', text);
      return leftOut;
    },
  };
}

function junit(component: string, cases: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="${xml(component)}">\n${cases.join('\n')}\n</testsuite></testsuites>\n`;
}

/** Makes the folder, empty. A link on the way to it could lead to files that are not the job's to delete. */
function empty(root: string, folder: string): void {
  const parent = dirname(folder);
  // Before anything is made, which would be made where the link leads.
  for (const path of [dirname(parent), parent].filter((each) => each !== '.'))
    if (lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink()) throw unwritable(`${path} is a link`);
  mkdirSync(join(root, parent), { recursive: true });
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder));
}

function explained(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const full = ['ENOSPC', 'EDQUOT'].includes(partsOf(error).code);
    throw full ? diskFull(error) : unwritable(fileTrouble(error), error);
  }
}

function diskFull(error: unknown): Failure {
  return new Failure(
    'SMC-1301',
    `This job cannot write its reports: ${fileTrouble(error)}.`,
    'free space on the runner, then run this job again. Nothing that was done is lost.',
    error,
  );
}

function unwritable(why: string, cause?: unknown): Failure {
  return new Failure(
    'SMC-1302',
    `This job cannot write its reports: ${why}.`,
    "make the runner's build folder writable for the image's user, 10001, with no file or link named sagemaker. The runner makes it writable unless its umask is disabled.",
    cause,
  );
}

function testCase(component: string, name: string, why: string | undefined, seconds: number): string {
  const failure = why === undefined ? '' : `<failure message="${xml(why)}">${xml(why)}</failure>`;
  return `${testCaseOf(component, name, seconds)}${failure}</testcase>`;
}

/** The beginning of a test case. */
function testCaseOf(component: string, name: string, seconds: number): string {
  return `<testcase classname="${xml(component)}" name="${xml(name)}" time="${seconds.toFixed(3)}">`;
}

function xml(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return visibleText(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, ' ')
    .replaceAll(/[&<>"]/g, (sign) => named[sign] ?? sign);
}
