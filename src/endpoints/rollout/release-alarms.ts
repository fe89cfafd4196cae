import type { CloudWatchClient, MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { partsOf } from '../../ground/error-parts.ts';
import type { AlarmsSection } from '../description/alarms.ts';
import { type ReleaseAlarm, releaseAlarms } from '../description/alarms-effects.ts';

/** A deployment of a config to an endpoint, and the variant that its alarms watch. */
export interface NewFleet {
  readonly endpoint: string;
  readonly config: string;
  readonly variant: string;
}

const OWN = 'sagemaker-components/';

/** What the names of all alarms begin with that are made for releases on an endpoint; with a config, for that release. */
export function alarmPrefix(endpoint: string, config?: string): string {
  return `${OWN}${endpoint}/${config === undefined ? '' : `${config}/`}`;
}

/** The name of an alarm that is made for a release. */
function alarmName({ endpoint, config }: Omit<NewFleet, 'variant'>, kind: ReleaseAlarm['kind']): string {
  return `${alarmPrefix(endpoint, config)}${kind}`;
}

/** What each kind of alarm measures, in CloudWatch's units. */
function measured(wanted: ReleaseAlarm) {
  switch (wanted.kind) {
    case 'server_errors':
      // SageMaker counts each request as 1 or 0: the average is the share of errors.
      return { MetricName: 'Invocation5XXErrors', Statistic: 'Average', Threshold: wanted.threshold / 100 } as const;
    case 'model_errors':
      return { MetricName: 'InvocationModelErrors', Statistic: 'Sum', Threshold: wanted.threshold } as const;
    case 'latency': {
      // In microseconds.
      const Threshold = wanted.threshold * 1000;
      const { statistic } = wanted;
      if (statistic === 'average') return { MetricName: 'ModelLatency', Statistic: 'Average', Threshold } as const;
      return { MetricName: 'ModelLatency', ExtendedStatistic: statistic, Threshold } as const;
    }
  }
}

/** A value or threshold of an alarm, in the unit of the endpoint file; a plain number where the alarm is not of a release. */
export function measuredWords(alarm: string, value: number): string {
  const kind = alarm.startsWith(OWN) ? alarm.split('/').at(-1) : undefined;
  if (kind === 'server_errors') return `${rounded(value * 100)} %`;
  if (kind === 'latency') return `${rounded(value / 1000)} ms`;
  return String(value);
}

/** As many digits as a person compares. */
const rounded = (value: number) => Number(value.toPrecision(4));

/**
 * The request for an alarm on the new fleet of a release alone: metrics of this fleet have its endpoint config as a dimension,
 * and there are none before it has traffic.
 */
function alarmRequest(release: NewFleet, wanted: ReleaseAlarm): PutMetricAlarmCommandInput {
  const { endpoint, config, variant } = release;
  return {
    AlarmName: alarmName(release, wanted.kind),
    AlarmDescription: `Watches the deployment of ${config} to ${endpoint}. deploy-model deletes it when the deployment has ended.`,
    Namespace: 'AWS/SageMaker',
    Dimensions: [
      { Name: 'EndpointName', Value: endpoint },
      { Name: 'VariantName', Value: variant },
      { Name: 'EndpointConfigName', Value: config },
    ],
    Period: wanted.period,
    EvaluationPeriods: wanted.periods,
    DatapointsToAlarm: wanted.datapoints,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    ...measured(wanted),
  };
}

/** The alarms that watch a release, named ones and those that are made for it: those that roll it back, or only observe. */
export function namesOf(release: NewFleet, section: AlarmsSection, action: 'roll_back' | 'observe'): string[] {
  return [
    ...section.named.filter((each) => each.action === action).map(({ name }) => name),
    ...releaseAlarms(section)
      .filter((each) => each.action === action)
      .map(({ kind }) => alarmName(release, kind)),
  ];
}

/** Makes the alarms of a release, or sets them anew where they exist (AWS: PutMetricAlarm). */
export async function putReleaseAlarms(
  cloudwatch: CloudWatchClient,
  release: NewFleet,
  section: AlarmsSection,
): Promise<void> {
  const { PutMetricAlarmCommand } = await import('../../aws/cloudwatch.ts');
  for (const wanted of releaseAlarms(section))
    await cloudwatch.send(new PutMetricAlarmCommand(alarmRequest(release, wanted)));
}

/** The alarms of a prefix (AWS: DescribeAlarms). */
async function alarmsOf(
  cloudwatch: CloudWatchClient,
  which: { readonly AlarmNamePrefix: string } | { readonly AlarmNames: string[] },
): Promise<MetricAlarm[]> {
  const { paginateDescribeAlarms } = await import('../../aws/cloudwatch.ts');
  const found: MetricAlarm[] = [];
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of paginateDescribeAlarms(
    { client: cloudwatch },
    { ...which, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
  ))
    found.push(...MetricAlarms, ...CompositeAlarms);
  return found;
}

/** CloudWatch deletes so many alarms with one request. */
const MOST = 100;
const ATTEMPTS = 3;

/**
 * Deletes the alarms that were made for releases on an endpoint, without those of `kept` (AWS: DescribeAlarms, DeleteAlarms). Says
 * how many. Somebody else may delete one meanwhile, and then CloudWatch deletes none of those that were named with it.
 */
export async function deleteReleaseAlarms(
  cloudwatch: CloudWatchClient,
  prefix: string,
  isKept: (name: string) => boolean = () => false,
): Promise<number> {
  const { DeleteAlarmsCommand } = await import('../../aws/cloudwatch.ts');
  for (let attempt = 1; ; attempt++) {
    const found = await alarmsOf(cloudwatch, { AlarmNamePrefix: prefix });
    const names = found.flatMap(({ AlarmName: name }) => (name === undefined || isKept(name) ? [] : [name]));
    try {
      for (let from = 0; from < names.length; from += MOST)
        await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: names.slice(from, from + MOST) }));
      return names.length;
    } catch (error) {
      if (attempt === ATTEMPTS || !/^ResourceNotFound/.test(partsOf(error).name)) throw error;
    }
  }
}

/** What is wrong with the named alarms: one that is not there, or is in ALARM already, which rolls an update back at once. */
export async function namedAlarmProblems(cloudwatch: CloudWatchClient, { named }: AlarmsSection): Promise<string[]> {
  if (named.length === 0) return [];
  const names = named.map(({ name }) => name);
  const found = await alarmsOf(cloudwatch, { AlarmNames: names });
  return named.flatMap(({ name, action }) => {
    const alarm = found.find(({ AlarmName }) => AlarmName === name);
    if (!alarm) return [`${name} does not exist`];
    if (alarm.StateValue !== 'ALARM' || action === 'observe') return [];
    return [`${name} is in ALARM: ${alarm.StateReason ?? 'CloudWatch gives no reason'}`];
  });
}
