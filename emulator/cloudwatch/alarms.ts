import type * as api from '@aws-sdk/client-cloudwatch';
import type { Given } from '../sagemaker/service.ts';
import { type MetricName, type Metrics, statistic } from './metrics.ts';

export type AlarmRequest = Given<api.PutMetricAlarmCommandInput>;
export type State = NonNullable<api.StateValue>;

export interface Alarm {
  readonly request: AlarmRequest;
  readonly arn: string;
  configured: Date;
  state: State;
  reason: string;
  reasonData: string | undefined;
  changed: Date;
}

interface Change {
  readonly alarm: string;
  readonly kind: 'ConfigurationUpdate' | 'StateUpdate';
  readonly at: Date;
  readonly summary: string;
  readonly data: string;
}

interface Datapoint {
  readonly start: number;
  readonly value: number | undefined;
  readonly samples: number;
}

/** Alarms on one metric each, and what became of them: the history stays when an alarm is deleted. */
export class Alarms {
  readonly all = new Map<string, Alarm>();
  readonly history: Change[] = [];
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  put(request: AlarmRequest, arn: string, now: Date): void {
    const before = this.all.get(request.AlarmName);
    this.#configured(request.AlarmName, before ? 'Update' : 'Create', now);
    const state = { state: before?.state ?? ('INSUFFICIENT_DATA' as const), reasonData: before?.reasonData };
    const reason = before?.reason ?? 'Unchecked: Initial alarm creation';
    this.all.set(request.AlarmName, { request, arn, configured: now, changed: now, reason, ...state });
  }

  delete(name: string, now: Date): void {
    if (this.all.delete(name)) this.#configured(name, 'Delete', now);
  }

  #configured(alarm: string, type: 'Create' | 'Update' | 'Delete', at: Date): void {
    const summary = `Alarm "${alarm}" ${type.toLowerCase()}d`;
    this.history.push({
      alarm,
      kind: 'ConfigurationUpdate',
      at,
      summary,
      data: JSON.stringify({ version: '1.0', type }),
    });
  }

  /** Scene: an alarm goes into a state for a reason of its own. */
  set(name: string, state: State, reason: string, now: Date): void {
    const alarm = this.all.get(name);
    if (alarm) this.#change(alarm, { state, reason, data: undefined }, now);
  }

  /** Judges every alarm by what can be read at this time, or those alone that watch an endpoint. */
  judge(now: Date, endpoint?: string): void {
    for (const alarm of this.all.values()) {
      const watched = metricOf(alarm.request).dimensions.EndpointName;
      const isMeant = endpoint === undefined || watched === endpoint;
      if (alarm.request.MetricName !== undefined && isMeant) this.#judge(alarm, now);
    }
  }

  #judge(alarm: Alarm, now: Date): void {
    const { request } = alarm;
    const { EvaluationPeriods: periods = 1, DatapointsToAlarm: needed = periods, Threshold: threshold = 0 } = request;
    const points = this.#points(request, periods, now);
    const measured = points.filter(({ value }) => value !== undefined);
    const isBad = ({ value }: Datapoint) => value !== undefined && breaches(request, value);
    const missing = request.TreatMissingData === 'breaching' ? points.length - measured.length : 0;
    const bad = points.filter(isBad).length + missing;
    const judged = measured.length > 0 || missing > 0 || request.TreatMissingData === 'notBreaching';
    if (!judged && request.TreatMissingData === 'ignore') return;
    const state = judged ? (bad >= needed ? 'ALARM' : 'OK') : 'INSUFFICIENT_DATA';
    if (state === alarm.state) return;
    const told = measured.map(({ value, start }) => `${value} (${dayFirst(start)})`).join(', ');
    const reason =
      state === 'INSUFFICIENT_DATA'
        ? `Insufficient Data: ${points.length} datapoints were unknown.`
        : `Threshold Crossed: ${bad} out of the last ${points.length} datapoints [${told}] ${state === 'ALARM' ? 'were' : 'were not'} ` +
          `greater than the threshold (${threshold}) (minimum ${needed} datapoint${needed === 1 ? '' : 's'} for OK -> ALARM transition).`;
    this.#change(alarm, { state, reason, data: reasonData(request, points, now) }, now);
  }

  #points(request: AlarmRequest, periods: number, now: Date): Datapoint[] {
    const length = (request.Period ?? 60) * 1000;
    const last = Math.floor((now.getTime() - this.#metrics.delay) / length) * length;
    return Array.from({ length: periods }, (_, index) => {
      const start = last - (index + 1) * length;
      const values = this.#metrics.values(metricOf(request), { start, length, now });
      const stat = request.ExtendedStatistic ?? request.Statistic ?? 'Average';
      return { start, samples: values.length, value: values.length > 0 ? statistic(stat, values) : undefined };
    });
  }

  #change(alarm: Alarm, to: { state: State; reason: string; data: string | undefined }, now: Date): void {
    const data = to.data === undefined ? {} : { stateReasonData: JSON.parse(to.data) as unknown };
    this.history.push({
      alarm: alarm.request.AlarmName,
      kind: 'StateUpdate',
      at: now,
      summary: `Alarm updated from ${alarm.state} to ${to.state}`,
      data: JSON.stringify({
        version: '1.0',
        oldState: { stateValue: alarm.state, stateReason: alarm.reason },
        newState: { stateValue: to.state, stateReason: to.reason, ...data },
      }),
    });
    Object.assign(alarm, { state: to.state, reason: to.reason, reasonData: to.data, changed: now });
  }
}

function metricOf({ Namespace, MetricName: name, Dimensions }: AlarmRequest): MetricName {
  const dimensions = Object.fromEntries((Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
  return { namespace: Namespace ?? '', name: name ?? '', dimensions };
}

function breaches({ ComparisonOperator: operator, Threshold: threshold = 0 }: AlarmRequest, value: number): boolean {
  switch (operator) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      return value >= threshold;
  }
}

function reasonData(request: AlarmRequest, points: readonly Datapoint[], now: Date): string {
  const measured = points.filter(({ value }) => value !== undefined);
  return JSON.stringify({
    version: '1.0',
    queryDate: zoned(now.getTime()),
    startDate: zoned(Math.min(...points.map(({ start }) => start))),
    statistic: request.ExtendedStatistic ?? request.Statistic,
    period: request.Period,
    recentDatapoints: measured.map(({ value }) => value).toReversed(),
    threshold: request.Threshold,
    evaluatedDatapoints: measured.map(({ start, samples, value }) => ({
      timestamp: zoned(start),
      sampleCount: samples,
      value,
    })),
  });
}

/** As CloudWatch writes a time in these data: `2026-11-22T08:12:00.000+0000`. */
const zoned = (time: number): string => new Date(time).toISOString().replace('Z', '+0000');

/** `22/11/26 08:12:00`. */
function dayFirst(time: number): string {
  const [, year, month, day, clock] = /^\d\d(\d\d)-(\d\d)-(\d\d)T([\d:]+)/.exec(new Date(time).toISOString()) ?? [];
  return `${day}/${month}/${year} ${clock}`;
}
