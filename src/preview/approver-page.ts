import { anchor, factsPart, html, type Link, type Part, pageOf } from '../pages/page.ts';
import type { PassedOver } from '../registry/eligibility.ts';
import type { ApproverView } from './approver-view.ts';
import { metricsPart } from './metrics-part.ts';
import { skippedWords } from './skipped.ts';

/** What stands at the top of the page, beside what is known of the version. */
interface Heading {
  /** What an approver does now: a sentence. */
  readonly verdict: string;
  readonly links: readonly Link[];
}

/** The page of the approver. */
export function approverPage(view: ApproverView, { verdict, links }: Heading): string {
  const lead = `<p>${html(verdict)}</p>
${highlightedLine(view)}${links.map((each) => `<p>${anchor(each)}</p>`).join('\n')}`;
  return pageOf({ title: view.title, lead, parts: versionParts(view) });
}

/** What speaks against a version without a second look, by the words under which the page has it; nothing without any. */
export function highlightedLine({ serving, passage, policy, changes, version, metrics }: ApproverView): string {
  const facts = [...policy, ...serving, ...passage, ...changes, ...version].filter(({ warns }) => warns);
  const values = metrics.flatMap(({ source, metrics: all, notRead }) => [
    ...all.filter(({ isBeyond }) => isBeyond).map(({ name }) => `${name} (beyond its bound)`),
    ...(notRead === undefined ? [] : [`${source} (not read)`]),
  ]);
  const highlighted = [...new Set([...facts.map(({ label }) => label), ...values])];
  if (highlighted.length === 0) return '';
  return `<p><span class="warns">Look first at what is highlighted below: ${html(highlighted.join(', '))}</span></p>\n`;
}

/** What is known of a version, part by part. */
export function versionParts({ version, passage, policy, metrics, changes, serving, skipped }: ApproverView): Part[] {
  return [
    factsPart('What the policy asks', policy),
    factsPart('What will serve', serving),
    factsPart('Where it has been', passage),
    factsPart('What changed', changes),
    ...metrics.flatMap(metricsPart),
    factsPart('The version', version),
    skippedPart(skipped),
  ];
}

/** The versions that are newer than what is promoted, and why each was skipped. */
export function skippedPart(skipped: readonly PassedOver[]): Part {
  const facts = skipped.map((each) => ({ label: 'skipped', text: skippedWords(each) }));
  return factsPart('Newer versions that were skipped', facts);
}
