import { approverLines } from '../../preview/approver-lines.ts';
import { approverPage } from '../../preview/approver-page.ts';
import { type ApproverView, approverView, type Known, linksOf } from '../../preview/approver-view.ts';
import { comparisonOf } from '../../preview/comparison.ts';
import { metadataMetrics } from '../../preview/metrics.ts';
import { readReports } from '../../preview/reports.ts';
import type { Context } from '../../program/context.ts';

/** What check-model has found out of a version. */
type FoundVersion = Pick<Known, 'version' | 'criteria' | 'live' | 'passedOver' | 'takeOver' | 'taken'>;

/** Shows a version to its approver: in the log, on the page, and by links beside the log. */
export async function showVersion(found: FoundVersion, verdict: string, context: Context): Promise<void> {
  const view = await viewOf(found, context);
  writePage(view, verdict, context);
  for (const line of approverLines(view)) context.log.line(`  ${line}`);
}

/** Gathers what is not known yet (AWS: GetObject; GitLab: the merge requests of the commits). */
async function viewOf(found: FoundVersion, context: Context): Promise<ApproverView> {
  const { job, clock } = context;
  const { version, live } = found;
  const comparison = comparisonOf(version, live.version, job);
  const commits = new Set([...(comparison ? [comparison.commit] : []), job.commit]);
  const [reports, ...mergeRequests] = await Promise.all([
    readReports(version, live.version, context),
    ...[...commits].map(context.mergeRequestsOf),
  ]);
  const metrics = [metadataMetrics(version.metadata, live.version?.metadata ?? {}), ...reports];
  return approverView({ ...found, comparison, mergeRequests, metrics, job, now: clock.now() });
}

/** Writes the page, and the links to it and to what it names. */
function writePage(view: ApproverView, verdict: string, { report, job }: Context): void {
  const links = [{ label: 'This pipeline', url: `${job.projectUrl}/-/pipelines/${job.pipeline}` }];
  const path = report.file('approve.html', approverPage(view, { verdict, links }));
  report.link('Approval', `Approve this version: ${view.title}`, `${job.url}/artifacts/file/${path}`, 'first');
  for (const { label, url } of linksOf(view)) report.link('What you approve', label, url);
}
