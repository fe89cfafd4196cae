import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heldBy, mailServerAt, recipientsIn, webhookAt } from '../../src/notify/address.ts';
import { projectFolder } from '../components/job.ts';

const HOST = 'hooks.example.com';

/** What a function of an address answers: the address, or why nothing is sent, without any part of the address. */
function answered(take: () => unknown): string {
  try {
    return String(take());
  } catch (error) {
    expect(String(error)).not.toContain('a-secret');
    return String(error).replace('NotSent: ', '');
  }
}

describe('the address of a webhook', () => {
  it.each([
    [`https://${HOST}/a-secret`, `https://${HOST}/a-secret`],
    [` https://${HOST}/a-secret\n`, `https://${HOST}/a-secret`],
    ['http://hooks.example.com/a-secret', 'the CI/CD variable HOOK holds no address that begins with https://'],
    ['ftp://127.0.0.1/a-secret', 'the CI/CD variable HOOK holds no address that begins with https://'],
    ['https://evil.example/a-secret', `the address in HOOK is not on ${HOST}, the host in the policy`],
    [`https://${HOST}.evil.example/a-secret`, `the address in HOOK is not on ${HOST}, the host in the policy`],
    ['a-secret', 'the CI/CD variable HOOK holds no address'],
    ['  ', 'no CI/CD variable HOOK is visible in this job'],
  ])('where the variable holds %j', (value, told) => {
    expect(answered(() => webhookAt('HOOK', { env: { HOOK: value }, host: HOST }))).toBe(told);
  });

  it('without encryption is only one of this machine, for no other protocol than HTTP', () => {
    const here = (HOOK: string) => answered(() => webhookAt('HOOK', { env: { HOOK }, host: '127.0.0.1' }));
    expect(here('http://127.0.0.1:9/a-secret')).toBe('http://127.0.0.1:9/a-secret');
    expect(here('ftp://127.0.0.1/a-secret')).toContain('begins with https://');
  });
});

describe('the address of a mail server', () => {
  const ELSEWHERE = 'the address in MAIL is not on smtp.example.com, the host in the policy';
  const OTHER = 'the CI/CD variable MAIL holds no address that begins with smtps:// or smtp://';
  const OPEN = 'the address in MAIL has a user or smtps://, which does not go together with tls: none';
  it.each<[value: string, encrypted: boolean, told: string]>([
    ['smtp://u:a-secret@smtp.example.com', true, 'smtp://u:a-secret@smtp.example.com'],
    ['smtps://u:a-secret@smtp.example.com', true, 'smtps://u:a-secret@smtp.example.com'],
    ['smtp://smtp.example.com', false, 'smtp://smtp.example.com'],
    ['smtp://u:a-secret@evil.example', true, ELSEWHERE],
    ['smtps://u:a-secret@evil.example', true, ELSEWHERE],
    ['https://u:a-secret@smtp.example.com', true, OTHER],
    ['smtp://u:a-secret@smtp.example.com', false, OPEN],
    ['smtps://smtp.example.com', false, OPEN],
  ])('where the variable holds %j, and encrypted: %j', (MAIL, encrypted, told) => {
    expect(answered(() => mailServerAt('MAIL', { env: { MAIL }, host: 'smtp.example.com', encrypted }))).toBe(told);
  });
});

describe('the recipients of an email', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@example.com`);
  const REFUSED = 'the CI/CD variable TO does not hold 1 to 20 email addresses';
  it.each<[what: string, value: string, told: string]>([
    ['one', 'a@example.com', 'a@example.com'],
    [
      'several, with line breaks and a comma at the end',
      'a@example.com,\nb@example.com,\n',
      'a@example.com,b@example.com',
    ],
    ['twenty', many(20).join(), many(20).join()],
    ['more', many(21).join(), REFUSED],
    ['commas alone', ',,', REFUSED],
  ])('are %s', (_, TO, told) => {
    expect(answered(() => recipientsIn('TO', { TO }))).toBe(told);
  });
});

describe('the file of a variable', () => {
  const held = (content: string) => {
    const file = join(projectFolder(), 'held');
    writeFileSync(file, content);
    return answered(() => heldBy('FILE', { FILE: file }));
  };
  it('is read without what stands around it', () => {
    expect(held('\n a-value \n')).toBe('a-value');
    expect(held('x'.repeat(8192))).toHaveLength(8192);
  });

  it('that is empty, too long or none at all is told by the name of its variable', () => {
    expect(held(' \n')).toBe('the file of the CI/CD variable FILE is empty');
    expect(held('x'.repeat(8193))).toBe('the file of the CI/CD variable FILE cannot be read');
    expect(answered(() => heldBy('FILE', { FILE: '/no/a-secret' }))).toBe(
      'the file of the CI/CD variable FILE cannot be read',
    );
  });
});
