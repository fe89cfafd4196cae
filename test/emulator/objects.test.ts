import { beforeEach, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { emulated } from '../components/job.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await emulated();
  emulator.objects.put('s3://reports/churn/quality 1.json', '{"rmse":1}');
});

/** Reads an object as the holder of a key; signatures are not checked. */
async function read(path: string, { key = 'AKIAADMIN', token = '' } = {}) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20261122/${emulator.region}/s3/aws4_request`;
  const headers = { authorization, ...(token && { 'x-amz-security-token': token }) };
  const response = await fetch(`${emulator.url}${path}`, { headers });
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

it('a role reads what its policy names, and does not learn what is not there', async () => {
  const allowed = { Effect: 'Allow' as const, Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/churn/*' };
  const expires = new Date(emulator.clock.now().getTime() + 60_000);
  const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/check/1', userId: 'A', expires, token: 'token' };
  emulator.sessions.set('ASIACHECK', { ...principal, policies: [{ Statement: [allowed] }] });
  const role = { key: 'ASIACHECK', token: 'token' };
  expect(await read('/reports/churn/quality%201.json', role)).toMatchObject({ status: 200 });
  const refused = { status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') };
  expect(await read('/reports/other.json', role)).toMatchObject(refused);
  expect(await read('/reports/churn/nothing.json', role)).toMatchObject(refused);
  expect(await read('/reports/churn/quality%201.json', { key: 'ASIANOBODY' })).toMatchObject({
    status: 403,
    text: expect.stringContaining('<Code>InvalidAccessKeyId</Code>'),
  });
});
