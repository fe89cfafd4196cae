import { duration } from '../../ground/clock.ts';
import type { PassedOver } from '../../registry/eligibility.ts';
import { isEntryKey, readApproval, readBuild, readValidation } from '../../registry/entries.ts';
import type { ModelPackage } from '../../registry/packages.ts';
import type { LiveNow } from './live.ts';

/** What an approver wants to know of a version. */
export interface ApproverPage {
  readonly version: ModelPackage;
  /** The environment that validated it; `undefined` for the first. */
  readonly before: string | undefined;
  /** Whether that validation was required. */
  readonly validationRequired: boolean;
  /** What serves now where this version would go. */
  readonly live: LiveNow;
  /** The branch of this pipeline. */
  readonly ref: string;
  /** The GitLab page that compares the version's commit with this branch; absent when the commit is unknown. */
  readonly comparison: string | undefined;
  readonly now: Date;
}

/**
 * What an approver reads of a version, its approval and validation before, and what it would replace: at most ten
 * lines.
 */
export function approverPage({
  version,
  before,
  validationRequired,
  live,
  ref,
  comparison,
  now,
}: ApproverPage): string[] {
  const commit = commitOf(version);
  return [
    `package  ${version.arn}`,
    `status   ${version.approval}`,
    ...(before === undefined ? [] : passage(version, before, validationRequired)),
    `metrics  ${metricsLine(version)}`,
    `data     ${dataLine(version)}`,
    `commit   ${commit && comparison ? `${commit.slice(0, 12)}, compared with ${ref}: ${comparison}` : 'unknown: the training named no commit'}`,
    `created  ${duration(now.getTime() - version.createdAt.getTime())} ago by ${version.createdBy ?? 'unknown'}; ${builtClause(version)}`,
    `live     ${live.words}`,
    ...changeLines(live),
    ...live.newer.map(
      (newer) =>
        `older    than version ${newer}, which is live: deploy-model deploys it only with allow_downgrade: true`,
    ),
  ];
}

/** How serving would change, beside the version or with it alone. */
function changeLines({ changes, same }: LiveNow): string[] {
  if (changes.length === 0) return [];
  return [`change   ${same ? 'the same version, served otherwise' : 'served otherwise'}: ${changes.join('; ')}`];
}

function passage(version: ModelPackage, before: string, validationRequired: boolean): string[] {
  const approval = readApproval(version, before);
  const validation = readValidation(version, before);
  const approved =
    approval.is === 'read'
      ? `by ${approval.value.by} in pipeline ${approval.value.pipeline}, ${approval.value.at}`
      : 'by nobody';
  const validated =
    validation.is === 'read'
      ? `in ${before} by pipeline ${validation.value.pipeline} on ${validation.value.endpoint}, ${validation.value.at}`
      : `not in ${before}`;
  return [
    `approved for ${before} ${approved}`,
    `validated   ${validated}${validationRequired ? '' : ' (require_validation is false)'}`,
  ];
}

/** The commit that the version was built from: as deploy-pipeline recorded it, else as the training named it. */
export function commitOf(version: ModelPackage): string | undefined {
  const built = readBuild(version);
  return built.is === 'read' ? built.value.commit : version.commit;
}

/**
 * The metrics: the team's own metadata entries, into which a training writes them, and the addresses of its reports.
 */
function metricsLine({ metadata, metrics }: ModelPackage): string {
  const own = Object.entries(metadata).filter(([name]) => !isEntryKey(name));
  const figures = own.slice(0, 6).map(([name, value]) => `${name}=${value}`);
  const reports = [...metrics].map(([name, place]) => `${name}: ${place}`);
  return [...figures, ...reports.slice(0, 2)].join(', ') || 'none: the training attached none';
}

/** Where the data lies, which the content hash does not cover: S3 may hold something else at an address tomorrow. */
function dataLine({ data }: ModelPackage): string {
  const places = data.map(({ address, etag }) => `${address} (${etag ? `ETag ${etag}` : 'S3 told no ETag'})`);
  return places.join(', ') || 'none: the image holds all';
}

function builtClause(version: ModelPackage): string {
  const built = readBuild(version);
  if (built.is === 'read') return `built by pipeline ${built.value.pipeline}`;
  return built.is === 'absent'
    ? 'nothing tells where it comes from: no deploy-pipeline job recorded that it built it'
    : `the entry that tells who built it ${built.why}: "${built.raw}"`;
}

/** Newer versions that were skipped, and why: at most four lines. */
export function passedOverLines(passedOver: readonly PassedOver[]): string[] {
  const shown = passedOver.slice(0, 3).map(({ version, why }) => `skipped: version ${version}, because ${why}`);
  const more = passedOver.length - shown.length;
  return more > 0 ? [...shown, `skipped: ${more} more; the job's record.json has every reason`] : shown;
}
