import { type Fact, factsPart, html, pageOf } from '../../pages/page.ts';
import { highlightedLine, skippedPart, versionParts } from '../../preview/approver-page.ts';
import type { ApproverView } from '../../preview/approver-view.ts';
import type { PassedOver } from '../../registry/eligibility.ts';

interface PlanContent {
  readonly title: string;
  readonly verdict: string;
  readonly facts: readonly Fact[];
  /** The version that a merge would promote; absent where there is none yet. */
  readonly view: ApproverView | undefined;
  /** Versions that were skipped, where none is promoted. */
  readonly skipped: readonly PassedOver[];
}

/** The page of a plan: what a merge would do, and what the approver would see then. */
export function planPage({ title, verdict, facts, view, skipped }: PlanContent): string {
  const lead = `<p>${html(verdict)}</p>\n${view ? highlightedLine(view) : ''}`;
  return pageOf({
    title,
    lead,
    parts: [factsPart('The plan', facts), ...(view ? versionParts(view) : [skippedPart(skipped)])],
  });
}
