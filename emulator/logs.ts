import { AwsError, type Operation, type Operations, type World } from './world.ts';

type Input = Parameters<Operation>[0];

interface LogEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
  readonly id: string;
}

interface LogStream {
  readonly name: string;
  readonly created: number;
  readonly events: LogEvent[];
}

/** What containers and jobs wrote, where CloudWatch would have it. Group -> stream -> lines. */
export class Logs {
  /** How many pages of FilterLogEvents come empty, with a token, before the first event: CloudWatch searches in slices. */
  emptyPages = 0;
  readonly world: Pick<World, 'region' | 'account' | 'clock'>;
  readonly #groups = new Map<string, Map<string, LogStream>>();
  #written = 0;

  constructor(world: Pick<World, 'region' | 'account' | 'clock'>) {
    this.world = world;
  }

  /** Writes one line at the emulator's time, and makes the group and the stream when they are new. */
  put(group: string, stream: string, message: string): void {
    const timestamp = this.world.clock.now().getTime();
    const streams = this.#groups.get(group) ?? new Map<string, LogStream>();
    this.#groups.set(group, streams);
    const into = streams.get(stream) ?? { name: stream, created: timestamp, events: [] };
    streams.set(stream, into);
    this.#written += 1;
    into.events.push({ stream, timestamp, message, id: String(this.#written).padStart(56, '0') });
  }

  streams(group: string): readonly LogStream[] {
    const streams = this.#groups.get(group);
    if (!streams) throw notFound('The specified log group does not exist.');
    return [...streams.values()].sort((a, b) => compare(a.name, b.name));
  }
}

/** The resource that IAM sees of a request for logs. */
export function logResource({ region, account }: Logs['world'], input: Input): string {
  return `arn:aws:logs:${region}:${account}:log-group:${groupOf(input)}:log-stream:${input.logStreamName ?? ''}`;
}

export function logsOperations(logs: Logs): Operations {
  return {
    DescribeLogStreams: (input) => describeLogStreams(logs, input),
    FilterLogEvents: (input) => filterLogEvents(logs, input),
    GetLogEvents: (input) => getLogEvents(logs, input),
  };
}

function describeLogStreams(logs: Logs, input: Input): unknown {
  const prefix = input.logStreamNamePrefix;
  if (input.orderBy === 'LastEventTime' && prefix !== undefined) {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const streams = logs.streams(groupOf(input)).filter(({ name }) => name.startsWith(String(prefix ?? '')));
  if (input.orderBy === 'LastEventTime') streams.sort((a, b) => lastEvent(a) - lastEvent(b));
  if (input.descending === true) streams.reverse();
  const from = offsetOf(input.nextToken, 's');
  const until = from + Number(input.limit ?? 50);
  const { region, account } = logs.world;
  return {
    logStreams: streams.slice(from, until).map((stream) => ({
      logStreamName: stream.name,
      creationTime: stream.created,
      firstEventTimestamp: stream.events[0]?.timestamp,
      lastEventTimestamp: lastEvent(stream),
      lastIngestionTime: lastEvent(stream),
      arn: `arn:aws:logs:${region}:${account}:log-group:${groupOf(input)}:log-stream:${stream.name}`,
      storedBytes: 0,
    })),
    ...(until < streams.length ? { nextToken: `s/${until}` } : {}),
  };
}

function filterLogEvents(logs: Logs, input: Input): unknown {
  if (input.startFromHead === false) throw invalid('This emulator serves FilterLogEvents from the oldest event only.');
  const names = Array.isArray(input.logStreamNames) ? input.logStreamNames : undefined;
  if (names && input.logStreamNamePrefix !== undefined) {
    throw invalid('Specify either logStreamNames or logStreamNamePrefix, but not both.');
  }
  const prefix = String(input.logStreamNamePrefix ?? '');
  const says = patternOf(String(input.filterPattern ?? ''));
  const events = logs
    .streams(groupOf(input))
    .filter(({ name }) => (names ? names.includes(name) : name.startsWith(prefix)))
    .flatMap((stream) => stream.events)
    .filter((event) => within(event, input) && says(event.message))
    .sort((a, b) => a.timestamp - b.timestamp || compare(a.id, b.id));

  // The token counts the empty pages first, then the events.
  const place = offsetOf(input.nextToken, 'f');
  if (place < logs.emptyPages) return { events: [], nextToken: `f/${place + 1}`, searchedLogStreams: [] };
  const from = place - logs.emptyPages;
  const until = from + Number(input.limit ?? 10_000);
  return {
    events: events
      .slice(from, until)
      .map((event) => ({ ...shown(event), logStreamName: event.stream, eventId: event.id })),
    ...(until < events.length ? { nextToken: `f/${until + logs.emptyPages}` } : {}),
    searchedLogStreams: [],
  };
}

/** Tokens never run out here: at either end the same token comes back, which is how a reader learns that it is there. */
function getLogEvents(logs: Logs, input: Input): unknown {
  const stream = logs.streams(groupOf(input)).find(({ name }) => name === input.logStreamName);
  if (!stream) throw notFound('The specified log stream does not exist.');
  const events = stream.events.filter((event) => within(event, input));
  const limit = Number(input.limit ?? 10_000);
  const token = String(input.nextToken ?? (input.startFromHead === true ? 'f/0' : `b/${events.length}`));
  const [from, until] = token.startsWith('b')
    ? [Math.max(0, offsetOf(token, 'b') - limit), offsetOf(token, 'b')]
    : [offsetOf(token, 'f'), Math.min(events.length, offsetOf(token, 'f') + limit)];
  return {
    events: events.slice(from, until).map(shown),
    nextForwardToken: `f/${until}`,
    nextBackwardToken: `b/${from}`,
  };
}

function shown({ timestamp, message }: LogEvent) {
  return { timestamp, message, ingestionTime: timestamp };
}

function groupOf(input: Input): string {
  if ((input.logGroupName === undefined) === (input.logGroupIdentifier === undefined)) {
    throw invalid('Specify either logGroupName or logGroupIdentifier, and not both.');
  }
  return String(input.logGroupName ?? input.logGroupIdentifier).replace(/^arn:.*:log-group:/, '');
}

function within({ timestamp }: LogEvent, input: Input): boolean {
  return timestamp >= Number(input.startTime ?? 0) && timestamp < Number(input.endTime ?? Number.POSITIVE_INFINITY);
}

/** Words and "phrases" must all be there, `-word` none, and of those with a `?` one; other patterns are not served. */
function patternOf(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern)) throw invalid('This emulator serves filter patterns of words and phrases only.');
  const terms = [...pattern.matchAll(/([?-]?)(?:"([^"]*)"|([^\s"]+))/g)].map(([, sign, phrase, word]) => ({
    sign,
    text: phrase ?? word ?? '',
  }));
  const optional = terms.filter(({ sign }) => sign === '?');
  return (message) =>
    terms.every(({ sign, text }) => sign === '?' || message.includes(text) === (sign !== '-')) &&
    (optional.length === 0 || optional.some(({ text }) => message.includes(text)));
}

function offsetOf(token: unknown, kind: string): number {
  if (token === undefined) return 0;
  const [, found, offset] = /^([a-z])\/(\d+)$/.exec(String(token)) ?? [];
  if (found !== kind) throw invalid('The specified nextToken is invalid.');
  return Number(offset);
}

function lastEvent(stream: LogStream): number {
  return stream.events.at(-1)?.timestamp ?? stream.created;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message, 400);
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 400);
}
