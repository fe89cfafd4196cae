import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../../src/notify/channel.ts';
import { patience } from '../../src/notify/in-time.ts';
import { messageOf } from '../../src/notify/message.ts';
import * as sending from '../../src/notify/send.ts';
import { projectFolder } from '../components/job.ts';
import { UAT_JOB } from '../preview/known.ts';
import { certificate } from './certificate.ts';
import { mailServer, PASSWORD, rawWebhook, trust, tunnel, webhook } from './receiver.ts';

const NOW = new Date('2026-11-26T09:30:00Z');
const message = messageOf(
  { event: 'approved', title: 'ResalePriceModelGroup version 3 was approved for uat by jane', facts: [] },
  UAT_JOB,
  NOW,
);

/** Sends a message by one channel, with the variables of a job. */
const sendBy = (channel: Channel, told: typeof message, env: Record<string, string>) =>
  sending.sendBy(channel, told, { env, signal: patience() });

const told = { address: 'ADDRESS', notify_failures: false };
const slack = { channel: 'slack', host: 'localhost', ...told } as const;
const signed = { channel: 'webhook', host: 'localhost', secret: 'SECRET', ...told } as const;
const email = {
  channel: 'email',
  host: 'localhost',
  server: 'SERVER',
  from: 'FROM',
  tls: 'required',
  ...told,
} as const;

describe('a webhook', () => {
  it.each([200, 204])('gets one message, and accepts it by HTTP %s', async (answer) => {
    const { received, address } = await webhook({ answer });
    const line = await sendBy(slack, message, { ADDRESS: address });
    expect(line).toBe('Told by slack (ADDRESS): approved.');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      path: '/services/T0/B0/a-secret',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('is read from a file, as a CI/CD variable of type file gives it', async () => {
    const { received, address } = await webhook();
    const file = join(projectFolder(), 'SLACK');
    writeFileSync(file, `${address}\n`);
    expect(await sendBy(slack, message, { ADDRESS: file })).toBe('Told by slack (ADDRESS): approved.');
    expect(received).toHaveLength(1);
  });

  it('is reached by TLS where the runner trusts its certificate', async () => {
    const certified = certificate();
    trust(certified);
    const { received, address } = await webhook({ tls: certified });
    expect(await sendBy(slack, message, { ADDRESS: address })).toBe('Told by slack (ADDRESS): approved.');
    expect(received).toHaveLength(1);
  });

  it('is reached through the proxy of the runner, and past it where NO_PROXY names its host', async () => {
    const certified = certificate();
    trust(certified);
    const [{ received, address }, { asked, at }] = [await webhook({ tls: certified }), await tunnel()];
    const { host } = new URL(address);
    expect(await sendBy(slack, message, { ADDRESS: address, HTTPS_PROXY: at })).toMatch(/^Told/);
    expect(asked).toEqual([host]);
    expect(await sendBy(slack, message, { ADDRESS: address, HTTPS_PROXY: at, NO_PROXY: 'localhost' })).toMatch(/^Told/);
    expect([asked.length, received.length]).toEqual([1, 2]);
  });

  it.each([
    [400, 'the receiver answered with HTTP 400'],
    [302, 'the receiver answered with HTTP 302'],
    [503, 'the receiver answered with HTTP 503'],
  ])('that answers with HTTP %s is asked once, and its words are not told', async (answer, why) => {
    const { received, address } = await webhook({ answer });
    const line = await sendBy(slack, message, { ADDRESS: address });
    expect(line).toBe(`Warning: not told by slack (ADDRESS): approved: ${why}. This job ends as it would have ended.`);
    expect(received).toHaveLength(1);
  });

  it('that never ends its answer is not waited for, and one that never ends its headers is told', async () => {
    const begun = `HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n${'x'.repeat(10_000)}`;
    expect(await sendBy(slack, message, { ADDRESS: await rawWebhook(begun) })).toMatch(/^Told/);
    const headers = `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}`;
    const line = await sendBy(slack, message, { ADDRESS: await rawWebhook(headers) });
    expect(line).toContain('the receiver was not reached (HPE_HEADER_OVERFLOW)');
  });

  it('that lets its answer drip is left when the time has ended', async () => {
    const ended = new AbortController();
    const address = await rawWebhook('HTTP/1.1 200 OK\r\nx: x', () => ended.abort());
    const line = await sending.sendBy(slack, message, { env: { ADDRESS: address }, signal: ended.signal });
    expect(line).toMatch(/^Warning: not told by slack \(ADDRESS\): approved: /);
    expect(line).not.toContain('a-secret');
  });

  it('that nobody trusts gets nothing', async () => {
    const { received, address } = await webhook({ tls: certificate() });
    const line = await sendBy(slack, message, { ADDRESS: address });
    expect(line).toContain('the certificate of the receiver is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(received).toHaveLength(0);
  });

  it.each([
    ['no variable', {}, 'no CI/CD variable ADDRESS is visible in this job'],
    ['no address', { ADDRESS: 'a-secret' }, 'the CI/CD variable ADDRESS holds no address'],
    ['no encryption', { ADDRESS: 'http://hooks.example.com/a-secret' }, 'holds no address that begins with https://'],
    [
      'another host',
      { ADDRESS: 'https://elsewhere.example.com/a-secret' },
      'is not on localhost, the host in the policy',
    ],
    ['the host as a user', { ADDRESS: 'https://localhost@elsewhere.example.com/a-secret' }, 'is not on localhost'],
    [
      'a file that is not there',
      { ADDRESS: '/nowhere/a-secret' },
      'the file of the CI/CD variable ADDRESS cannot be read',
    ],
    ['a file without an end', { ADDRESS: '/dev/zero' }, 'the file of the CI/CD variable ADDRESS cannot be read'],
    ['nobody who listens', { ADDRESS: 'https://localhost:9/a-secret' }, 'the receiver was not reached (ECONNREFUSED)'],
  ])('with %s is a line without the address', async (_, env, why) => {
    const line = await sendBy(slack, message, env);
    expect(line).toContain(why);
    expect(line).not.toContain('a-secret');
  });
});

describe('an email', () => {
  const env = (server: string) => ({
    SERVER: server,
    FROM: 'mlops@example.com',
    ADDRESS: 'a@example.com, b@example.com',
  });
  const withPassword = (at: string) => env(`smtp://mailer:${PASSWORD}@${at}`);

  it('arrives by STARTTLS, once for everybody, as plain text and HTML', async () => {
    const certified = certificate();
    trust(certified);
    const { received, at } = await mailServer(certified);
    expect(await sendBy(email, message, withPassword(at))).toBe('Told by email (ADDRESS): approved.');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      from: 'mlops@example.com',
      to: ['a@example.com', 'b@example.com'],
      user: 'mailer',
      secure: true,
    });
    expect(received[0]?.source).toMatch(/^Subject: ResalePriceModelGroup version 3 was approved for uat by jane\r$/m);
    expect(received[0]?.source).toMatch(/^Content-Type: text\/plain/m);
    expect(received[0]?.source).toMatch(/^Content-Type: text\/html/m);
    expect(received[0]?.source).toMatch(/^Message-ID: <42\.7\.approved@example\.com>\r$/m);
  });

  it('arrives by TLS from the first byte', async () => {
    const certified = certificate();
    trust(certified);
    const { received, at } = await mailServer({ ...certified, secure: true });
    const line = await sendBy(email, message, env(`smtps://mailer:${PASSWORD}@${at}`));
    expect(line).toBe('Told by email (ADDRESS): approved.');
    expect(received).toHaveLength(1);
  });

  it('arrives by a relay without TLS only where the policy says tls: none', async () => {
    const { received, at } = await mailServer({ disabledCommands: ['STARTTLS'] });
    expect(await sendBy(email, message, env(`smtp://${at}`))).toContain('Warning: not told by email');
    expect(await sendBy({ ...email, tls: 'none' }, message, env(`smtp://${at}`))).toMatch(/^Told/);
    expect(received.map(({ secure }) => secure)).toEqual([false]);
  });

  it.each<[string, SMTPServerOptions, string, 'required' | 'none', RegExp]>([
    [
      'a certificate that nobody trusts',
      {},
      'smtp://mailer:a-secret@',
      'required',
      /the certificate of the receiver is not trusted \(ESOCKET\)/,
    ],
    ['a password without encryption', {}, 'smtp://mailer:a-secret@', 'none', /does not go together with tls: none/],
    ['no STARTTLS, and a password', { disabledCommands: ['STARTTLS'] }, 'smtp://mailer:a-secret@', 'required', /ETLS/],
  ])('with %s is not sent, and no password is told', async (_, options, server, tls, why) => {
    const { received, at } = await mailServer(options);
    const line = await sendBy({ ...email, tls }, message, env(`${server}${at}`));
    expect(line).toMatch(why);
    expect(line).not.toContain('a-secret');
    expect(received).toHaveLength(0);
  });

  it('with a wrong password says so, without what the server answers', async () => {
    const certified = certificate();
    trust(certified);
    const { at } = await mailServer(certified);
    const line = await sendBy(email, message, env(`smtp://mailer:a-secret@${at}`));
    expect(line).toContain('(EAUTH)');
    expect(line).not.toContain('a-secret');
  });

  it.each(['smtp://mailer:50%off@localhost', 'smtp://50%off:p@localhost'])(
    'with a percent sign that encodes nothing says what to write: %s',
    async (server) => {
      const line = await sendBy(email, message, env(server));
      expect(line).toContain('the address in SERVER has a user or a password with a % that encodes nothing: write %25');
      expect(line).not.toContain('50');
    },
  );

  it('that is refused for one recipient is told as not sent', async () => {
    const certified = certificate();
    trust(certified);
    const { at } = await mailServer({
      ...certified,
      onRcptTo: ({ address }, _, done) => done(address.startsWith('b') ? new Error('unknown b@example.com') : null),
    });
    const line = await sendBy(email, message, withPassword(at));
    expect(line).toContain('the server refused 1 of 2 recipients');
    expect(line).not.toContain('example.com');
  });

  it.each(['a@example.com\nBcc: c@example.com', 'not an address', 'a@b@c', '<a@example.com>'])(
    'is not sent to %j',
    async (to) => {
      const line = await sendBy(email, message, { ...env('smtp://localhost:9'), ADDRESS: to });
      expect(line).toContain('does not hold 1 to 20 email addresses');
    },
  );
});

describe('a signed webhook', () => {
  const key = Buffer.alloc(32, 7).toString('base64');

  it('gets what happened as JSON, with the headers of Standard Webhooks', async () => {
    const { received, address } = await webhook();
    const line = await sendBy(signed, message, { ADDRESS: address, SECRET: `whsec_${key}` });
    expect(line).toBe('Told by webhook (ADDRESS): approved.');
    expect(received[0]?.headers['webhook-id']).toBe('42/7/approved');
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      id: '42/7/approved',
      event: 'approved',
      environment: 'uat',
    });
  });

  it.each([{}, { SECRET: 'a-secret' }, { SECRET: 'whsec_c2hvcnQ=' }])(
    'without a secret gets nothing: %j',
    async (env) => {
      const { received, address } = await webhook();
      const line = await sendBy(signed, message, { ADDRESS: address, ...env });
      expect(line).toMatch(/^Warning: not told by webhook/);
      expect(received).toHaveLength(0);
    },
  );
});
