import type { JudgedRule } from '../policy/judge.ts';
import type { Context } from '../program/context.ts';
import { type ApproverView, approverView, type Known } from './approver-view.ts';
import { comparisonOf } from './comparison.ts';
import { type MetricGroup, metadataMetrics } from './metrics.ts';
import { readReports } from './reports.ts';

/** What has been found out of a version so far. */
export interface FoundVersion
  extends Pick<Known, 'version' | 'criteria' | 'live' | 'passedOver' | 'takeOver' | 'taken'> {
  /** Judges the policy, where there is one, by what the reports of the training say. */
  judge?(reports: readonly MetricGroup[]): Promise<readonly JudgedRule[]>;
}

/** What an approver sees of a version. Gathers what is not known yet (AWS: GetObject; GitLab: the merge requests of the commits). */
export async function viewOf(found: FoundVersion, context: Context): Promise<ApproverView> {
  const { job, clock } = context;
  const { version, live } = found;
  const comparison = comparisonOf(version, live.version, job);
  const commits = new Set([...(comparison ? [comparison.commit] : []), job.commit]);
  const [reports, ...mergeRequests] = await Promise.all([
    readReports(version, live.version, context),
    ...[...commits].map(context.mergeRequestsOf),
  ]);
  const policy = (await found.judge?.(reports)) ?? [];
  const metrics = [metadataMetrics(version.metadata, live.version?.metadata ?? {}), ...reports];
  return approverView({ ...found, comparison, mergeRequests, metrics, policy, job, now: clock.now() });
}
