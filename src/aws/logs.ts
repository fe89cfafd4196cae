import type { CloudWatchLogsClient, LogStream } from '@aws-sdk/client-cloudwatch-logs';
import { inItsOwnWords, partsOf } from '../ground/error-parts.ts';

interface LogQuery {
  readonly group: string;
  /**
   * The beginning of the streams' names: a job's name, or `<variant>/` for an endpoint; empty for every stream of the
   * group.
   */
  readonly streamPrefix: string;
  /** How many of the newest lines. */
  readonly limit: number;
}

/** The CloudWatch log group of an endpoint's containers. */
export function endpointLogGroup(endpoint: string): string {
  return `/aws/sagemaker/Endpoints/${endpoint}`;
}

/** Streams are listed 50 a page, by name: an old endpoint has one for each instance that it ever had. */
const MAX_PAGES = 10;
/** Instances of one job or variant mostly fail alike. */
const MAX_STREAMS = 3;

/**
 * The last lines that the containers of a job or endpoint wrote, oldest first (AWS: DescribeLogStreams, GetLogEvents).
 * They explain another failure, so this never throws: an error is one of the lines.
 */
export async function lastLogLines(
  logs: CloudWatchLogsClient,
  { group, streamPrefix, limit }: LogQuery,
): Promise<string[]> {
  try {
    const streams = await newestStreams(logs, group, streamPrefix);
    const lines = (await Promise.all(streams.map((stream) => lastEvents(logs, group, stream, limit)))).flat();
    lines.sort((a, b) => a.at - b.at);
    const last = lines.slice(-limit).map(({ message }) => message.trimEnd());
    return last.length > 0
      ? last
      : [`(CloudWatch has no lines in ${group}${streamPrefix && ` under ${streamPrefix}`}.)`];
  } catch (error) {
    return [
      partsOf(error).name === 'ResourceNotFoundException'
        ? `(CloudWatch has no log group ${group}: nothing was written there.)`
        : `(Could not read the lines in ${group}: ${inItsOwnWords(error)})`,
    ];
  }
}

async function newestStreams(client: CloudWatchLogsClient, group: string, prefix: string): Promise<string[]> {
  const { paginateDescribeLogStreams } = await import('./cloudwatch-logs.ts');
  const request = { logGroupName: group, ...(prefix && { logStreamNamePrefix: prefix }) };
  const found: LogStream[] = [];
  let pages = 0;
  for await (const page of paginateDescribeLogStreams({ client, stopOnSameToken: true }, request)) {
    found.push(...(page.logStreams ?? []));
    pages++;
    if (pages === MAX_PAGES) break;
  }
  return found
    .sort((a, b) => lastWriteOf(b) - lastWriteOf(a))
    .slice(0, MAX_STREAMS)
    .flatMap(({ logStreamName }) => (logStreamName ? [logStreamName] : []));
}

/** Milliseconds since 1970. */
function lastWriteOf({ lastIngestionTime, lastEventTimestamp, creationTime }: LogStream): number {
  return lastIngestionTime ?? lastEventTimestamp ?? creationTime ?? 0;
}

async function lastEvents(logs: CloudWatchLogsClient, group: string, stream: string, limit: number) {
  const { GetLogEventsCommand } = await import('./cloudwatch-logs.ts');
  const { events } = await logs.send(
    new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, limit, startFromHead: false }),
  );
  return (events ?? []).map(({ timestamp, message }) => ({ at: timestamp ?? 0, message: message ?? '' }));
}
