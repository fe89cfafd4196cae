import { latenciesInOrder, PERCENTILES, percentile } from './percentiles.ts';
import type { ValidVerdict } from './verdict.ts';

/** The file of the metrics report. */
export const LOAD_METRICS = 'metrics.txt';

/** The metrics as GitLab's widget reads them (https://docs.gitlab.com/ci/testing/metrics_reports/). A value that is none is left out. */
export function loadMetrics({ stages, capacity }: ValidVerdict): string {
  const seen = stages.flatMap(({ samples }) => {
    const rate = `{rate="${Number(samples.stage.to.toFixed(1))}"}`;
    const ordered = latenciesInOrder(samples);
    const failed = samples.statuses.filter((status) => status !== 200).length;
    return [
      ...PERCENTILES.map((percent) => [
        `load_p${String(percent).replace('.', '_')}_ms${rate}`,
        percentile(ordered, percent),
      ]),
      [`load_failed_percent${rate}`, (failed / samples.sent) * 100],
    ] as const;
  });
  const all = [...seen, ['load_capacity', capacity?.rate] as const];
  return all
    .map(([name, value]) => (Number.isFinite(value) ? `${name} ${Number(Number(value).toFixed(3))}\n` : ''))
    .join('');
}
