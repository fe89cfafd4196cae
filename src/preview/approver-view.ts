import { parseArn } from '../aws/arn.ts';
import { objectUrl } from '../aws/console.ts';
import type { Job } from '../gitlab/job.ts';
import type { MergeRequests } from '../gitlab/merge-requests.ts';
import { duration } from '../ground/clock.ts';
import { thousands } from '../ground/thousands.ts';
import type { Fact, Link } from '../pages/page.ts';
import { type JudgedRule, ruleLine } from '../policy/judge.ts';
import { type Asked, readAsked, readComment } from '../registry/companions.ts';
import {
  environmentBefore,
  environmentsBefore,
  type PassedOver,
  type PromotionCriteria,
  validatedHere,
} from '../registry/eligibility.ts';
import { emergencyClause, emergencyOf } from '../registry/emergency.ts';
import {
  type ApprovalEntry,
  type ReadEntry,
  readApproval,
  readApprovalBefore,
  readBuild,
  readEvidence,
  readValidation,
  timestamp,
} from '../registry/entries.ts';
import { EVIDENCE, type EvidenceKind } from '../registry/entry-keys.ts';
import { lackOfEvidence } from '../registry/evidence.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import { signatoryOf } from '../registry/signature.ts';
import { statusOf } from '../registry/status.ts';
import { readRollback, untilRollback } from '../registry/withdrawal.ts';
import type { Comparison } from './comparison.ts';
import type { LiveNow } from './live.ts';
import type { MetricGroup } from './metrics.ts';

/** What an approver sees of a version: once as lines of the log, and once as a page. */
export interface ApproverView {
  /** `ResalePriceModelGroup version 3 for uat`. */
  readonly title: string;
  readonly version: readonly Fact[];
  readonly passage: readonly Fact[];
  /** What the policy asks, each rule with its value and verdict. */
  readonly policy: readonly Fact[];
  readonly metrics: readonly MetricGroup[];
  readonly changes: readonly Fact[];
  readonly serving: readonly Fact[];
  /** Newer versions that were skipped, and why. */
  readonly skipped: readonly PassedOver[];
}

/** What is known of a version when its approver is asked. */
export interface Known {
  readonly version: ModelPackage;
  readonly criteria: PromotionCriteria;
  /** Whether the endpoint of another project, environment or group may be used (take_over_endpoint). */
  readonly takeOver: boolean;
  /** What deploy-model would take from somebody else: a sentence. */
  readonly taken: string | undefined;
  /** What serves now where this version would go. */
  readonly live: LiveNow;
  /** What changed since the version that is live; absent when the commit is unknown. */
  readonly comparison: Comparison | undefined;
  /** Those of the version's commit, and of the pipeline's. */
  readonly mergeRequests: readonly MergeRequests[];
  readonly metrics: readonly MetricGroup[];
  /** What the policy of the environment asks, as far as it can be judged; nothing where the include names none. */
  readonly policy: readonly JudgedRule[];
  /** Newer versions that were skipped, and why. */
  readonly passedOver: readonly PassedOver[];
  readonly job: Job;
  readonly now: Date;
}

/** What an approver sees of a version, its approvals and validations before, and what it would replace. */
export function approverView(known: Known): ApproverView {
  const { version, criteria, metrics, passedOver } = known;
  return {
    title: `${displayName(version)} for ${criteria.environment}`,
    version: aboutVersion(known),
    passage: [
      ...approvals(known),
      ...validations(known),
      ...emergency(known),
      ...evidence(known),
      ...liveBefore(known),
      ...rolledBack(known),
    ],
    policy: known.policy.map(policyFact),
    metrics,
    changes: aboutChanges(known),
    serving: aboutServing(known),
    skipped: passedOver,
  };
}

/** That the version came here in an emergency, and until when it wants an ordinary approval. */
function emergency({ version, criteria: { environment } }: Known): Fact[] {
  const found = emergencyOf(version, environment);
  if (found === undefined) return [];
  const text = `${emergencyClause(found, environment)}: an ordinary approval is due until ${timestamp(found.until)}`;
  return [{ label: 'open', text, warns: true }];
}

/** What does not hold, or nobody knows, stands out. */
function policyFact(rule: JudgedRule): Fact {
  return {
    label: 'policy',
    text: ruleLine(rule),
    warns: rule.verdict === 'does not hold' || rule.verdict === 'unknown',
  };
}

function aboutVersion({ version, criteria, job, now }: Known): Fact[] {
  const age = duration(now.getTime() - version.createdAt.getTime());
  const status = statusOf(version, criteria.path[0] ?? criteria.environment);
  return [
    { label: 'package', text: version.arn },
    { label: 'status', text: status.words, warns: status.warns },
    {
      label: 'created',
      text: `${age} ago by ${version.createdBy ?? 'unknown'}; ${builtClause(version)}`,
      link: builtLink(version, job),
      warns: readBuild(version).is !== 'read',
    },
    ...dataFacts(version),
  ];
}

function builtClause(version: ModelPackage): string {
  const built = readBuild(version);
  if (built.is === 'read') return `built by pipeline ${built.value.pipeline}`;
  return built.is === 'absent'
    ? 'nothing tells where it comes from: no deploy-pipeline job recorded that it built it'
    : `the entry that tells who built it ${built.why}: "${built.raw}"`;
}

function builtLink(version: ModelPackage, job: Job): Link | undefined {
  const built = readBuild(version);
  return built.is === 'read' ? pipelineLink(`Built by pipeline ${built.value.pipeline}`, built.value, job) : undefined;
}

/** Where the data lies, which the content hash does not cover: S3 may hold something else at an address tomorrow. */
function dataFacts({ arn, data }: ModelPackage): Fact[] {
  if (data.length === 0) return [{ label: 'data', text: 'none: the image holds all' }];
  const region = parseArn(arn)?.region ?? '';
  return data.map(({ address, etag }) => {
    const url = objectUrl({ region }, address);
    const text = `${address} (${etag ? `ETag ${etag}` : 'S3 told no ETag'})`;
    return { label: 'data', text, ...(url !== undefined && { link: { label: 'Model data in the AWS console', url } }) };
  });
}

/** Who approved the version so far, with their comments: for every environment before, and for this one where it comes again. */
function approvals({ version, criteria, job }: Known): Fact[] {
  const { environment } = criteria;
  const here = readApproval(version, environment).is === 'absent' ? [] : [environment];
  return [...environmentsBefore(criteria), ...here].flatMap((each) => {
    const approval = readApproval(version, each);
    const replaced = readApprovalBefore(version, each);
    return [
      approvalFact({ approval, text: `for ${each} ${approvedBy(approval)}${commentOf(version, each)}` }, job),
      ...(replaced.is === 'absent'
        ? []
        : [approvalFact({ approval: replaced, text: `for ${each} before that ${approvedBy(replaced)}` }, job)]),
    ];
  });
}

interface ToldApproval {
  readonly approval: ReadEntry<ApprovalEntry>;
  readonly text: string;
}

function approvalFact({ approval, text }: ToldApproval, job: Job): Fact {
  if (approval.is !== 'read') return { label: 'approved', text, warns: true };
  return {
    label: 'approved',
    text,
    link: pipelineLink(`Approved in pipeline ${approval.value.pipeline}`, approval.value, job),
  };
}

function approvedBy(approval: ReadEntry<ApprovalEntry>): string {
  if (approval.is === 'absent') return 'by nobody';
  if (approval.is === 'unreadable') return `by nobody knows whom: the entry ${approval.why}: "${approval.raw}"`;
  const { pipeline, at } = approval.value;
  return `by ${signatoryOf(approval.value)} in pipeline ${pipeline}, ${at}`;
}

function commentOf(version: ModelPackage, environment: string): string {
  const comment = readComment(version, 'approved', environment);
  return comment === undefined ? '' : `: "${comment}"`;
}

/** Where a version was validated on its way here, and what it was asked there. */
function validations({ version, criteria, job }: Known): Fact[] {
  const open = criteria.require_validation ? '' : ' (require_validation is false)';
  return environmentsBefore(criteria).flatMap((each): Fact[] => {
    const validation = readValidation(version, each);
    if (validation.is !== 'read') return [{ label: 'validated', text: `not in ${each}${open}`, warns: true }];
    const { pipeline, endpoint, at, bake } = validation.value;
    return [
      {
        label: 'validated',
        text: `in ${each} by pipeline ${pipeline} on ${endpoint}, ${at}${bake ? `, bake ${bake}` : ''}${open}`,
        link: pipelineLink(`Validated in ${each}`, validation.value, job),
      },
      ...askedFacts(readAsked(version, each), each),
    ];
  });
}

/** What jobs showed of the version in the environments before: each verdict in a line, and whatever is not good stands out. */
function evidence({ version, criteria, live, job }: Known): Fact[] {
  // Nothing was validated at the end, and something serves there all the same: nobody knows whether this one is worse.
  const isUncompared = live.exists && criteria.path.at(-1) === criteria.environment;
  const uncompared = isUncompared ? ': nobody compared it with what is live' : '';
  return environmentsBefore(criteria).flatMap((each) =>
    EVIDENCE.flatMap((kind): Fact[] => {
      const found = readEvidence(version, kind, each);
      if (found.is === 'absent') return [];
      const lack = lackOfEvidence(version, kind, each);
      if (found.is === 'unreadable') return [{ label: kind, text: `in ${each}: ${lack}`, warns: true }];
      const { verdict, n, data, at, pipeline } = found.value;
      const worth = lack === undefined || verdict !== 'good' ? '' : `: ${lack}`;
      const rests =
        verdict === 'first'
          ? `${NO_CHAMPION}${uncompared}`
          : `${thousands(Number(n))} ${COUNTED[kind]}, ${DATA[kind]} ${data.slice(0, 12)} (SHA-256)`;
      return [
        {
          label: kind,
          text: `${verdict} in ${each} by pipeline ${pipeline}, ${at}: ${rests}${worth}`,
          link: pipelineLink(`The ${kind} evidence of ${each}`, found.value, job),
          warns: lack !== undefined || (verdict === 'first' && isUncompared),
        },
      ];
    }),
  );
}

const NO_CHAMPION = 'no version was validated at the end of the path that it could be compared with';
const COUNTED: Readonly<Record<EvidenceKind, string>> = { quality: 'rows', load: 'requests', comparison: 'rows' };
const DATA: Readonly<Record<EvidenceKind, string>> = { quality: 'data', load: 'plan', comparison: 'data' };

function askedFacts(asked: ReadEntry<Asked>, environment: string): Fact[] {
  if (asked.is === 'absent') return [];
  const text = asked.is === 'read' ? askedClause(asked.value) : `unknown: the entry about it ${asked.why}`;
  return [{ label: 'asked', text: `in ${environment}: ${text}`, warns: asked.is !== 'read' }];
}

function askedClause({ requests, payload, median_ms, slowest_ms }: Asked): string {
  const times =
    requests === 1
      ? `it answered in ${slowest_ms} ms`
      : `the median answer took ${median_ms} ms, the slowest ${slowest_ms} ms`;
  return `${requests} ${requests === 1 ? 'request' : 'requests'} with the payload ${payload.slice(0, 12)} (SHA-256); ${times}`;
}

function pipelineLink(label: string, { pipeline }: { readonly pipeline: string }, { projectUrl }: Job): Link {
  return { label, url: `${projectUrl}/-/pipelines/${pipeline}` };
}

/** A version that comes back: it was live here, and something else has replaced it since. */
function liveBefore({ version, criteria, live, job }: Known): Fact[] {
  const validation = validatedHere(version, criteria);
  if (!validation || live.same) return [];
  const since = live.since ? ` since ${timestamp(live.since)}` : '';
  const then = live.version ? `then replaced: ${displayName(live.version)} serves${since}` : 'it is not live now';
  return [
    {
      label: 'earlier',
      text: `was live here: validated on ${validation.endpoint}, ${validation.at}; ${then}`,
      link: pipelineLink(`Validated in ${criteria.environment} before`, validation, job),
      warns: true,
    },
  ];
}

/** A version that a rollback left: it comes again only because somebody named it, or after an approval over that. */
function rolledBack({ version, criteria, job }: Known): Fact[] {
  const rollback = readRollback(version, criteria.environment);
  if (!rollback) return [];
  const then = rollback.overruled ? 'An approval overruled that' : 'Your approval would overrule that';
  return [
    {
      label: 'withdrawn',
      text: `was live here ${untilRollback(rollback)}. ${then}`,
      link: pipelineLink(`Rolled back in pipeline ${rollback.pipeline}`, rollback, job),
      warns: true,
    },
  ];
}

function aboutChanges({ comparison, mergeRequests, criteria }: Known): Fact[] {
  if (!comparison) return [{ label: 'commit', text: 'unknown: the training named no commit', warns: true }];
  const { words, url, elsewhere } = comparison;
  return [
    { label: 'commit', text: words, link: { label: 'What you approve', url } },
    ...(elsewhere ? [elsewhereFact(elsewhere, criteria)] : []),
    ...mergedFacts(mergeRequests),
  ];
}

/** On later branches the commits differ after every merge that makes a commit; in the first environment nothing merges. */
function elsewhereFact({ words, url }: NonNullable<Comparison['elsewhere']>, criteria: PromotionCriteria): Fact {
  const isFirst = environmentBefore(criteria) === undefined;
  return {
    label: 'pipeline',
    text: isFirst ? words : `${words}, as is usual after a merge`,
    link: { label: 'Compare these two commits', url },
    warns: isFirst,
  };
}

/** The merge requests of all commits; none at all is told, too. */
function mergedFacts(all: readonly MergeRequests[]): Fact[] {
  const facts = uniqueFacts(all.flatMap(mergeRequestFacts));
  if (facts.length > 0 || all.length === 0) return facts;
  return [{ label: 'merged', text: 'by no merge request of this project: somebody pushed the commit' }];
}

function mergeRequestFacts(found: MergeRequests): Fact[] {
  if (found.is === 'not read')
    return [
      {
        label: 'merged',
        text: `unknown by which merge request: ${found.why}`,
        link: { label: 'The commit, with its merge requests', url: found.url },
      },
    ];
  return found.all.map(({ title, number, url }) => ({
    label: 'merged',
    text: `!${number} ${title}`,
    link: { label: `Merge request !${number}`, url },
  }));
}

function aboutServing({ live, takeOver, taken }: Known): Fact[] {
  return [
    { label: 'live', text: live.words },
    ...(live.serving ? [{ label: 'serving', text: servingWords(live.serving) }] : []),
    ...changeFacts(live),
    ...(live.first === undefined ? [] : [{ label: 'first', text: live.first, warns: true }]),
    ...live.newer.map((newer) => ({
      label: 'older',
      text: `than version ${newer}, which is live: deploy-model deploys it only with allow_downgrade: true`,
      warns: true,
    })),
    ...(taken === undefined ? [] : [{ label: 'owner', text: taken, warns: true }]),
    ...(takeOver
      ? [{ label: 'open', text: 'take_over_endpoint is true: later environments reject this version', warns: true }]
      : []),
  ];
}

/** `ml.m5.xlarge, instance_count 2 (now ml.m5.large, instance_count 1)`. */
function servingWords({ now, planned }: NonNullable<LiveNow['serving']>): string {
  return now === undefined ? planned : `${planned} (now ${now})`;
}

/** How serving would change, beside the version or with it alone. */
function changeFacts({ serving, same }: LiveNow): Fact[] {
  if (serving === undefined) return [];
  const { changes } = serving;
  if (changes.length > 0) {
    const what = same ? 'the same version, served otherwise' : 'served otherwise';
    return [{ label: 'change', text: `${what}: ${changes.join('; ')}` }];
  }
  return same ? [{ label: 'change', text: 'none: exactly this version is live, and served in the same way' }] : [];
}

/** Two commits may have come through one merge request, or both may not be read for one reason. */
function uniqueFacts(facts: readonly Fact[]): Fact[] {
  return facts.filter(({ text }, index) => facts.findIndex((other) => other.text === text) === index);
}

/** The links of a view, in the order in which it names them: the reports come last. */
export function linksOf({ version, passage, metrics, changes, serving }: ApproverView): Link[] {
  const named = [...changes, ...passage, ...version, ...serving].flatMap(({ link }) => link ?? []);
  return [...named, ...metrics.flatMap(({ source, url }) => (url === undefined ? [] : [{ label: source, url }]))];
}
