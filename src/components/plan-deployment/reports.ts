import type { ApproverView } from '../../preview/approver-view.ts';
import type { Metric } from '../../preview/metrics.ts';
import type { Changes } from './plan.ts';

/** Where the reports are. No variable is in it: GitLab links a page from a merge request only by a literal path (expose_as). */
export const PLAN_FOLDER = 'sagemaker-plan';

/** The page, and the reports for the widgets of a merge request. */
export const PAGE = 'index.html';
export const TERRAFORM = 'terraform.json';
export const METRICS = 'metrics.txt';

/** The report of changes, as GitLab's widget counts them (https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform). */
export function terraformReport({ create, update, remove }: Changes): string {
  return JSON.stringify({ create: create.length, update: update.length, delete: remove.length });
}

/** What the reports hold until the job writes them. */
export const PLAN_REPORTS: Readonly<Record<string, string>> = {
  [PAGE]:
    '<!doctype html>\n<html lang="en"><title>No plan</title><p>The job ended before it wrote a plan: see its log.</p></html>\n',
  [TERRAFORM]: terraformReport({ create: [], update: [], remove: [] }),
  [METRICS]: '',
};

/** What the two versions are called in the widget. */
interface Names {
  readonly version: string;
  readonly live: string;
}

/**
 * The metrics of both versions in one report: GitLab compares it with a pipeline of the target branch, and there is none of the
 * commit at which the branches meet. A value that is no number is left out.
 */
export function metricsReport({ metrics }: Pick<ApproverView, 'metrics'>, names: Names): string {
  const lines = metrics.flatMap(({ source, metrics: all }) =>
    all.flatMap((metric) => linesOf(metric, source === 'metadata' ? {} : { report: source }, names)),
  );
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

function linesOf({ name, value, live }: Metric, labels: Readonly<Record<string, string>>, names: Names): string[] {
  const key = name.replaceAll(/[^A-Za-z0-9_:]/g, '_').replace(/^(?=\d)/, '_');
  const line = (version: string, text: string | undefined) =>
    text === undefined || text.trim() === '' || !Number.isFinite(Number(text))
      ? []
      : [`${key}{${labelsOf({ ...labels, version })}} ${Number(text)}`];
  return [...line(names.version, value), ...line(names.live, live)];
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/[^\w .,/-]/g, '_')}"`)
    .join(',');
}
