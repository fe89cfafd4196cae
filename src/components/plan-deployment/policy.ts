import { type NamedFile, readProjectFile } from '../../gitlab/project-file.ts';
import { Failure } from '../../ground/failure.ts';
import type { Fact } from '../../pages/page.ts';
import { type PolicyInputs, policyNamed } from '../../policy/inputs.ts';
import type { JudgedRule } from '../../policy/judge.ts';
import { type Policy, type PolicyText, platformText, policyIn } from '../../policy/policy.ts';
import type { ForeseenVersion } from '../../preview/foresee.ts';
import type { MetricGroup } from '../../preview/metrics.ts';
import { judgeBefore } from '../../preview/policy.ts';
import type { Context } from '../../program/context.ts';

/** The policy that holds for the target branch so far, and the one that holds after the merge. */
export interface PlannedPolicy {
  readonly after: Policy;
  /** `undefined` where the merge does not change it. */
  readonly before: Policy | undefined;
  /** Why nobody can tell what holds so far. */
  readonly untold: string | undefined;
}

/**
 * What a merge makes of the policy. The new one is read from the folder, and the old one from the target branch: what the plan says of
 * them decides nothing. `undefined` where the include names none.
 */
export async function plannedPolicy(
  { policy_file: file, platform_policy: platform }: PolicyInputs,
  path: readonly string[],
  context: Context,
): Promise<PlannedPolicy | undefined> {
  if (file === undefined && platform === undefined) return undefined;
  const { environment } = context.job;
  const common = platform === undefined ? [] : [await platformText(platform, context)];
  const own = file === undefined ? undefined : readProjectFile({ root: context.root, ...policyNamed(file) });
  const textOf = (content: Buffer): PolicyText => ({ name: file ?? '', content, path });
  const after = await policyIn([...common, ...(own ? [textOf(own)] : [])], environment);
  if (file === undefined || own === undefined) return { after, before: undefined, untold: undefined };
  const old = await onTarget(policyNamed(file), context);
  if ('untold' in old) return { after, before: undefined, untold: old.untold };
  if (old.content?.equals(own)) return { after, before: undefined, untold: undefined };
  const texts = [...common, ...(old.content ? [textOf(old.content)] : [])];
  return { after, before: await policyIn(texts, environment), untold: undefined };
}

/** What the target branch has; a plan goes on where nobody knows. */
async function onTarget(
  named: NamedFile,
  { fileOfTarget }: Context,
): Promise<{ readonly content: Buffer | undefined } | { readonly untold: string }> {
  try {
    return { content: await fileOfTarget(named) };
  } catch (error) {
    if (error instanceof Failure) return { untold: error.message };
    throw error;
  }
}

/** A rule, judged where there is a version. */
type ShownRule = Pick<JudgedRule, 'name' | 'asks'> & Partial<Pick<JudgedRule, 'verdict' | 'now'>>;

/** The rules after a merge; and those before it, where the merge changes them. */
export interface PlannedRules<Rule = JudgedRule> {
  readonly after: readonly Rule[];
  readonly before: readonly Rule[] | undefined;
}

/** The rules of both, where there is no version yet for which they could be judged. */
export function askedRules({ after, before }: PlannedPolicy): PlannedRules<ShownRule> {
  const rulesOf = ({ sources }: Policy) => sources.flatMap(({ rules }) => rules);
  return { after: rulesOf(after), before: before && rulesOf(before) };
}

/** The rules of both, judged for the version that the merge would offer. */
export async function judgePlanned(
  { after, before }: PlannedPolicy,
  { foreseen, path }: { readonly foreseen: ForeseenVersion; readonly path: readonly string[] },
  reports: readonly MetricGroup[],
  context: Context,
): Promise<PlannedRules> {
  const question = { foreseen, path, endpoint: foreseen.plan?.desired.endpoint, isMerged: false };
  const rulesOf = async (policy: Policy) => (await judgeBefore({ ...question, policy }, reports, context)).rules;
  return { after: await rulesOf(after), before: before && (await rulesOf(before)) };
}

/** What the merge makes of each rule: its verdict so far, beside the one after it. Only what differs is told. */
export function policyFacts(
  { untold }: Pick<PlannedPolicy, 'untold'>,
  { after, before }: PlannedRules<ShownRule>,
): Fact[] {
  if (untold !== undefined)
    return [{ label: 'policy', text: `nobody knows what holds so far: ${untold}`, warns: true }];
  if (before === undefined) return [];
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [old, next] = [before, after].map((rules) => wordsOf(rules.filter((rule) => rule.name === name)));
    if (old === next) return [];
    return [{ label: 'policy', text: `${name}: so far ${old}; after this merge ${next}`, warns: true }];
  });
}

function wordsOf(rules: readonly ShownRule[]): string {
  if (rules.length === 0) return 'not asked';
  return rules
    .map(({ asks, verdict, now }) =>
      verdict === undefined ? `asks for ${asks}` : `${verdict} (asks for ${asks}; now ${now})`,
    )
    .join(' and ');
}
