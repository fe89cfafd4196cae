import { commitOfBuild, commonFacts, type FoundByCheck, type Since } from '../policy/facts.ts';
import { type JudgedRule, judgePolicy, refuseUnlessPermitted, ruleLine } from '../policy/judge.ts';
import type { Policy } from '../policy/policy.ts';
import { reportedMetric } from '../policy/sections/metrics.ts';
import type { Context } from '../program/context.ts';
import { displayName } from '../registry/packages.ts';
import type { ForeseenVersion } from './foresee.ts';
import type { MetricGroup } from './metrics.ts';

/** What a policy says before anybody is asked, and what later jobs need of it. */
export interface ShownPolicy {
  readonly hash: string;
  readonly found: FoundByCheck;
  readonly rules: readonly JudgedRule[];
}

interface PolicyQuestion {
  readonly policy: Policy;
  readonly foreseen: ForeseenVersion;
  readonly path: readonly string[];
  /** The endpoint whose live version is looked at; `undefined` where the include names none. */
  readonly endpoint: string | undefined;
  /** Whether the commit of the job counts, too: not before it is merged. */
  readonly isMerged: boolean;
}

/** Judges the policy before anybody is asked. */
export async function judgeBefore(
  { policy, foreseen, path, endpoint, isMerged }: PolicyQuestion,
  reports: readonly MetricGroup[],
  context: Context,
): Promise<ShownPolicy> {
  const found = { since: sinceLive(foreseen, endpoint), measured: measuredFor(policy, reports) };
  const common = commonFacts({ version: foreseen.candidate, path, found, isMerged }, context);
  const rules = await judgePolicy(policy, { ...common, moment: 'check', approver: undefined });
  return { hash: policy.hash, found, rules };
}

/** A test case for each rule: whether it permits an approval, as far as anybody knows. */
export function checkRules(rules: readonly JudgedRule[], { report, job }: Pick<Context, 'report' | 'job'>): void {
  for (const rule of rules) {
    const isAgainst = rule.verdict === 'does not hold' || rule.verdict === 'unknown';
    report.check(`${rule.source} permits ${job.environment}: ${rule.name}`, isAgainst ? ruleLine(rule) : undefined);
  }
}

/** Asks nobody where a rule does not hold that no approver can change. */
export function refuseToAsk({ rules }: ShownPolicy, { candidate }: ForeseenVersion, { job }: Context): void {
  refuseUnlessPermitted(rules, {
    environment: job.environment,
    subject: displayName(candidate),
    outcome: 'Nobody is asked to approve it.',
  });
}

/** From which commit on the changes count. */
function sinceLive({ destination, live }: ForeseenVersion, endpoint: string | undefined): Since {
  if (endpoint === undefined)
    return { is: 'unknown', why: 'check-model is given no endpoint_name: nobody knows what is live' };
  if (destination === undefined) return { is: 'nothing' };
  const commit = live.version && commitOfBuild(live.version);
  if (commit === undefined) return { is: 'unknown', why: `nothing tells from which commit ${endpoint} is served now` };
  return { is: 'commit', commit };
}

/** The metrics of reports that the rules judge. */
function measuredFor({ sources }: Policy, reports: readonly MetricGroup[]): Readonly<Record<string, string>> {
  const wanted = new Set(sources.flatMap(({ rules }) => rules.flatMap(({ measures }) => measures ?? [])));
  const all = reports.flatMap(({ source, metrics }) =>
    metrics.map(({ name, value }) => [reportedMetric(source, name), value] as const),
  );
  return Object.fromEntries(all.filter(([name]) => wanted.has(name)));
}
