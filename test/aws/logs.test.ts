import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { lastLogLines } from '../../src/aws/logs.ts';
import { emulated } from '../components/job.ts';

const group = '/aws/sagemaker/TrainingJobs';

async function cloudWatch() {
  const emulator = await emulated();
  const client = new CloudWatchLogsClient({ region: emulator.region, maxAttempts: 1 });
  const write = (stream: string, ...lines: string[]) => {
    for (const line of lines) {
      emulator.clock.advance(1000);
      emulator.logs.put(group, stream, line);
    }
  };
  return { emulator, client, write };
}

describe('the last log lines of a job', () => {
  it('are the newest of its streams, oldest first, and of no other job', async () => {
    const { client, write } = await cloudWatch();
    write('train-1/algo-1-170', 'one', 'two', 'three\n');
    write('train-1/algo-2-170', 'four');
    write('train-10/algo-1-170', 'of another job');
    expect(await lastLogLines(client, { group, streamPrefix: 'train-1/', limit: 3 })).toEqual(['two', 'three', 'four']);
  });

  it('come from the instances that wrote last when there were many', async () => {
    const { client, write } = await cloudWatch();
    for (let instance = 1; instance <= 60; instance++) write(`AllTraffic/i-${100 - instance}`, `instance ${instance}`);
    const lines = await lastLogLines(client, { group, streamPrefix: 'AllTraffic/', limit: 10 });
    expect(lines).toEqual(['instance 58', 'instance 59', 'instance 60']);
  });

  it('are looked for in the first 500 streams of an endpoint that had very many instances', async () => {
    const { emulator, client, write } = await cloudWatch();
    for (let instance = 100; instance < 700; instance++) write(`AllTraffic/i-${instance}`, `instance ${instance}`);
    const lines = await lastLogLines(client, { group, streamPrefix: 'AllTraffic/', limit: 10 });
    expect(emulator.calls.filter(({ operation }) => operation === 'DescribeLogStreams')).toHaveLength(10);
    expect(lines).toEqual(['instance 597', 'instance 598', 'instance 599']);
  });

  it('are said to be missing when the job wrote none', async () => {
    const { client, write } = await cloudWatch();
    write('train-1/algo-1-170', 'one');
    expect(await lastLogLines(client, { group, streamPrefix: 'train-2/', limit: 10 })).toEqual([
      `(CloudWatch has no lines in ${group} under train-2/.)`,
    ]);
  });

  it('are said to be missing when there is no log group', async () => {
    const { client } = await cloudWatch();
    expect(await lastLogLines(client, { group, streamPrefix: '', limit: 10 })).toEqual([
      `(CloudWatch has no log group ${group}: nothing was written there.)`,
    ]);
  });

  it.each([
    ['access denied', 'AccessDeniedException'],
    ['throttle', 'ThrottlingException'],
    ['server error', 'InternalFailure'],
  ] as const)('are told to be out of reach, in the words of AWS, on %s', async (kind, name) => {
    const { emulator, client, write } = await cloudWatch();
    write('train-1/algo-1-170', 'one');
    emulator.fault({ operation: 'GetLogEvents', kind });
    const lines = await lastLogLines(client, { group, streamPrefix: 'train-1/', limit: 10 });
    expect(lines).toEqual([expect.stringContaining(`Could not read the lines in ${group}: ${name}`)]);
  });
});
