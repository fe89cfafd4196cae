import { describe, expect, it } from 'vitest';
import {
  besideValidation,
  besideVerdict,
  readAsked,
  readComment,
  type Verdict,
} from '../../src/registry/companions.ts';
import { ENTRY_KEYS } from '../../src/registry/entry-keys.ts';
import { validationValue, verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from './package.ts';

const holder = (metadata: Record<string, string>) => modelPackage({ version: 1, approval: 'Approved', metadata });
const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  kind: 'approved',
  environment: 'uat',
  job: '7',
  comment: 'Good.',
  ...more,
});

/** So many entries of a team. */
const metadataOf = (entries: number) =>
  Object.fromEntries(Array.from({ length: entries }, (_, number) => [`metric-${number}`, '1']));

/** What SageMaker accepts as a metadata value. */
const ACCEPTED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

describe('what stands beside a verdict', () => {
  it.each<[when: string, metadata: Record<string, string>, verdict: Partial<Verdict>, beside: object]>([
    ['its comment', {}, {}, { 'approved.uat.comment': 'job=7 Good.' }],
    ['nothing, where nothing was said', {}, { comment: '  ' }, {}],
    [
      'no comment of an earlier approval',
      { 'approved.uat.comment': 'job=3 Very good.' },
      { comment: '' },
      { 'approved.uat.comment': 'job=7' },
    ],
    [
      'the approval that it replaces, whatever that is',
      { 'approved.uat': 'by=lim' },
      { comment: '' },
      { 'approved.uat.before': 'by=lim' },
    ],
    ['no approval of another environment', { 'approved.dev': 'by=lim' }, { comment: '' }, {}],
    [
      'the reason of a rejection, and no approval',
      { 'approved.uat': 'by=lim' },
      { kind: 'withdrawn' },
      { 'withdrawn.uat.comment': 'job=7 Good.' },
    ],
    ['no reason of a rejection that would have no room for it', metadataOf(49), { kind: 'withdrawn' }, {}],
    [
      'its reason, where there is just room',
      { ...metadataOf(48) },
      { kind: 'withdrawn' },
      { 'withdrawn.uat.comment': 'job=7 Good.' },
    ],
    [
      'only the first reason',
      { 'withdrawn.dev': 'by=lim', 'withdrawn.dev.comment': 'job=3 Too coarse.' },
      { kind: 'withdrawn' },
      {},
    ],
    [
      'its reason, in place of one that stands beside an entry which cannot be read, and no approval before',
      { 'withdrawn.uat': 'by=lim', 'withdrawn.uat.comment': 'job=3 Planted.' },
      { kind: 'withdrawn' },
      { 'withdrawn.uat.comment': 'job=7 Good.' },
    ],
    [
      'its reason, where another stands without its rejection',
      { 'withdrawn.dev.comment': 'job=3 Planted.' },
      { kind: 'withdrawn' },
      { 'withdrawn.uat.comment': 'job=7 Good.' },
    ],
    [
      'the comment of an approval, whatever was rejected',
      { 'withdrawn.dev': 'by=lim', 'withdrawn.dev.comment': 'job=3 Too coarse.' },
      {},
      { 'approved.uat.comment': 'job=7 Good.' },
    ],
  ])('is %s', (_, metadata, more, beside) => {
    expect(besideVerdict(metadata, verdict(more))).toEqual(beside);
  });

  it.each([
    ['RMSE fell by 3 %, "as asked"', 'job=7 RMSE fell by 3 as asked'],
    ['ok; $(id) `id` <b>', 'job=7 ok id id b'],
    ['wie gewünscht, 三', 'job=7 wie gewünscht 三'],
    ['\u{1F680}', 'job=7'],
  ])('has spaces for the signs that SageMaker refuses: %s', (comment, value) => {
    expect(besideVerdict({}, verdict({ comment }))).toEqual({ 'approved.uat.comment': value });
    expect(value).toMatch(ACCEPTED);
  });

  it.each(['é'.repeat(300), '\u{20000}'.repeat(200)])('is cut where it is too long, and shows the cut', (comment) => {
    const value = besideVerdict({}, verdict({ comment }))['approved.uat.comment'] ?? '';
    expect(value).toMatch(ACCEPTED);
    expect(value.length).toBeLessThanOrEqual(256);
    expect(value.endsWith('+')).toBe(true);
  });

  it.each(['é'.repeat(250), 'é'.repeat(251)])('is cut only beyond 256 characters', (comment) => {
    const value = besideVerdict({}, verdict({ comment }))['approved.uat.comment'] ?? '';
    expect(value).toHaveLength(256);
    expect(value.endsWith('+')).toBe(comment.length > 250);
  });
});

describe('a comment in the registry', () => {
  const approved = { 'approved.uat': verdictValue(CONTENT, { job: '7' }) };
  it.each([
    ['of the job that approved', { ...approved, 'approved.uat.comment': 'job=7 Good.' }, 'Good.'],
    ['of another job', { ...approved, 'approved.uat.comment': 'job=8 Planted.' }, undefined],
    ['without a job', { ...approved, 'approved.uat.comment': 'Planted.' }, undefined],
    ['without words', { ...approved, 'approved.uat.comment': 'job=7' }, undefined],
    ['without its approval', { 'approved.uat.comment': 'job=7 Planted.' }, undefined],
    ['beside an approval that cannot be read', { 'approved.uat': 'yes', 'approved.uat.comment': 'job=7 P' }, undefined],
  ])('%s is read, or not', (_, metadata, words) => {
    expect(readComment(holder(metadata), 'approved', 'uat')).toBe(words);
  });

  it('is a reason beside a rejection', () => {
    const withdrawn = {
      'withdrawn.uat': verdictValue(CONTENT, { job: '8' }),
      'withdrawn.uat.comment': 'job=8 Too old.',
    };
    expect(readComment(holder(withdrawn), 'withdrawn', 'uat')).toBe('Too old.');
  });
});

describe('what was asked before a validation', () => {
  const asked = { payload: 'a1'.repeat(32), requests: 20, median_ms: 41, slowest_ms: 95 };
  const validated = { 'validated.uat': validationValue(CONTENT, { job: '9' }) };

  it('is read as it was written', () => {
    const beside = besideValidation('uat', '9', asked);
    expect(beside['validated.uat.asked']).toMatch(ACCEPTED);
    expect(readAsked(holder({ ...validated, ...beside }), 'uat')).toEqual({ is: 'read', value: asked });
  });

  it('fits SageMaker with the largest numbers that occur', () => {
    const numbers = { requests: 1000, median_ms: 999_999_999, slowest_ms: 999_999_999 };
    const value = besideValidation('uat', '9'.repeat(15), { ...asked, ...numbers })['validated.uat.asked'];
    expect(value).toHaveLength(ENTRY_KEYS.find((row) => 'companion' in row && row.companion === 'asked')?.longest ?? 0);
  });

  it.each([
    ['is of another job', { job: '8' }],
    ['has more requests than a validation sends', { requests: 1_000_000 }],
    ['has no request', { requests: 0 }],
    ['has a median above the slowest', { median_ms: 96 }],
    ['says something twice', { requests: '20 requests=900' }],
    ['has a number that is none', { requests: 'many' }],
    ['has a payload that is no hash', { payload: 'x' }],
    ['has a word that we do not write', { trust: 'me' }],
  ])('is unreadable where it %s', (_, words) => {
    const value = Object.entries({ job: '9', ...asked, ...words }).map(([name, word]) => `${name}=${word}`);
    const beside = { 'validated.uat.asked': value.join(' ') };
    expect(readAsked(holder({ ...validated, ...beside }), 'uat')).toMatchObject({ is: 'unreadable' });
  });

  it('is absent where nothing tells it, and unreadable without its validation', () => {
    expect(readAsked(holder(validated), 'uat')).toEqual({ is: 'absent' });
    expect(readAsked(holder(besideValidation('uat', '9', asked)), 'uat')).toMatchObject({ is: 'unreadable' });
  });
});
