import { type Fact, factsPart, html, pageOf } from '../../pages/page.ts';
import { type JudgedRule, ruleLine } from '../../policy/judge.ts';
import type { Approvers } from '../../registry/approvers.ts';

interface JudgedPeople {
  readonly title: string;
  readonly approvers: Approvers;
  readonly rules: readonly JudgedRule[];
}

/** The page of an approval that several people give: who counts, who does not and why, and what the policy says of it. */
export function peoplePage({ title, approvers, rules }: JudgedPeople): string {
  const { counted, uncounted, against } = approvers;
  const lead = `<p>${html(`${counted.length === 1 ? 'One person counts' : `${counted.length} people count`}.`)}</p>`;
  const people: Fact[] = [
    ...counted.map(({ login, id }) => ({ label: 'counts', text: `${login} (account ${id})` })),
    ...uncounted.map(({ login, why }) => ({ label: 'does not', text: `${login}: ${why}`, warns: true })),
    ...against.map(({ login, why }) => ({ label: 'against', text: `${login} ${why}`, warns: true })),
  ];
  const asked = rules.map((rule) => ({ label: 'policy', text: ruleLine(rule), warns: rule.verdict !== 'holds' }));
  return pageOf({ title, lead, parts: [factsPart('Who approves', people), factsPart('What the policy asks', asked)] });
}
