import { beforeEach, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { PolicyStatement } from '../../emulator/world.ts';
import { emulated } from '../components/job.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await emulated();
  emulator.objects.put('s3://reports/churn/quality 1.json', '{"rmse":1}');
});

interface Asked {
  readonly key?: string;
  readonly token?: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks S3 as the holder of a key; signatures are not checked. */
async function read(path: string, { key = 'AKIAADMIN', token = '', ...request }: Asked = {}) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20261122/${emulator.region}/s3/aws4_request`;
  const headers = { authorization, ...(token && { 'x-amz-security-token': token }), ...request.headers };
  const response = await fetch(`${emulator.url}${path}`, { ...request, headers });
  return { status: response.status, text: await response.text() };
}

it('an object is read with the bucket in the path, and its call is on record', async () => {
  expect(await read('/reports/churn/quality%201.json')).toEqual({ status: 200, text: '{"rmse":1}' });
  expect(emulator.calls.at(-1)).toMatchObject({
    service: 's3',
    operation: 'GetObject',
    input: { Bucket: 'reports', Key: 'churn/quality 1.json' },
    answer: 'ok',
  });
});

it.each([
  ['a key', '/reports/nothing.json', 'NoSuchKey'],
  ['a bucket', '/others/nothing.json', 'NoSuchBucket'],
])('%s that does not exist is told in the words of S3', async (_, path, code) => {
  expect(await read(path)).toMatchObject({ status: 404, text: expect.stringContaining(`<Error><Code>${code}</Code>`) });
});

/** A session that may do this, and nothing else. */
function roleThatMay(...Statement: PolicyStatement[]) {
  const expires = new Date(emulator.clock.now().getTime() + 60_000);
  const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/check/1', userId: 'A', expires, token: 'token' };
  emulator.sessions.set('ASIACHECK', { ...principal, policies: [{ Statement }] });
  return { key: 'ASIACHECK', token: 'token' };
}

const refused = { status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') };

it('a role reads what its policy names, and does not learn what is not there', async () => {
  const role = roleThatMay({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/churn/*' });
  expect(await read('/reports/churn/quality%201.json', role)).toMatchObject({ status: 200 });
  expect(await read('/reports/other.json', role)).toMatchObject(refused);
  expect(await read('/reports/churn/nothing.json', role)).toMatchObject(refused);
  expect(await read('/reports/churn/quality%201.json', { key: 'ASIANOBODY' })).toMatchObject({
    status: 403,
    text: expect.stringContaining('<Code>InvalidAccessKeyId</Code>'),
  });
});

it('an object is put, listed with its kind, read and deleted', async () => {
  const put = { method: 'PUT', body: 'a,1', headers: { 'content-type': 'text/csv' } };
  expect(await read('/reports/churn/a.csv', put)).toMatchObject({ status: 200 });
  const { text } = await read('/reports?list-type=2&prefix=churn%2F&max-keys=1');
  expect(text).toContain('<KeyCount>1</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated>');
  expect(text).toContain('<Contents><Key>churn/a.csv</Key></Contents>');
  expect(emulator.objects.find('reports/churn/a.csv')).toEqual({ text: 'a,1', type: 'text/csv' });
  expect(await read('/reports/churn/a.csv', { method: 'DELETE' })).toEqual({ status: 204, text: '' });
  expect(await read('/reports/churn/a.csv', { method: 'DELETE' })).toEqual({ status: 204, text: '' });
  expect(await read('/reports/churn/a.csv')).toMatchObject({ status: 404 });
});

it('a key is listed encoded for a URL where that is asked for', async () => {
  const list = '/reports?list-type=2&prefix=churn%2F';
  expect((await read(list)).text).toContain('<Key>churn/quality 1.json</Key>');
  expect((await read(`${list}&encoding-type=url`)).text).toContain('<Key>churn/quality+1.json</Key>');
});

it('an object whose bytes are others than were signed is not stored', async () => {
  const put = { method: 'PUT', body: 'a,1', headers: { 'x-amz-content-sha256': '0'.repeat(64) } };
  expect(await read('/reports/churn/a.csv', put)).toMatchObject({
    status: 400,
    text: expect.stringContaining('XAmzContentSHA256Mismatch'),
  });
  expect(emulator.objects.find('reports/churn/a.csv')).toBeUndefined();
});

it('a role lists the keys that its policy names, which does not tell it by reading what is not there', async () => {
  const Condition = { StringLike: { 's3:prefix': 'churn/*' } };
  const role = roleThatMay(
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::reports', Condition },
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/churn/*' },
  );
  expect(await read('/reports?list-type=2&prefix=churn/q', role)).toMatchObject({ status: 200 });
  expect(await read('/reports?list-type=2&prefix=other/', role)).toMatchObject(refused);
  expect(await read('/reports?list-type=2', role)).toMatchObject(refused);
  expect(await read('/reports/churn/nothing.json', role)).toMatchObject(refused);
});
