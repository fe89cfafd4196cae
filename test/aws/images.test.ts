import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@smithy/core/checksum';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AwsHandler } from '../../src/aws/handler.ts';
import { imageAt, lookForImage } from '../../src/aws/images.ts';
import { lookForObject } from '../../src/aws/objects.ts';
import type { Access } from '../../src/aws/signed-request.ts';

const IMAGE = '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/team/churn:1.2';
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A service on this machine that always answers so; what it was asked. */
async function answering(status: number, body: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-amz-target'] ?? ''}`.trim());
    response.writeHead(status).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  const signing = { credentials, region: 'ap-southeast-1', sha256: Sha256 };
  const access: Access = { url: `http://127.0.0.1:${port}`, signing, handler: new AwsHandler({ wholeTimeout: 2_000 }) };
  return { access, asked };
}

describe('an image in ECR', () => {
  it.each([
    [IMAGE, { registry: '111122223333', region: 'ap-southeast-1', repository: 'team/churn', id: { imageTag: '1.2' } }],
    [IMAGE.replace(':1.2', ''), { id: { imageTag: 'latest' } }],
    [`${IMAGE}@${DIGEST}`, { repository: 'team/churn', id: { imageDigest: DIGEST } }],
    [IMAGE.replace(':1.2', `@${DIGEST}`), { id: { imageDigest: DIGEST } }],
    [IMAGE.replace('ap-southeast-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn'), { region: 'cn-north-1' }],
  ])('has its place in its name: %s', (image, place) => {
    expect(imageAt(image)).toMatchObject(place);
  });

  it.each(['docker.io/team/churn:1', 'image:1', `${IMAGE} `, IMAGE.replace('amazonaws.com', 'example.com')])(
    'is not looked for where it is none: %s',
    async (image) => {
      const { access, asked } = await answering(200, '{}');
      expect(await lookForImage(image, () => access)).toEqual({ is: 'not known', why: 'it is not in ECR' });
      expect(asked).toEqual([]);
    },
  );

  const refusal = (code: string) => JSON.stringify({ __type: `com.amazonaws.ecr#${code}`, message: 'No.' });
  it.each<[given: string, status: number, body: string, found: object]>([
    ['there is one', 200, '{"images":[{}],"failures":[]}', { is: 'there' }],
    ['there is none', 200, '{"images":[],"failures":[{"failureCode":"ImageNotFound"}]}', { is: 'gone' }],
    [
      'ECR cannot say',
      200,
      '{"images":[],"failures":[{"failureCode":"KmsError"}]}',
      { is: 'not known', why: 'KmsError' },
    ],
    ['ECR says nothing', 200, '{"images":[],"failures":[]}', { is: 'not known' }],
    ['its repository is gone', 400, refusal('RepositoryNotFoundException'), { is: 'gone' }],
    ['nobody may look', 400, refusal('AccessDeniedException'), { is: 'not known', why: 'AccessDeniedException: No.' }],
    ['the request is throttled', 400, refusal('ThrottlingException'), { is: 'not known' }],
    ['a proxy answers', 200, '<html>', { is: 'not known' }],
  ])('is there, gone or not known, and never fine by mistake: %s', async (_, status, body, found) => {
    const { access, asked } = await answering(status, body);
    expect(await lookForImage(IMAGE, () => access)).toMatchObject(found);
    expect(asked).toEqual(['POST / AmazonEC2ContainerRegistry_V20150921.BatchGetImage']);
  });
});

describe('data in S3', () => {
  const DATA = 's3://models/churn/1/a b.tar.gz';
  const list = (count: number, key = '') =>
    `<ListBucketResult><KeyCount>${count}</KeyCount>${count > 0 ? `<Contents><Key>${key}</Key></Contents>` : ''}</ListBucketResult>`;
  const error = (code: string) => `<Error><Code>${code}</Code><Message>No.</Message></Error>`;
  it.each<[given: string, status: number, body: string, isPrefix: boolean, found: object]>([
    ['it is there', 200, list(1, 'churn/1/a+b.tar.gz'), false, { is: 'there' }],
    ['only a longer key is there', 200, list(1, 'churn/1/a+b.tar.gz.old'), false, { is: 'gone' }],
    ['keys begin so', 200, list(1, 'churn/1/a+b.tar.gz/part-1'), true, { is: 'there' }],
    ['no key begins so', 200, list(0), true, { is: 'gone' }],
    ['its bucket is gone', 404, error('NoSuchBucket'), false, { is: 'gone' }],
    ['nobody may look', 403, error('AccessDenied'), false, { is: 'not known', why: 'AccessDenied: No.' }],
    ['its bucket is in another region', 301, error('PermanentRedirect'), false, { is: 'not known' }],
    ['something else says that there is nothing', 404, '<html>', false, { is: 'not known' }],
    [
      'a list counts a key and names none',
      200,
      '<KeyCount>1</KeyCount>',
      false,
      { is: 'not known', why: 'the answer is not from S3 (HTTP 200)' },
    ],
    ['a proxy answers', 200, '<html>', false, { is: 'not known' }],
  ])('is there, gone or not known, and never fine by mistake: %s', async (_, status, body, isPrefix, found) => {
    const { access, asked } = await answering(status, body);
    expect(await lookForObject(access, { address: DATA, isPrefix })).toMatchObject(found);
    const query = 'list-type=2&max-keys=1&encoding-type=url&prefix=churn%2F1%2Fa%20b.tar.gz';
    expect(asked.map((each) => each.replace('GET /models?', '').split('&').sort())).toEqual([query.split('&').sort()]);
  });
});
