import { expect, test } from 'vitest';
import { virtualClock } from '../../emulator/clock.ts';
import { Logs, logResource, logsOperations } from '../../emulator/logs.ts';
import { AwsError } from '../../emulator/world.ts';

const group = '/aws/sagemaker/Endpoints/resale-price-dev';
const start = Date.parse('2026-11-22T08:00:00Z');

function setUp() {
  const clock = virtualClock('2026-11-22T08:00:00Z');
  const logs = new Logs({ region: 'ap-southeast-1', account: '111122223333', clock });
  const operations = logsOperations(logs);
  const ask = (operation: string, input: Record<string, unknown>) =>
    operations[operation]?.({ logGroupName: group, ...input }, { arn: '', userId: '' });
  const refusal = (operation: string, input: Record<string, unknown>) => {
    try {
      ask(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return 'answered';
  };
  return { clock, logs, ask, refusal };
}

/** Six lines, a second apart, in turn by two instances. */
function setUpLines() {
  const scene = setUp();
  for (const line of ['one', 'two', 'three', 'four', 'five', 'six']) {
    scene.logs.put(group, `AllTraffic/i-${line.length % 2}`, `${line} GET /ping`);
    scene.clock.advance(1000);
  }
  return scene;
}

const message = (line: string) => expect.objectContaining({ message: `${line} GET /ping` });

test('a group that nobody wrote to does not exist', () => {
  const { refusal } = setUp();
  for (const operation of ['FilterLogEvents', 'DescribeLogStreams', 'GetLogEvents']) {
    expect(refusal(operation, { logStreamName: 'x' })).toBe(
      'ResourceNotFoundException: The specified log group does not exist.',
    );
  }
});

test('lines of all streams come in the order of their time, with their stream', () => {
  const { ask } = setUpLines();
  expect(ask('FilterLogEvents', {})).toEqual({
    events: ['one', 'two', 'three', 'four', 'five', 'six'].map((line, second) => ({
      eventId: expect.any(String),
      logStreamName: `AllTraffic/i-${line.length % 2}`,
      message: `${line} GET /ping`,
      timestamp: start + second * 1000,
      ingestionTime: start + second * 1000,
    })),
    searchedLogStreams: [],
  });
});

test.each<[Record<string, unknown>, string[]]>([
  [{ logStreamNames: ['AllTraffic/i-0'] }, ['four', 'five']],
  [{ logStreamNamePrefix: 'AllTraffic/i-1' }, ['one', 'two', 'three', 'six']],
  [{ startTime: start + 1000, endTime: start + 3000 }, ['two', 'three']],
  [{ filterPattern: 'GET five' }, ['five']],
  [{ filterPattern: '?one ?six' }, ['one', 'six']],
  [{ filterPattern: '"GET /ping" -f -t' }, ['one', 'six']],
  [{ filterPattern: 'POST' }, []],
])('a search for %j finds %j', (input, lines) => {
  const { ask } = setUpLines();
  expect(ask('FilterLogEvents', input)).toMatchObject({ events: lines.map(message) });
});

test('pages follow their tokens, and a page may be empty before there are events', () => {
  const { logs, ask } = setUpLines();
  logs.emptyPages = 1;
  expect(ask('FilterLogEvents', { limit: 4 })).toEqual({ events: [], nextToken: 'f/1', searchedLogStreams: [] });
  expect(ask('FilterLogEvents', { limit: 4, nextToken: 'f/1' })).toMatchObject({
    events: ['one', 'two', 'three', 'four'].map(message),
    nextToken: 'f/5',
  });
  const last = ask('FilterLogEvents', { limit: 4, nextToken: 'f/5' });
  expect(last).toMatchObject({ events: ['five', 'six'].map(message) });
  expect(last).not.toHaveProperty('nextToken');
});

test('streams are listed by name, or by their last event, a page at a time', () => {
  const { ask } = setUpLines();
  const [zero, one] = ['AllTraffic/i-0', 'AllTraffic/i-1'].map((logStreamName) =>
    expect.objectContaining({ logStreamName }),
  );
  expect(ask('DescribeLogStreams', { limit: 1 })).toEqual({ logStreams: [zero], nextToken: 's/1' });
  expect(ask('DescribeLogStreams', { limit: 1, nextToken: 's/1' })).toEqual({ logStreams: [one] });
  expect(ask('DescribeLogStreams', { orderBy: 'LastEventTime', descending: true })).toEqual({
    logStreams: [one, zero],
  });
  expect(ask('DescribeLogStreams', { logStreamNamePrefix: 'AllTraffic/i-1' })).toEqual({ logStreams: [one] });
});

test('a stream is read from its end unless asked otherwise, and its tokens never run out', () => {
  const { ask } = setUpLines();
  const read = (input: Record<string, unknown>) => ask('GetLogEvents', { logStreamName: 'AllTraffic/i-1', ...input });
  expect(read({ limit: 3 })).toMatchObject({
    events: ['two', 'three', 'six'].map(message),
    nextForwardToken: 'f/4',
    nextBackwardToken: 'b/1',
  });
  expect(read({ limit: 3, nextToken: 'b/1' })).toMatchObject({ events: [message('one')], nextBackwardToken: 'b/0' });
  expect(read({ nextToken: 'f/4' })).toMatchObject({ events: [], nextForwardToken: 'f/4' });
  expect(read({ limit: 1, startFromHead: true })).toMatchObject({ events: [message('one')], nextForwardToken: 'f/1' });
});

test.each<[string, Record<string, unknown>, string]>([
  ['GetLogEvents', { logStreamName: 'missing' }, 'The specified log stream does not exist.'],
  ['FilterLogEvents', { nextToken: 's/1' }, 'The specified nextToken is invalid.'],
  ['FilterLogEvents', { filterPattern: '{ $.level = "error" }' }, 'words and phrases only'],
  ['FilterLogEvents', { startFromHead: false }, 'from the oldest event only'],
  ['FilterLogEvents', { logStreamNames: ['a'], logStreamNamePrefix: 'a' }, 'not both'],
  ['FilterLogEvents', { logGroupIdentifier: group }, 'and not both'],
  ['DescribeLogStreams', { orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }, 'Cannot order by LastEventTime'],
])('%s of %j is refused: %s', (operation, input, why) => {
  const { refusal } = setUpLines();
  expect(refusal(operation, input)).toContain(why);
});

test('a group can be named by its ARN', () => {
  const { logs } = setUp();
  const arn = `arn:aws:logs:ap-southeast-1:111122223333:log-group:${group}`;
  expect(logResource(logs.world, { logGroupIdentifier: arn })).toBe(`${arn}:log-stream:`);
  expect(logResource(logs.world, { logGroupName: group, logStreamName: 's' })).toBe(`${arn}:log-stream:s`);
});
