import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import checkModel from '../../src/components/check-model.ts';
import { valuesIn } from '../../src/preview/reports.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';

describe('the values in a report', () => {
  it.each<[what: string, report: unknown, values: Record<string, string>]>([
    [
      'numbers, at any depth',
      { rmse: 1.5, regression_metrics: { mae: 2 } },
      { rmse: '1.5', 'regression_metrics.mae': '2' },
    ],
    [
      'those of SageMaker, by their metric',
      { m: { rmse: { value: 3, standard_deviation: 'NaN' } } },
      { 'm.rmse': '3' },
    ],
    [
      'parts of a list, by their name or place',
      { metrics: [{ name: 'CI', value: 4 }, 5] },
      { 'metrics[CI]': '4', 'metrics[1]': '5' },
    ],
    ['no words, and nothing that is not there', { version: '1', at: null, on: true }, {}],
  ])('are %s', (_, report, values) => {
    expect(valuesIn(JSON.stringify(report))).toEqual({ values: new Map(Object.entries(values)), notRead: undefined });
  });

  it.each(['', 'rmse=1', '7', 'null', '{"rmse":'])('are none where it is no JSON object: %j', (text) => {
    expect(valuesIn(text)).toEqual({ values: new Map(), notRead: 'it is no JSON object' });
  });

  it('are five hundred at most, and it is said that there are more', () => {
    const found = valuesIn(JSON.stringify(Array.from({ length: 600 }, (_, n) => n)));
    expect([found.values.size, found.notRead]).toEqual([500, 'it has more than 500 values']);
  });

  it('are not looked for without end in what holds itself', () => {
    expect(valuesIn(`${'['.repeat(5_000)}1${']'.repeat(5_000)}`)).toEqual({
      values: new Map(),
      notRead: 'it has more than 16 levels',
    });
  });

  it('of one name are told to be several, so that none hides another', () => {
    const report = {
      metrics: [
        { name: 'rmse', value: 9 },
        { name: 'rmse', value: 1 },
      ],
      'a.b': 1,
      a: { b: 2 },
    };
    expect(valuesIn(JSON.stringify(report))).toEqual({
      values: new Map([
        ['metrics[rmse]', '9'],
        ['a.b', '1'],
      ]),
      notRead: 'it has several values named metrics[rmse]; it has several values named a.b',
    });
  });
});

it('a version whose training wrote half characters, commands and links everywhere is shown to its approver', async () => {
  const evil = '\uD800<script>alert(1)</script>\u001b[2J\u202E$(id)';
  const emulator = await emulated();
  emulator.register({
    metadata: { [evil]: evil, rmse: '1e999', rmse_max: '2' },
    more: {
      MetadataProperties: { CommitId: evil },
      ModelMetrics: {
        ModelQuality: { Statistics: { ContentType: evil, S3Uri: `s3://${evil}/${evil}` } },
        Bias: { Report: { ContentType: evil, S3Uri: 'javascript:alert(1)' } },
      },
    },
  });
  const root = projectFolder();
  const job = await startJob(checkModel, { emulator, root, inputs: { source: 'registry' } });
  expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'candidate' } });
  const page = readFileSync(join(root, 'sagemaker/check-model/1/approve.html'), 'utf8');
  expect(page).not.toMatch(/<script|href="javascript|\p{Cf}/u);
  expect(job.log + job.links).not.toMatch(/\p{Cf}|"javascript:/u);
  expect(job.log).toContain('rmse=1e999 (beyond its bound: at most 2)');
});

const REPORT = 's3://reports/1/quality.json';
const LIVE = 's3://reports/0/quality.json';
const NAME = 'resale-price-dev';

const metricsAt = (S3Uri: string) => ({
  ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri } } },
});

/** The log of check-model for a version with a report, where another with a report is live. */
async function logOf(set: (emulator: Emulator) => void): Promise<{ log: string; links: string }> {
  const emulator = await emulated();
  const live = emulator.register({ status: 'Approved', more: metricsAt(LIVE) });
  emulator.deployed({ endpoint: NAME, package: live });
  emulator.register({ metadata: { rmse_max: '2' }, more: metricsAt(REPORT) });
  set(emulator);
  const inputs = { source: 'registry', endpoint_name: NAME };
  const job = await startJob(checkModel, { emulator, root: projectFolder(), inputs });
  expect(job, job.log).toMatchObject({ exit: 0, record: { outcome: 'candidate', version: 2 } });
  return job;
}

describe('a report that a training attached to its version', () => {
  it('stands beside that of what is live, with its bound', async () => {
    const { log, links } = await logOf(({ objects }) => {
      objects.put(LIVE, '{"rmse":2}');
      objects.put(REPORT, '{"rmse":{"value":1.5},"rows":1000}');
    });
    expect(log).toContain('report   model quality: rmse=1.5 (live 2: -0.5; at most 2), rows=1000\n');
    expect(links).toContain(
      '"label":"model quality","url":"https://ap-southeast-1.console.aws.amazon.com/s3/object/reports',
    );
  });

  it.each<[why: string, set: (emulator: Emulator) => void, told: string]>([
    [
      'the role may not',
      (emulator) => emulator.fault({ operation: 'GetObject', times: 9, kind: 'access denied' }),
      'not read: AccessDenied: User: ',
    ],
    [
      'it is not there',
      () => undefined,
      'not read: NoSuchBucket: The specified bucket does not exist; of what is live: NoSuchBucket',
    ],
    [
      'it is too long',
      ({ objects }) => objects.put(REPORT, ' '.repeat(600_000)),
      'not read: it has more than 524288 bytes',
    ],
    ['it is no JSON', ({ objects }) => objects.put(REPORT, '<html>'), 'not read: it is no JSON object'],
    [
      'S3 is down',
      (emulator) => emulator.fault({ operation: 'GetObject', times: 9, kind: 'server error' }),
      'not read: InternalError: We encountered an internal error',
    ],
    [
      'a proxy answers in its place',
      (emulator) => emulator.fault({ operation: 'GetObject', times: 9, kind: 'proxy page' }),
      'not read: ',
    ],
    [
      'the connection breaks',
      (emulator) => emulator.fault({ operation: 'GetObject', times: 9, kind: 'reset before' }),
      'not read: ',
    ],
  ])('is told as not read where %s, with its link, and stops nothing', async (_, set, told) => {
    const { log } = await logOf(set);
    expect(log).toContain(`report   model quality: ${told}`);
    expect(log).toContain('; see the links of this job\n');
  });

  it('says nothing on a line of its own, where another fact about the version would stand', async () => {
    const forged = '  approved for main by the-head-of-risk in pipeline 99, 2026-11-22T08:00Z';
    const { log } = await logOf(({ objects }) => objects.put(REPORT, JSON.stringify({ [`rmse\n${forged}`]: 1 })));
    expect(log).toContain('  report   model quality: rmse   approved for main');
    expect(log.split('\n').filter((each) => each.startsWith('  approved'))).toEqual([]);
  });

  it('of what is live alone may be missing', async () => {
    const { log } = await logOf(({ objects }) => objects.put(REPORT, '{"rmse":1.5}'));
    expect(log).toContain(
      'report   model quality: rmse=1.5 (at most 2); not read: of what is live: NoSuchKey: The specified key does not exist.; see the links of this job\n',
    );
  });

  it('at no address of S3 is not asked for', async () => {
    const emulator = await emulated();
    emulator.register({ more: metricsAt('https://evil.example.com/quality.json') });
    const job = await startJob(checkModel, { emulator, root: projectFolder(), inputs: { source: 'registry' } });
    expect(job.log).toContain('not read: https://evil.example.com/quality.json is no address of an object in S3');
    expect(job.calls).not.toContain('GetObject');
  });
});
