import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod/mini';
import { measuredWords } from './release-alarms.ts';

/** An alarm that went into ALARM during a deployment. */
export interface Fired {
  readonly alarm: string;
  readonly at: Date;
  /** CloudWatch's own words. */
  readonly reason: string;
  /** The values that it judged by, and when; none where CloudWatch does not tell. */
  readonly points: readonly { readonly at: string; readonly value: number }[];
  readonly threshold: number | undefined;
}

const history = () =>
  z.object({
    newState: z.object({
      stateValue: z.string(),
      stateReason: z.optional(z.string()),
      stateReasonData: z.optional(
        z.object({
          threshold: z.optional(z.number()),
          evaluatedDatapoints: z.optional(z.array(z.object({ timestamp: z.string(), value: z.optional(z.number()) }))),
        }),
      ),
    }),
  });

/**
 * Which of the alarms went into ALARM since a time, and by which data it first did (AWS: DescribeAlarmHistory). The history tells it also after
 * the fleet is gone, when the alarm is OK again, and when it is deleted.
 */
export async function firedSince(
  cloudwatch: CloudWatchClient,
  names: readonly string[],
  since: Date,
): Promise<Fired[]> {
  const { DescribeAlarmHistoryCommand } = await import('../../aws/cloudwatch.ts');
  const fired: Fired[] = [];
  for (const alarm of names) {
    const request = { AlarmName: alarm, HistoryItemType: 'StateUpdate', StartDate: since, MaxRecords: 100 } as const;
    const { AlarmHistoryItems: items = [] } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ ...request, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    fired.push(...items.flatMap(({ Timestamp: at, HistoryData: data }) => firedIn(alarm, at, data)));
  }
  const ordered = fired.sort((a, b) => a.at.getTime() - b.at.getTime());
  // An alarm that goes on and off says with its first data why it did.
  return ordered.filter(({ alarm }, index) => ordered.findIndex((each) => each.alarm === alarm) === index);
}

function firedIn(alarm: string, at: Date | undefined, data: string | undefined): Fired[] {
  const read = history().safeParse(parsed(data));
  if (!at || !read.success || read.data.newState.stateValue !== 'ALARM') return [];
  const { stateReason: reason = 'CloudWatch gives no reason', stateReasonData: told } = read.data.newState;
  const points = (told?.evaluatedDatapoints ?? []).flatMap(({ timestamp, value }) =>
    value === undefined ? [] : [{ at: timestamp, value }],
  );
  return [{ alarm, at, reason, points, threshold: told?.threshold }];
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** `The alarm X fired at 08:12:00 UTC: 20 % (08:10:00), 20 % (08:09:00), threshold 1 %`. */
export function firedLine({ alarm, at, reason, points, threshold }: Fired): string {
  const time = (text: string) => /T(\d\d:\d\d:\d\d)/.exec(text)?.[1] ?? text;
  const values = points.map((point) => `${measuredWords(alarm, point.value)} (${time(point.at)})`).join(', ');
  const judged =
    points.length > 0 && threshold !== undefined ? `${values}, threshold ${measuredWords(alarm, threshold)}` : reason;
  return `The alarm ${alarm} fired at ${time(at.toISOString())} UTC: ${judged}`;
}
