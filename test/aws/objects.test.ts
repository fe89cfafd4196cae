import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@smithy/core/checksum';
import { describe, expect, it, onTestFinished } from 'vitest';
import { objectUrl } from '../../src/aws/console.ts';
import { AwsHandler } from '../../src/aws/handler.ts';
import { isTrustedForObjects, refuseOtherServices } from '../../src/aws/hosts.ts';
import { type ObjectAccess, readObject } from '../../src/aws/objects.ts';

/** Access to an S3 on this machine, which answers as the listener does. */
async function accessTo(listener: RequestListener): Promise<ObjectAccess> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return accessBy(`http://127.0.0.1:${port}`);
}

function accessBy(url: string): ObjectAccess {
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
function signatureOf({ method, url = '', headers }: IncomingMessage): string {
  const [, scope = '', names = ''] =
    /Credential=\w+\/(\S+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const signed = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, url, '', signed.join(''), names, sha256('')].join('\n');
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
