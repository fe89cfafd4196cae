import { approverLines } from '../../preview/approver-lines.ts';
import { approverPage } from '../../preview/approver-page.ts';
import { type ApproverView, linksOf } from '../../preview/approver-view.ts';
import { type FoundVersion, viewOf } from '../../preview/gather.ts';
import { tellWaiting } from '../../preview/waiting.ts';
import type { Context } from '../../program/context.ts';

/**
 * Shows a version to its approver: in the log, on the page, and by links beside the log. Returns what tells people that it waits for
 * them.
 */
export async function showVersion(found: FoundVersion, verdict: string, context: Context): Promise<() => void> {
  const view = await viewOf(found, context);
  const page = writePage(view, verdict, context);
  for (const line of approverLines(view)) context.log.line(`  ${line}`);
  return () => tellWaiting(view, page, context);
}

/** Writes the page, and the links to it and to what it names. Returns where the page is. */
function writePage(view: ApproverView, verdict: string, { report, job }: Context): string {
  const links = [{ label: 'This pipeline', url: `${job.projectUrl}/-/pipelines/${job.pipeline}` }];
  const path = report.file('approve.html', approverPage(view, { verdict, links }));
  report.link('Approval', `Approve this version: ${view.title}`, `${job.url}/artifacts/file/${path}`, 'first');
  for (const { label, url } of linksOf(view)) report.link('What you approve', label, url);
  return path;
}
