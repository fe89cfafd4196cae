import type { Fact } from '../../pages/page.ts';
import { approverLines, factLine } from '../../preview/approver-lines.ts';
import { type ApproverView, linksOf } from '../../preview/approver-view.ts';
import { type FoundVersion, viewOf } from '../../preview/gather.ts';
import { checkRules } from '../../preview/policy.ts';
import { skippedLines } from '../../preview/skipped.ts';
import type { Context } from '../../program/context.ts';
import type { PromotionCriteria } from '../../registry/eligibility.ts';
import type { Foreseen } from './act.ts';
import { planPage } from './page.ts';
import type { MergePlan } from './plan.ts';
import { askedRules, judgePlanned, type PlannedPolicy, type PlannedRules, policyFacts } from './policy.ts';
import { METRICS, metricsReport, PAGE, TERRAFORM, terraformReport } from './reports.ts';

interface Shown {
  readonly foreseen: Foreseen;
  readonly criteria: PromotionCriteria;
  readonly takeOver: boolean;
  /** What the merge makes of the policy; `undefined` where the include names none. */
  readonly policy: PlannedPolicy | undefined;
}

/** Shows a plan: in the log, on the page, and to the widgets of the merge request. */
export async function showPlan(
  plan: MergePlan,
  { foreseen, criteria, takeOver, policy }: Shown,
  context: Context,
): Promise<void> {
  const { log, report, job } = context;
  const { environment } = criteria;
  record(plan, foreseen, context);
  for (const { name, why } of plan.conditions) report.check(name, why);
  report.file(TERRAFORM, terraformReport(plan.changes));
  const seen =
    foreseen.is === 'version' ? await versionView(foreseen, { criteria, takeOver, policy }, context) : undefined;
  const view = seen?.view;
  const rules = seen ? seen.rules : policy && askedRules(policy);
  const facts = [
    ...plan.facts,
    ...liveFacts(foreseen),
    ...changeFacts(plan),
    ...(policy && rules ? policyFacts(policy, rules) : []),
  ];
  const skipped = foreseen.is === 'nothing' ? foreseen.passedOver : [];
  const title = `What a merge of ${job.ref} into ${environment} would do`;
  const path = report.file(PAGE, planPage({ title, verdict: plan.verdict, facts, view, skipped }));
  report.link('Plan', title, `${job.url}/artifacts/file/${path}`, 'first');
  log.line(`${title}:`);
  for (const { label, text } of facts) log.line(`  ${factLine({ label, text })}`);
  for (const line of skippedLines(skipped, 'see the page')) log.line(`  ${line}`);
  if (!view || foreseen.is !== 'version') return;
  const names = {
    version: `${foreseen.candidate.version}, this merge`,
    live: `${foreseen.live.version?.version ?? 'unknown'}, live in ${environment}`,
  };
  report.file(METRICS, metricsReport(view, names));
  for (const { label, url } of linksOf(view)) report.link('What a merge promotes', label, url);
  log.line('What the approver would see then:');
  for (const line of approverLines(view)) log.line(`  ${line}`);
}

/** What the approver of a version would see, with the rules of the policy as they would be judged. */
async function versionView(
  foreseen: Extract<Foreseen, { is: 'version' }>,
  { criteria, takeOver, policy }: Omit<Shown, 'foreseen'>,
  context: Context,
): Promise<{ readonly view: ApproverView; readonly rules: PlannedRules | undefined }> {
  const { candidate: version, live, passedOver, taken } = foreseen;
  let rules: PlannedRules | undefined;
  const judge: FoundVersion['judge'] = async (reports) => {
    if (policy === undefined) return [];
    const judged = await judgePlanned(policy, { foreseen, path: criteria.path }, reports, context);
    checkRules(judged.after, context);
    rules = judged;
    return judged.after;
  };
  const view = await viewOf({ version, criteria, live, passedOver, takeOver, taken, judge }, context);
  return { view, rules };
}

/** What is live where the version does not exist yet: the view of a version has it otherwise. */
function liveFacts(foreseen: Foreseen): Fact[] {
  if (foreseen.is !== 'training') return [];
  const { words, serving } = foreseen;
  return [
    { label: 'live', text: words },
    ...(serving && serving.changes.length > 0
      ? [{ label: 'change', text: `served otherwise: ${serving.changes.join('; ')}` }]
      : []),
  ];
}

function changeFacts({ changes: { create, update, remove } }: MergePlan): Fact[] {
  const kinds = { creates: create, updates: update, deletes: remove };
  return Object.entries(kinds).flatMap(([label, things]) =>
    things.length === 0 ? [] : [{ label, text: things.join(', '), warns: label === 'deletes' }],
  );
}

function record(plan: MergePlan, foreseen: Foreseen, { report }: Context): void {
  const { act, changes, verdict } = plan;
  const {
    candidate,
    plan: planned,
    refused,
  } = { candidate: undefined, plan: undefined, refused: undefined, ...foreseen };
  report.record({
    outcome: foreseen.is,
    verdict,
    act,
    changes,
    refused: refused?.code,
    ...(foreseen.is === 'nothing' && { why: foreseen.why }),
    ...(candidate && { package: candidate.arn, version: candidate.version, group: candidate.group }),
    ...(foreseen.is !== 'training' && { passed_over: foreseen.passedOver }),
    ...(foreseen.is === 'version' && { config: planned?.desired.config }),
  });
}
