import type * as api from '@aws-sdk/client-cloudwatch';
import { type Given, served } from '../sagemaker/service.ts';
import { AwsError, type Operations, type World } from '../world.ts';
import { type Alarm, type AlarmRequest, Alarms } from './alarms.ts';
import { isStatistic, Metrics, statistic } from './metrics.ts';

/** CloudWatch, as far as a deployment is watched by it: metrics, and alarms on one metric each. */
export class CloudWatch {
  readonly metrics = new Metrics();
  readonly alarms = new Alarms(this.metrics);
  /** Called before anything is read, so that all that happened by then is there. */
  onRead: () => void = () => undefined;
  readonly #world: Pick<World, 'region' | 'account' | 'clock'>;

  constructor(world: Pick<World, 'region' | 'account' | 'clock'>) {
    this.#world = world;
  }

  operations = (): Operations =>
    served({
      PutMetricAlarm: this.#put,
      DescribeAlarms: this.#describe,
      DeleteAlarms: this.#delete,
      DescribeAlarmHistory: this.#history,
      GetMetricData: this.#data,
    });

  arn(alarm: string): string {
    return `arn:aws:cloudwatch:${this.#world.region}:${this.#world.account}:alarm:${alarm}`;
  }

  #put = (input: AlarmRequest) => {
    refuseIncomplete(input);
    this.alarms.put(input, this.arn(input.AlarmName), this.#world.clock.now());
  };

  #describe = (input: Given<api.DescribeAlarmsCommandInput>): Given<api.DescribeAlarmsCommandOutput> => {
    if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
      throw new AwsError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix cannot be specified together.');
    this.onRead();
    const found = [...this.alarms.all.values()]
      .filter(({ request }) => !input.AlarmNames || input.AlarmNames.includes(request.AlarmName))
      .filter(({ request }) => request.AlarmName.startsWith(input.AlarmNamePrefix ?? ''))
      .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
      .sort((a, b) => (a.request.AlarmName < b.request.AlarmName ? -1 : 1));
    const { items, next } = paged(found, input.NextToken, input.MaxRecords ?? 50);
    return { MetricAlarms: items.map(described), CompositeAlarms: [], NextToken: next };
  };

  /** All are there, or none is deleted. */
  #delete = ({ AlarmNames }: Given<api.DeleteAlarmsCommandInput>) => {
    const missing = AlarmNames.filter((name) => !this.alarms.all.has(name));
    if (missing.length > 0) throw new AwsError('ResourceNotFound', `Alarm not found: ${missing.join(', ')}`, 404);
    for (const name of AlarmNames) this.alarms.delete(name, this.#world.clock.now());
  };

  #history = (input: Given<api.DescribeAlarmHistoryCommandInput>): Given<api.DescribeAlarmHistoryCommandOutput> => {
    this.onRead();
    const { AlarmName: name, StartDate: from, EndDate: to, HistoryItemType: kind } = input;
    const found = this.alarms.history
      .filter(({ alarm, at }) => (name === undefined || alarm === name) && (!from || at >= from) && (!to || at <= to))
      .filter((each) => kind === undefined || kind === each.kind);
    const ordered = input.ScanBy === 'TimestampAscending' ? found : found.toReversed();
    const { items, next } = paged(ordered, input.NextToken, input.MaxRecords ?? 100);
    return {
      AlarmHistoryItems: items.map(({ alarm, at, kind: HistoryItemType, summary, data }) => ({
        AlarmName: alarm,
        AlarmType: 'MetricAlarm',
        Timestamp: at,
        HistoryItemType,
        HistorySummary: summary,
        HistoryData: data,
      })),
      NextToken: next,
    };
  };

  #data = (input: Given<api.GetMetricDataCommandInput>): Given<api.GetMetricDataCommandOutput> => {
    if (input.StartTime >= input.EndTime)
      throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
    this.onRead();
    return { MetricDataResults: input.MetricDataQueries.map((query) => this.#result(query, input)), Messages: [] };
  };

  #result(
    { Id, MetricStat: wanted, Label }: Given<api.MetricDataQuery>,
    { StartTime, EndTime, ScanBy }: Given<api.GetMetricDataCommandInput>,
  ): Given<api.MetricDataResult> {
    if (!wanted || !isStatistic(wanted.Stat))
      throw new AwsError(
        'ValidationError',
        `This emulator does not do the query ${Id}: it has no metric and statistic.`,
      );
    const { Metric, Period, Stat } = wanted;
    const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    const metric = { namespace: Metric.Namespace ?? '', name: Metric.MetricName ?? '', dimensions };
    const [length, now] = [Period * 1000, this.#world.clock.now()];
    const points: { at: Date; value: number }[] = [];
    const last = Math.min(EndTime.getTime(), now.getTime());
    for (let start = Math.floor(StartTime.getTime() / length) * length; start < last; start += length) {
      const values = this.metrics.values(metric, { start, length, now });
      if (values.length > 0) points.push({ at: new Date(start), value: statistic(Stat, values) });
    }
    if (ScanBy !== 'TimestampAscending') points.reverse();
    const told = { Timestamps: points.map(({ at }) => at), Values: points.map(({ value }) => value) };
    return { Id, Label: Label ?? metric.name, StatusCode: 'Complete', ...told };
  }
}

function described({ request, ...alarm }: Alarm): Given<api.MetricAlarm> {
  const { Tags: _, ...told } = request;
  return {
    ...told,
    ActionsEnabled: request.ActionsEnabled ?? true,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.configured,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: alarm.changed,
    StateTransitionedTimestamp: alarm.changed,
  };
}

/** What the API's model does not say, and CloudWatch requires. */
function refuseIncomplete(input: AlarmRequest): void {
  const refuse = (message: string): never => {
    throw new AwsError('ValidationError', message);
  };
  if (input.Metrics || input.EvaluationCriteria || input.ThresholdMetricId !== undefined)
    refuse('This emulator does not do PutMetricAlarm with a metric math expression, a query or anomaly detection.');
  for (const name of [
    'MetricName',
    'Namespace',
    'Period',
    'ComparisonOperator',
    'EvaluationPeriods',
    'Threshold',
  ] as const)
    if (input[name] === undefined) refuse(`The parameter ${name} is required.`);
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    refuse('Exactly one of Statistic and ExtendedStatistic must be specified.');
  const { Period = 0, EvaluationPeriods = 0, DatapointsToAlarm = 1, TreatMissingData = 'missing' } = input;
  if (Period !== 10 && Period !== 20 && Period !== 30 && Period % 60 !== 0)
    refuse('Period must be 10, 20, 30 or a multiple of 60');
  if (Period * EvaluationPeriods > 604_800)
    refuse('Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800).');
  if (DatapointsToAlarm > EvaluationPeriods)
    refuse('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  if (!['breaching', 'notBreaching', 'ignore', 'missing'].includes(TreatMissingData))
    refuse('The value for TreatMissingData must be one of breaching, notBreaching, ignore, missing.');
}

function paged<T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { items: T[]; next: string | undefined } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from)) throw new AwsError('InvalidNextToken', 'The next token is invalid.');
  return { items: all.slice(from, from + size), next: from + size < all.length ? String(from + size) : undefined };
}
