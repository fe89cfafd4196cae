import type { CloudWatchClient, MetricDataQuery } from '@aws-sdk/client-cloudwatch';

/** What CloudWatch counted of a fleet: the instances of one endpoint config behind an endpoint. */
export interface FleetCounts {
  readonly requests: number;
  readonly errors: number;
  /** How many it refused as wrong (4XX). */
  readonly refused: number;
  /** The mean time that the model took, in milliseconds; `undefined` without a request. */
  readonly latency: number | undefined;
}

interface Fleet {
  readonly endpoint: string;
  readonly variant: string;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

const MEASURES = {
  requests: ['Invocations', 'Sum'],
  errors: ['Invocation5XXErrors', 'Sum'],
  refused: ['Invocation4XXErrors', 'Sum'],
  // In microseconds.
  took: ['ModelLatency', 'Sum'],
  timed: ['ModelLatency', 'SampleCount'],
} as const satisfies Record<string, readonly [metric: string, statistic: string]>;

type Measure = keyof typeof MEASURES;

/** What each config's fleet did within a time, as far as CloudWatch tells by now (AWS: GetMetricData). */
export async function countFleets(
  cloudwatch: CloudWatchClient,
  fleet: Fleet,
  configs: readonly string[],
  { from, to }: Span,
): Promise<FleetCounts[]> {
  const { GetMetricDataCommand } = await import('../../aws/cloudwatch.ts');
  const queries = configs.flatMap((config, index) => queriesOf({ ...fleet, config }, index));
  const sums = new Map<string, number>();
  for (let NextToken: string | undefined, page = 0; page === 0 || NextToken !== undefined; page++) {
    const asked = {
      MetricDataQueries: queries,
      StartTime: from,
      EndTime: to,
      ...(NextToken !== undefined && { NextToken }),
    };
    const answer = await cloudwatch.send(new GetMetricDataCommand(asked));
    for (const { Id = '', Values = [] } of answer.MetricDataResults ?? [])
      sums.set(Id, (sums.get(Id) ?? 0) + Values.reduce((sum, value) => sum + value, 0));
    NextToken = answer.NextToken;
  }
  const sum = (index: number, measure: Measure) => sums.get(idOf(index, measure)) ?? 0;
  return configs.map((_, index) => {
    const timed = sum(index, 'timed');
    const latency = timed === 0 ? undefined : sum(index, 'took') / timed / 1000;
    const [requests, errors, refused] = [sum(index, 'requests'), sum(index, 'errors'), sum(index, 'refused')];
    return { requests, errors, refused, latency };
  });
}

const idOf = (index: number, measure: Measure) => `${measure}${index}`;

function queriesOf(
  { endpoint, variant, config }: Fleet & { readonly config: string },
  index: number,
): MetricDataQuery[] {
  const Dimensions = [
    { Name: 'EndpointName', Value: endpoint },
    { Name: 'VariantName', Value: variant },
    { Name: 'EndpointConfigName', Value: config },
  ];
  return Object.entries(MEASURES).map(([measure, [MetricName, Stat]]) => ({
    Id: `${measure}${index}`,
    MetricStat: { Metric: { Namespace: 'AWS/SageMaker', MetricName, Dimensions }, Period: 60, Stat },
  }));
}

/** `125 requests, no error, 40 ms`. */
export function fleetWords({ requests, errors, latency }: FleetCounts): string {
  if (requests === 0) return 'no request';
  const failed = errors === 0 ? 'no error' : `${errors} error${errors === 1 ? '' : 's'}`;
  const took = latency === undefined ? '' : `, ${Math.round(latency)} ms`;
  return `${requests} request${requests === 1 ? '' : 's'}, ${failed}${took}`;
}
