import type { Job } from '../../gitlab/job.ts';
import { duration } from '../../ground/clock.ts';
import { type Asked, readAsked, readComment } from '../../registry/companions.ts';
import type { PassedOver } from '../../registry/eligibility.ts';
import {
  type ApprovalEntry,
  type Metadata,
  type ReadEntry,
  readApproval,
  readApprovalBefore,
  readBuild,
  readValidation,
} from '../../registry/entries.ts';
import { isEntryKey } from '../../registry/entry-keys.ts';
import type { ModelPackage } from '../../registry/packages.ts';
import type { LiveNow } from './live.ts';

/** What an approver wants to know of a version. */
export interface ApproverPage {
  readonly version: ModelPackage;
  /** The first environment of the path, whose approver sets the status. */
  readonly first: string;
  /** The environment that it would go to. */
  readonly environment: string;
  /** The environments before that, in order. */
  readonly earlier: readonly string[];
  /** Whether that validation was required. */
  readonly validationRequired: boolean;
  /** Whether the endpoint of another project, environment or group may be used (take_over_endpoint). */
  readonly takeOver: boolean;
  /** What serves now where this version would go. */
  readonly live: LiveNow;
  /** What changed since the version that is live; absent when the commit is unknown. */
  readonly comparison: Comparison | undefined;
  readonly now: Date;
}

/**
 * What an approver reads of a version, its approval and validation before, and what it would replace: a line for each.
 */
export function approverPage({
  version,
  first,
  environment,
  earlier,
  validationRequired,
  takeOver,
  live,
  comparison,
  now,
}: ApproverPage): string[] {
  const before = earlier.at(-1);
  return [
    `package  ${version.arn}`,
    `status   ${statusOf(version, first)}`,
    ...approvalLines(version, earlier, environment),
    ...(before === undefined ? [] : validationLines(version, before, validationRequired)),
    `metrics  ${metricsLine(version, live.version)}`,
    ...reportLines(version),
    `data     ${dataLine(version)}`,
    `commit   ${comparison ? `${comparison.words}: ${comparison.url}` : 'unknown: the training named no commit'}`,
    `created  ${duration(now.getTime() - version.createdAt.getTime())} ago by ${version.createdBy ?? 'unknown'}; ${builtClause(version)}`,
    `live     ${live.words}`,
    ...(takeOver ? ['open     take_over_endpoint is true: later environments reject this version'] : []),
    ...changeLines(live),
    ...live.newer.map(
      (newer) =>
        `older    than version ${newer}, which is live: deploy-model deploys it only with allow_downgrade: true`,
    ),
  ];
}

/** The status is the registry's alone, and says nothing of this environment. */
function statusOf({ approval }: ModelPackage, first: string): string {
  return approval === 'PendingManualApproval' ? `${approval}: nobody has approved it yet` : `${approval} in ${first}`;
}

/** The pages of the pipelines that approved and validated a version in the environment before: label -> address. */
export function passageLinks(version: ModelPackage, before: string, projectUrl: string): [string, string][] {
  const approval = readApproval(version, before);
  const validation = readValidation(version, before);
  const page = (pipeline: string) => `${projectUrl}/-/pipelines/${pipeline}`;
  return [
    ...(approval.is === 'read' ? [link(`Approved for ${before}`, page(approval.value.pipeline))] : []),
    ...(validation.is === 'read' ? [link(`Validated in ${before}`, page(validation.value.pipeline))] : []),
  ];
}

const link = (label: string, url: string): [string, string] => [label, url];

/** How serving would change, beside the version or with it alone. */
function changeLines({ changes, same }: LiveNow): string[] {
  if (changes === undefined) return [];
  if (changes.length > 0)
    return [`change   ${same ? 'the same version, served otherwise' : 'served otherwise'}: ${changes.join('; ')}`];
  return same ? ['change   none: exactly this version is live, and served in the same way'] : [];
}

/** Who approved the version so far, with their comments: for every environment before, and for this one where it comes again. */
function approvalLines(version: ModelPackage, earlier: readonly string[], environment: string): string[] {
  const here = readApproval(version, environment).is === 'absent' ? [] : [environment];
  return [...earlier, ...here].flatMap((each) => {
    const replaced = readApprovalBefore(version, each);
    return [
      `approved for ${each} ${approvedBy(readApproval(version, each))}${commentOf(version, each)}`,
      ...(replaced.is === 'read' ? [`approved for ${each} before that ${approvedBy(replaced)}`] : []),
    ];
  });
}

function approvedBy(approval: ReadEntry<ApprovalEntry>): string {
  if (approval.is !== 'read') return 'by nobody';
  const { by, user_id: id, pipeline, at } = approval.value;
  return `by ${by}${id === undefined ? '' : ` (user ID ${id})`} in pipeline ${pipeline}, ${at}`;
}

function commentOf(version: ModelPackage, environment: string): string {
  const comment = readComment(version, 'approved', environment);
  return comment === undefined ? '' : `: "${comment}"`;
}

function validationLines(version: ModelPackage, before: string, validationRequired: boolean): string[] {
  const validation = readValidation(version, before);
  const validated =
    validation.is === 'read'
      ? `in ${before} by pipeline ${validation.value.pipeline} on ${validation.value.endpoint}, ${validation.value.at}`
      : `not in ${before}`;
  const asked = readAsked(version, before);
  return [
    `validated   ${validated}${validationRequired ? '' : ' (require_validation is false)'}`,
    ...(asked ? [`asked       ${askedClause(asked)}`] : []),
  ];
}

function askedClause({ requests, payload, median_ms, slowest_ms }: Asked): string {
  const times =
    requests === 1
      ? `it answered in ${slowest_ms} ms`
      : `the median answer took ${median_ms} ms, the slowest ${slowest_ms} ms`;
  return `${requests} ${requests === 1 ? 'request' : 'requests'} with the payload ${payload.slice(0, 12)} (SHA-256); ${times}`;
}

/** The commit that the version was built from: as deploy-pipeline recorded it, else as the training named it. */
function commitOf(version: ModelPackage): string | undefined {
  const built = readBuild(version);
  return built.is === 'read' ? built.value.commit : version.commit;
}

/** As many metrics as a person reads in a line; the record has all. */
const MOST_METRICS = 6;

/** The team's own metadata entries, into which a training writes its metrics, beside those of what is live. */
function metricsLine({ metadata }: ModelPackage, live: ModelPackage | undefined): string {
  const names = Object.keys(metadata).filter((name) => !isEntryKey(name) && boundOf(name, metadata) === undefined);
  const shown = names.slice(0, MOST_METRICS).map((name) => metric(name, metadata, live?.metadata ?? {}));
  const more = names.length - shown.length;
  const told = [shown.join(', '), ...(more > 0 ? [`and ${more} more, which the job's record.json has`] : [])].join(' ');
  return told || 'none: the training wrote none into the metadata';
}

/** `rmse=41250 (live 43000: -1750; at most 45000)`. */
function metric(name: string, metadata: Metadata, live: Metadata): string {
  const [value, before] = [metadata[name] ?? '', live[name]];
  const [most, least] = [metadata[`${name}_max`], metadata[`${name}_min`]];
  const beside = [
    ...(before === undefined ? [] : [`live ${before}${difference(value, before)}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(least === undefined ? [] : [`at least ${least}`]),
  ];
  return `${name}=${value}${beside.length > 0 ? ` (${beside.join('; ')})` : ''}`;
}

/** The metric that an entry bounds: `rmse_max` bounds `rmse`, where there is one. */
function boundOf(name: string, metadata: Metadata): string | undefined {
  const bounded = /^(.+)_(max|min)$/.exec(name)?.[1];
  return bounded !== undefined && bounded in metadata ? bounded : undefined;
}

function difference(value: string, before: string): string {
  const change = value.trim() === '' || before.trim() === '' ? Number.NaN : Number(value) - Number(before);
  if (Number.isNaN(change)) return '';
  return `: ${change > 0 ? '+' : ''}${Number(change.toPrecision(6))}`;
}

/** `reports  model quality, bias`: the links stand on the job's page. */
function reportLines({ metrics }: ModelPackage): string[] {
  return metrics.size === 0 ? [] : [`reports  ${[...metrics.keys()].join(', ')}: see the links of this job`];
}

/** What the approver compares: the commit that the version was built from with that of what is live. */
export interface Comparison {
  readonly url: string;
  /** `8b1a9953c461, compared with 1c2d3e4f5a6b, which is live`. */
  readonly words: string;
}

/** Compares a version with what is live; `undefined` when nobody knows the version's commit. */
export function comparisonOf(
  version: ModelPackage,
  live: ModelPackage | undefined,
  { projectUrl, commit: ours }: Pick<Job, 'projectUrl' | 'commit'>,
  isFirst: boolean,
): Comparison | undefined {
  const [commit, before] = [commitOf(version), live && commitOf(live)];
  if (commit === undefined) return undefined;
  const short = commit.slice(0, 12);
  const other = isFirst && commit !== ours ? `, which is not the commit of this pipeline (${ours.slice(0, 12)})` : '';
  if (before === undefined || before === commit)
    return {
      url: `${projectUrl}/-/commit/${encodeURIComponent(commit)}`,
      words: `${short}${before === commit ? ', as of what is live' : ''}${other}`,
    };
  return {
    // Straight: also where the version is older than what is live.
    url: `${projectUrl}/-/compare/${encodeURIComponent(before)}...${encodeURIComponent(commit)}?straight=true`,
    words: `${short}, compared with ${before.slice(0, 12)}, which is live${other}`,
  };
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
