import { anchor, html, type Part } from '../pages/page.ts';
import type { Metric, MetricGroup } from './metrics.ts';

const COLUMNS =
  '<thead><tr><th scope="col">metric</th><th scope="col">this version</th><th scope="col">live</th><th scope="col">change</th><th scope="col">bound</th></tr></thead>';

/** A table of metrics, and a line where a report was not read. */
export function metricsPart(group: MetricGroup, index: number): Part[] {
  const heading = index === 0 ? '<h2>Metrics</h2>\n' : '';
  const { source, metrics, notRead, url } = group;
  const link = url === undefined ? '' : anchor({ label: `${source} in the AWS console`, url });
  const trouble = notRead === undefined ? '' : `<span class="warns">not read: ${html(notRead)}</span>`;
  const note = trouble || link ? `<p>${[trouble && html(source), trouble, link].filter(Boolean).join(' ')}</p>\n` : '';
  const none = metrics.length === 0 ? '<p>The training wrote no metrics into the metadata.</p>\n' : '';
  const told = { begin: heading, pieces: [note || none].filter(Boolean), end: '' };
  if (metrics.length === 0) return [told];
  const begin = `${note ? '' : heading}<table><caption>${html(source)}</caption>${COLUMNS}<tbody>\n`;
  return [told, { begin, pieces: metrics.map(metricPiece), end: '</tbody></table>\n' }];
}

function metricPiece({ name, value, live, difference, bounds, isBeyond }: Metric): string {
  const bound = isBeyond ? `<span class="warns">beyond: ${html(bounds)}</span>` : html(bounds);
  const cells = [html(value), live === undefined ? '' : html(live), html(difference), bound];
  return `<tr><th scope="row">${broken(html(name))}</th>${cells.map((cell) => `<td>${cell || '-'}</td>`).join('')}</tr>\n`;
}

/** A name that a narrow screen breaks between its words. */
const broken = (name: string) => name.replaceAll(/[._](?=\w)/g, '$&<wbr>');
