import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@smithy/core/checksum';
import { describe, expect, it, onTestFinished } from 'vitest';
import { objectUrl } from '../../src/aws/console.ts';
import { AwsHandler } from '../../src/aws/handler.ts';
import { isTrustedForObjects, refuseOtherServices } from '../../src/aws/hosts.ts';
import { objectsBy, readObject } from '../../src/aws/objects.ts';
import type { Access } from '../../src/aws/signed-request.ts';
import { troubleOf } from '../../src/aws/trouble.ts';

/** Access to an S3 on this machine, which answers as the listener does. */
async function accessTo(listener: RequestListener): Promise<Access> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return accessBy(`http://127.0.0.1:${port}`);
}

function accessBy(url: string): Access {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: SECRET, sessionToken: 'token' };
  const handler = new AwsHandler({ wholeTimeout: 2_000, trusts: isTrustedForObjects });
  return { url, signing: { credentials, region: 'ap-southeast-1', sha256: Sha256 }, handler };
}

const SECRET = 'secret';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The signature that S3 would make of a request, by its own account of the way
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 */
function signatureOf({ method, url = '', headers }: IncomingMessage, body = ''): string {
  const [, scope = '', names = ''] =
    /Credential=\w+\/(\S+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const signed = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const [path = '', query = ''] = url.split('?');
  const canonical = [method, path, query.split('&').sort().join('&'), signed.join(''), names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key, toSign).toString('hex');
}

describe('an object of S3', () => {
  it('is asked for once, signed for S3, with its bucket in the path and its key encoded', async () => {
    const asked: unknown[] = [];
    const expected: string[] = [];
    const access = await accessTo((request, response) => {
      const { method, url, headers } = request;
      asked.push({ method, url, authorization: headers.authorization, token: headers['x-amz-security-token'] });
      expected.push(signatureOf(request));
      response.end('{"rmse":1}');
    });
    expect(await readObject(access, "s3://reports/a b/(1)'+=.json", 100)).toEqual({ is: 'read', text: '{"rmse":1}' });
    expect(asked).toEqual([
      {
        method: 'GET',
        url: '/reports/a%20b/%281%29%27%2B%3D.json',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/ap-southeast-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
        ),
        token: 'token',
      },
    ]);
    expect(JSON.stringify(asked)).toContain(`Signature=${expected[0]}`);
  });

  it('of as many bytes as are read is whole, and one of a byte more is not read', async () => {
    const access = await accessTo((_, response) => response.end('12345'));
    expect(await readObject(access, 's3://b/k', 5)).toEqual({ is: 'read', text: '12345' });
    expect(await readObject(access, 's3://b/k', 4)).toEqual({ is: 'not read', why: 'it has more than 4 bytes' });
  });

  it('is not followed elsewhere', async () => {
    const access = await accessTo((_, response) => {
      const xml = '<Error><Code>PermanentRedirect</Code><Message>Use another endpoint.</Message></Error>';
      response.writeHead(301, { location: 'https://evil.example.com/' }).end(xml);
    });
    expect(await readObject(access, 's3://b/k', 1_000)).toEqual({
      is: 'not read',
      why: 'PermanentRedirect: Use another endpoint.',
    });
  });

  it.each([
    's3://../other/key',
    's3://reports/a/../../other/key',
    's3://reports/.',
    's3://evil@reports/key',
    's3://arn:aws:s3:::reports/key',
    's3://reports/half\uD800',
    'https://reports.s3.amazonaws.com/key',
    's3://reports',
  ])(
    'is asked for by no address but that of one object, and the console has no page of another: %s',
    async (address) => {
      const asked: unknown[] = [];
      const access = await accessTo(({ url }, response) => void response.end(asked.push(url)));
      const why = `${address} is no address of an object in S3`;
      expect(await readObject(access, address, 100)).toEqual({ is: 'not read', why });
      expect([asked, objectUrl({ region: 'ap-southeast-1' }, address)]).toEqual([[], undefined]);
    },
  );

  it.each(['https://evil.example.com', 'https://reports.s3.amazonaws.com', 'http://s3.ap-southeast-1.amazonaws.com'])(
    'is asked for nowhere but of S3, by https: %s',
    async (url) => {
      expect(await readObject(accessBy(url), 's3://b/k', 10)).toEqual({
        is: 'not read',
        why: expect.stringContaining('a host that is not AWS'),
      });
    },
  );
});

interface AskedOf {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly isSigned: boolean;
}

/** An S3 that answers each request in turn, and what it was asked. */
async function objectsOf(...answers: readonly { status?: number; body?: string; type?: string }[]) {
  const asked: AskedOf[] = [];
  const access = await accessTo(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method, url, headers } = request;
    const isSigned = headers.authorization?.endsWith(`Signature=${signatureOf(request, body)}`) === true;
    const { status = 200, body: answer = '', type = 'text/xml' } = answers[asked.length] ?? {};
    asked.push({ method, url, headers, body, isSigned });
    response.writeHead(status, { 'content-type': type }).end(answer);
  });
  return { objects: objectsBy(access), asked };
}

const FOUND = {
  body: '<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>out/a.out</Key></Contents></ListBucketResult>',
};
const NOTHING = { body: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>' };
const LONGER = {
  body: '<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>out/a.out.old</Key></Contents></ListBucketResult>',
};

describe('an object of a job', () => {
  it('is put whole, with its type and its length, signed with what it holds', async () => {
    const { objects, asked } = await objectsOf({});
    await objects.put('s3://bucket/in/payload', { body: Buffer.from('a,1'), contentType: 'text/csv' });
    expect(asked).toMatchObject([{ method: 'PUT', url: '/bucket/in/payload', body: 'a,1', isSigned: true }]);
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'text/csv',
      'content-length': '3',
      'x-amz-content-sha256': sha256('a,1'),
    });
  });

  it('is read when its key is listed, byte by byte, with its type', async () => {
    const { objects, asked } = await objectsOf(FOUND, { body: '[1]', type: 'application/json' });
    const found = await objects.find('s3://bucket/out/a.out', 10);
    expect(found).toEqual({ body: Buffer.from('[1]'), contentType: 'application/json' });
    expect(asked).toMatchObject([
      { method: 'GET', url: '/bucket?encoding-type=url&list-type=2&max-keys=1&prefix=out%2Fa.out', isSigned: true },
      { method: 'GET', url: '/bucket/out/a.out', isSigned: true },
    ]);
  });

  it.each([
    ['no key', NOTHING],
    ['another key that begins alike', LONGER],
  ])('is not there while %s is listed, and is not asked for', async (_, listed) => {
    const { objects, asked } = await objectsOf(listed);
    expect(await objects.find('s3://bucket/out/a.out', 10)).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('is deleted', async () => {
    const { objects, asked } = await objectsOf({ status: 204 });
    await objects.remove('s3://bucket/in/payload');
    expect(asked).toMatchObject([{ method: 'DELETE', url: '/bucket/in/payload', isSigned: true }]);
  });

  it.each([
    ['that is denied', 403, '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>', 'denied'],
    ['that S3 has no time for', 503, '<Error><Code>SlowDown</Code><Message>Wait.</Message></Error>', 'throttled'],
    ['that fails in S3', 500, '<Error><Code>InternalError</Code></Error>', 'server error'],
    ['that a proxy answers for', 200, '<html>', 'not AWS'],
    ['that a proxy keeps from S3', 403, '<html>No.</html>', 'not AWS'],
    ['whose bucket does not exist', 404, '<Error><Code>NoSuchBucket</Code><Message>No.</Message></Error>', 'other'],
  ])('%s is an error of its own kind', async (_, status, body, trouble) => {
    const { objects } = await objectsOf({ status, body });
    const error = await objects.find('s3://bucket/out/a.out', 10).catch((thrown: unknown) => thrown);
    expect(troubleOf(error)).toBe(trouble);
  });

  it('that is longer than it may be is an error, not a part of it', async () => {
    const { objects } = await objectsOf(FOUND, { body: '12345' });
    await expect(objects.find('s3://bucket/out/a.out', 4)).rejects.toThrow('it has more than 4 bytes');
  });
});

describe('the hosts of S3', () => {
  const trusts = (hostname: string) => isTrustedForObjects({ protocol: 'https:', hostname });

  it.each([
    's3.ap-southeast-1.amazonaws.com',
    's3.cn-north-1.amazonaws.com.cn',
    's3-fips.us-gov-west-1.amazonaws.com',
    's3.dualstack.us-east-1.amazonaws.com',
    'bucket.vpce-0123-abcd.s3.ap-southeast-1.vpce.amazonaws.com',
  ])('may be asked for an object: %s', (host) => expect(trusts(host)).toBe(true));

  it.each([
    'evil.s3.amazonaws.com',
    's3.amazonaws.com.evil.example.com',
    'sts.amazonaws.com',
    's3-website.amazonaws.com',
  ])('are no others: %s', (host) => expect(trusts(host)).toBe(false));

  it('never get the token of the job, whatever a variable says', () => {
    const s3 = 'https://s3.ap-southeast-1.amazonaws.com';
    expect(() => refuseOtherServices({ AWS_ENDPOINT_URL_S3: s3 })).not.toThrow();
    expect(() => refuseOtherServices({ AWS_ENDPOINT_URL: s3 })).toThrow(/AWS_ENDPOINT_URL is /);
    expect(() => refuseOtherServices({ AWS_ENDPOINT_URL_STS: s3 })).toThrow(/AWS_ENDPOINT_URL_STS is /);
    expect(() => refuseOtherServices({ AWS_ENDPOINT_URL_S3: 'https://sts.amazonaws.com' })).toThrow(/_S3 is /);
  });
});
