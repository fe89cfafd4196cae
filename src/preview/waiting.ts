import type { MessageFact } from '../notify/message.ts';
import type { Context } from '../program/context.ts';
import type { ApproverView } from './approver-view.ts';

/** As many metrics as a message shows. */
const MOST_METRICS = 8;

/** Tells that a version waits for its approver, with its metrics beside those of what is live. */
export function tellWaiting(
  view: ApproverView,
  page: string,
  { job, tell, approvalJobPage }: Pick<Context, 'job' | 'tell' | 'approvalJobPage'>,
): void {
  const live = view.serving.filter(({ label }) => label === 'live');
  tell({
    event: 'approval_wanted',
    title: `${view.title} waits for approval`,
    facts: [...live, ...metricFacts(view)],
    links: [{ label: 'What you approve', url: `${job.url}/artifacts/file/${page}` }],
    async askedLink() {
      const url = await approvalJobPage();
      return url === undefined ? undefined : { label: 'The job that approves it', url };
    },
  });
}

function metricFacts({ metrics }: ApproverView): MessageFact[] {
  const all = metrics.flatMap((group) => group.metrics);
  const shown = all.slice(0, MOST_METRICS).map(({ name, value, live, difference }) => {
    const beside = live === undefined ? '' : ` (live ${live}${difference ? `: ${difference}` : ''})`;
    return { label: name, text: `${value}${beside}` };
  });
  const more = all.length - shown.length;
  return more > 0 ? [...shown, { label: 'metrics', text: `${more} more on the page` }] : shown;
}
