import type { AlarmsSection } from './alarms.ts';

/*
 * What the alarms of a section do. Apart from what the section may say: few jobs read one.
 */

/** The alarms of a section that are made for a release, each with its kind. */
export function releaseAlarms({ server_errors, model_errors, latency }: AlarmsSection) {
  return [
    ...(server_errors ? [{ kind: 'server_errors' as const, ...server_errors }] : []),
    ...(model_errors ? [{ kind: 'model_errors' as const, ...model_errors }] : []),
    ...(latency ? [{ kind: 'latency' as const, ...latency }] : []),
  ];
}

export type ReleaseAlarm = ReturnType<typeof releaseAlarms>[number];

/** Whether any of the alarms rolls an update back, or is made for a release at all. */
export function isActing(section: AlarmsSection): boolean {
  return section.named.length > 0 || releaseAlarms(section).length > 0;
}

/** Of which requests that fail an alarm tells that rolls back. */
export type WatchedFailures = 'all' | 'server errors' | 'none';

/** What the alarms of a section watch, as far as anybody knows: what a named one measures, its name does not say. */
export function failuresWatched(section: AlarmsSection): WatchedFailures {
  const kinds = releaseAlarms(section).flatMap(({ kind, action }) => (action === 'roll_back' ? [kind] : []));
  // SageMaker counts every answer but 2XX as an error of the model, and only 5XX as one of the server.
  if (kinds.includes('model_errors')) return 'all';
  return kinds.includes('server_errors') ? 'server errors' : 'none';
}

/** CloudWatch tells of a period up to so many seconds after it. */
const METRIC_DELAY = 180;

/** The shortest bake, in seconds, after which every alarm of the release has seen all that it judges by. */
export function secondsToFire(section: AlarmsSection): number {
  const each = releaseAlarms(section).map(({ period, periods }) => period * periods);
  return each.length === 0 ? 0 : Math.max(...each) + METRIC_DELAY;
}

/** An alarm that could never fire: it needs more data points than count. */
export function alarmProblems(section: AlarmsSection): { readonly path: readonly string[]; readonly why: string }[] {
  return releaseAlarms(section)
    .filter(({ periods, datapoints }) => datapoints > periods)
    .map(({ kind, periods }) => ({ path: [kind, 'datapoints'], why: `must be at most periods (${periods})` }));
}
