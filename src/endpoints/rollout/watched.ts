import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Span } from './fleets.ts';

/**
 * Why alarms cannot have watched all of a bake (AWS: DescribeAlarmHistory), a sentence: somebody changed or deleted one meanwhile.
 * `undefined` where they did watch. The history tells it also of alarms that have been deleted since.
 */
export async function whyUnwatched(
  cloudwatch: CloudWatchClient,
  names: readonly string[],
  { from, to }: Span,
): Promise<string | undefined> {
  const { DescribeAlarmHistoryCommand } = await import('../../aws/cloudwatch.ts');
  for (const AlarmName of names) {
    const request = { AlarmName, HistoryItemType: 'ConfigurationUpdate', StartDate: from, EndDate: to } as const;
    const { AlarmHistoryItems: items = [] } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ ...request, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    // At its beginning we made it, and at its end we delete it.
    const changed = items.find(({ Timestamp: at }) => at && at > from && at < to);
    if (changed?.Timestamp)
      return `Somebody changed or deleted the alarm ${AlarmName} at ${changed.Timestamp.toISOString().slice(11, 19)} UTC.`;
  }
  return undefined;
}
