import { visibleText } from '../ground/visible-text.ts';
import type { Fact } from '../pages/page.ts';
import type { ApproverView } from './approver-view.ts';
import type { Metric, MetricGroup } from './metrics.ts';
import { skippedLines } from './skipped.ts';

/** As many metrics as a person reads in a line. */
const MOST_METRICS = 6;
/** As many merge requests, and the rest of what changed. */
const MOST_CHANGES = 5;

/** What an approver reads in the log: enough to decide, and how much more the page has. */
export function approverLines({
  version,
  passage,
  policy,
  metrics,
  changes,
  serving,
  skipped,
}: ApproverView): string[] {
  return [
    ...version.map(factLine),
    ...passage.map(factLine),
    ...policy.map(factLine),
    ...metrics.flatMap(groupLines),
    ...changeLines(changes),
    ...serving.map(factLine),
    ...skippedLines(skipped, 'see the page'),
  ];
}

function changeLines(facts: readonly Fact[]): string[] {
  const more = facts.length - MOST_CHANGES;
  const shown = facts.slice(0, MOST_CHANGES).map(factLine);
  return more > 0 ? [...shown, factLine({ label: 'merged', text: `${more} more (on the page)` })] : shown;
}

/** One line, whatever the text holds: the next one would look like a fact of its own. */
export function factLine({ label, text, link }: Fact): string {
  return visibleText(`${label.padEnd(8)} ${text}${link ? `: ${link.url}` : ''}`);
}

/** `metrics  rmse=41250 (live 43000: -1750; at most 45000) and 2 more (on the page)`. */
function groupLines({ source, metrics, notRead }: MetricGroup): string[] {
  const shown = metrics.slice(0, MOST_METRICS).map(metricWords).join(', ');
  const more = metrics.length - MOST_METRICS;
  const told = more > 0 ? `${shown} and ${more} more (on the page)` : shown;
  if (source === 'metadata')
    return [factLine({ label: 'metrics', text: told || 'none: the training wrote none into the metadata' })];
  const missing = notRead === undefined ? [] : [`not read: ${notRead}; see the links of this job`];
  return [factLine({ label: 'report', text: `${source}: ${[...(told ? [told] : []), ...missing].join('; ')}` })];
}

/** `rmse=41250 (live 43000: -1750; at most 45000)`. */
function metricWords({ name, value, live, difference, bounds, isBeyond }: Metric): string {
  const beside = [
    ...(live === undefined ? [] : [`live ${live}${difference ? `: ${difference}` : ''}`]),
    ...(bounds === '' ? [] : [`${isBeyond ? 'beyond its bound: ' : ''}${bounds}`]),
  ];
  return `${name}=${value}${beside.length > 0 ? ` (${beside.join('; ')})` : ''}`;
}
