import { approverLines } from '../../src/preview/approver-lines.ts';
import { type ApproverView, approverView, type Known } from '../../src/preview/approver-view.ts';
import { comparisonOf } from '../../src/preview/comparison.ts';
import type { LiveNow } from '../../src/preview/live.ts';
import { metadataMetrics } from '../../src/preview/metrics.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';
import { JOB } from '../gitlab/job.ts';
import { modelPackage } from '../registry/package.ts';

/** The job of uat that asks its approver. */
export const UAT_JOB = { ...JOB, environment: 'uat', ref: 'uat' };

export const UAT_CRITERIA = {
  environment: 'uat',
  path: ['dev', 'uat', 'main'],
  source: 'registry',
  require_validation: true,
  require_evidence: [],
  count_bake_traffic: false,
  pipeline: '101',
} as const;

export const version = (metadata: Record<string, string>, more: Partial<ModelPackage> = {}) =>
  modelPackage({ version: 2, approval: 'Approved', metadata, ...more });

interface Asked extends Partial<Omit<Known, 'live'>> {
  readonly live?: Partial<LiveNow>;
}

/** What the approver of uat sees of a version, and what is known besides. */
export function viewOf(candidate: ModelPackage, { live, ...more }: Asked = {}): ApproverView {
  const nothing = { exists: false, words: 'it', version: undefined, newer: [], serving: undefined, same: false };
  const now = { ...nothing, since: undefined, first: undefined, ...live };
  return approverView({
    version: candidate,
    criteria: UAT_CRITERIA,
    takeOver: false,
    taken: undefined,
    live: now,
    comparison: comparisonOf(candidate, now.version, UAT_JOB),
    mergeRequests: [],
    policy: [],
    metrics: [metadataMetrics(candidate.metadata, now.version?.metadata ?? {})],
    passedOver: [],
    job: UAT_JOB,
    now: new Date('2026-11-22T09:00:00Z'),
    ...more,
  });
}

/** The first line of the log that begins with a word. */
export function line(word: string, candidate: ModelPackage, asked: Asked = {}): string | undefined {
  return approverLines(viewOf(candidate, asked)).find((each) => each.startsWith(`${word} `));
}
