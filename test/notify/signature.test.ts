import { describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/notify/webhook.ts';

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
const sent = { id: '42/7/approved', body: '{}', time: new Date('2026-11-26T09:30:00.900Z') };

describe('the signature of a webhook', () => {
  it('is the one of the example of Standard Webhooks', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', time: new Date(1614265330000) };
    expect(signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('names the second in which it was sent', () => {
    expect(signatureHeaders(secretOf(24), sent)['webhook-timestamp']).toBe('1795685400');
  });

  it.each([24, 64])('takes a secret of %i bytes', (bytes) => {
    expect(signatureHeaders(secretOf(bytes), sent)['webhook-signature']).toMatch(/^v1,/);
  });

  it.each([secretOf(23), secretOf(65), 'a-secret', secretOf(32).slice(1)])(
    'refuses %j, and does not say it',
    (secret) => {
      expect(() => signatureHeaders(secret, sent)).toThrow(/^the secret is not "whsec_" and 24 to 64 bytes in base64$/);
    },
  );
});
