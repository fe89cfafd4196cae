import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../ground/failure.ts';

/**
 * What GitLab shows of a job beside its log. Every call writes at once: reports are uploaded from failed and killed
 * jobs too.
 */
export interface Report {
  /** A link on the job page, under a heading. */
  link(section: string, label: string, url: string): void;
  /** A test case on the pipeline's Tests tab: `why` tells why it failed; without it the case passed. */
  check(name: string, why?: string, seconds?: number): void;
  /** What the next job reads. May be written again with more. */
  record(record: object): void;
  /** Any other file to keep with the job. Returns its path in the artifact. */
  file(name: string, content: string): string;
  /** Variables for the project's own jobs and for `environment:url`. */
  dotenv(variables: Readonly<Record<string, string>>): void;
}

/** Where a job keeps its reports: a folder of its own, so that no job can publish another's file again. */
export function reportFolder(component: string, jobId: string): string {
  return join('sagemaker', component, jobId);
}

/** The only test case until the job says how it went: a job that is killed leaves it. */
const NOT_ENDED = 'The job reported its result';

/**
 * The reports of one job, in its own folder, emptied first. All of them exist from the start: GitLab's runner shows a
 * red error below our last line for each that is missing.
 */
export function createReport(root: string, component: string, jobId: string): Report {
  const folder = reportFolder(component, jobId);
  empty(join(root, folder));
  const write = (name: string, content: string) => writeFileSync(join(root, folder, name), content);
  const links: Record<string, object[]> = {};
  const cases: string[] = [];
  write('links.json', '{}');
  write('sagemaker.env', '');
  write('junit.xml', junit(component, [testCase(component, NOT_ENDED, 'it ended before it reported one', 0)]));
  return {
    link(section, label, url) {
      links[section] = [...(links[section] ?? []), { external_link: { label, url } }];
      write('links.json', JSON.stringify(links));
    },
    check(name, why, seconds = 0) {
      cases.push(testCase(component, name, why, seconds));
      write('junit.xml', junit(component, cases));
    },
    record: (record) => write('record.json', `${JSON.stringify(record, null, 2)}\n`),
    file(name, content) {
      write(name, content);
      return join(folder, name);
    },
    dotenv: (variables) => write('sagemaker.env', renderDotenv(variables)),
  };
}

function junit(component: string, cases: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="${xml(component)}">\n${cases.join('\n')}\n</testsuite></testsuites>\n`;
}

function empty(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Failure(
      'not allowed',
      `This job cannot write its reports: ${error instanceof Error ? error.message : String(error)}.`,
      "make the runner's build folder writable for the image's user, 10001. The runner does this unless its umask is disabled.",
      error,
    );
  }
}

function testCase(component: string, name: string, why: string | undefined, seconds: number): string {
  const failure = why === undefined ? '' : `<failure message="${xml(why)}">${xml(why)}</failure>`;
  return `<testcase classname="${xml(component)}" name="${xml(name)}" time="${seconds.toFixed(3)}">${failure}</testcase>`;
}

function xml(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ').replaceAll(/[&<>"]/g, (sign) => named[sign] ?? sign);
}

/**
 * GitLab's rules for a dotenv report (https://docs.gitlab.com/ci/variables/dotenv_variables/): names of letters, digits
 * and underscores, one line a value, no quoting, at most 20 variables and 5 KB.
 */
function renderDotenv(variables: Readonly<Record<string, string>>): string {
  const entries = Object.entries(variables);
  const wrong = entries.find(([name, value]) => !/^\w+$/.test(name) || /[\n\r]/.test(value));
  const file = entries.map(([name, value]) => `${name}=${value}\n`).join('');
  if (wrong || entries.length > 20 || Buffer.byteLength(file) > 5 * 1024)
    throw new Error(`GitLab would refuse this dotenv report: ${file}`);
  return file;
}
