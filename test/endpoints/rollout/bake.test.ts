import { describe, expect, it } from 'vitest';
import { alarms } from '../../../src/endpoints/description/alarms.ts';
import { failuresWatched } from '../../../src/endpoints/description/alarms-effects.ts';
import { judgeBake } from '../../../src/endpoints/rollout/bake.ts';
import { upperShare } from '../../../src/statistics/proportion.ts';

describe('the error rate that a bake excludes', () => {
  // scipy.stats.beta.ppf(0.95, errors + 1, requests - errors), SciPy 1.17.1.
  it.each([
    [0, 1, 0.95],
    [0, 10, 0.2588655508930522],
    [1, 10, 0.39416330243650466],
    [5, 10, 0.7775588989918706],
    [0, 59, 0.04950760988822693],
    [1, 59, 0.0778979215188183],
    [5, 59, 0.16996255552575096],
    [0, 300, 0.009936081944457708],
    [1, 300, 0.01571455489158395],
    [5, 300, 0.03472224430129498],
    [0, 312, 0.009555756807037344],
    [1, 312, 0.015113773151500549],
    [5, 312, 0.033398624446883726],
    [0, 3000, 0.0009980790119965865],
    [5, 3000, 0.0035011258326776203],
    [0, 100_000, 2.9956874019427947e-5],
    [5, 100_000, 0.0001051274511724034],
  ])('by %i errors in %i requests is the bound of Clopper and Pearson', (errors, requests, expected) => {
    expect(upperShare(errors, requests)).toBeCloseTo(expected, 10);
  });

  it.each([
    [1, 1],
    [10, 10],
    [0, 0],
  ])('by %i errors in %i requests is none', (errors, requests) => {
    expect(upperShare(errors, requests)).toBe(1);
  });
});

const atLeast = (least: number) => ({ least, watched: 'all' as const });
const enough = atLeast(300);

const counts = { requests: 0, errors: 0, refused: 0, own: 0 };
/** Copies of a payload that this job sent, all to the new fleet. */
const copies = (answered: number, failed = 0) => ({
  own: answered,
  sent: { file: 'payload.json', answered, failed, reached: answered },
});

describe('a bake', () => {
  it('is good with enough requests of others, and says what they exclude', () => {
    expect(judgeBake({ ...counts, requests: 312 }, enough)).toEqual({
      is: 'good',
      saying:
        '312 requests of others reached the new fleet, without an error: an error rate above 0.96 % is excluded at 95 %.',
    });
  });

  it('says what errors were among them', () => {
    const { saying } = judgeBake({ ...counts, requests: 300, errors: 5 }, enough);
    expect(saying).toContain('5 with a server error: an error rate above 3.48 % is excluded');
  });

  it('shows nothing with one request too few', () => {
    const { is, saying } = judgeBake({ ...counts, requests: 299 }, enough);
    expect(is).toBe('nothing');
    expect(saying).toContain('So the bake shows nothing: 299 of 300 requests of others.');
  });

  it('shows nothing without a request', () => {
    expect(judgeBake(counts, atLeast(1))).toEqual({
      is: 'nothing',
      saying: 'No request of others reached the new fleet. So the bake shows nothing: 0 of 1 requests of others.',
    });
  });
});

describe('the requests of a job itself', () => {
  it('never count as those of others: they show the container, and a bound of their own', () => {
    expect(judgeBake({ ...counts, requests: 3000, ...copies(3000) }, enough)).toEqual({
      is: 'payload',
      saying:
        'No request of others is known to have reached the new fleet. This job sent 3,000 copies of payload.json itself, ' +
        'without a failure; all reached the new fleet: a failure rate above 0.1 % for this payload is excluded at 95 %. ' +
        'Such copies show that the container answers, not that the model is right. ' +
        'So the bake shows that the container answers, and no more: 0 of 300 requests of others.',
    });
  });

  it('leave a good bake good, when enough others are left after all of them', () => {
    const { is, saying } = judgeBake({ ...counts, requests: 612, errors: 2, ...copies(300) }, enough);
    expect(is).toBe('good');
    expect(saying).toContain('At least 312 requests of others reached the new fleet, at most 2 with a server error:');
  });

  it('are taken off those of others whichever fleet answered them', () => {
    expect(judgeBake({ ...counts, requests: 599, ...copies(300) }, enough).is).toBe('payload');
    expect(judgeBake({ ...counts, requests: 600, ...copies(300) }, enough).is).toBe('good');
  });

  it('show nothing of the container where none was answered well', () => {
    const { is, saying } = judgeBake({ ...counts, requests: 320, refused: 320, ...copies(320, 320) }, enough);
    expect(is).toBe('nothing');
    expect(saying).toContain('320 copies of payload.json itself, 320 without a good answer. So the bake shows nothing');
  });

  it('show nothing where too few of all were answered well', () => {
    expect(judgeBake({ ...counts, requests: 320, refused: 21, ...copies(320) }, enough).is).toBe('nothing');
    expect(judgeBake({ ...counts, requests: 320, errors: 21, ...copies(320) }, enough).is).toBe('nothing');
    expect(judgeBake({ ...counts, requests: 320, errors: 20, ...copies(320) }, enough).is).toBe('payload');
  });

  it.each([
    [
      'some failed',
      { answered: 400, failed: 3, reached: 100 },
      '400 copies of payload.json itself, 3 without a good answer; at least 100 reached the new fleet: a failure rate above 7.58 %',
    ],
    [
      'nobody knows which fleet answered',
      { answered: 400, failed: 3, reached: undefined },
      '3 without a good answer. Such',
    ],
    [
      'more failed than are known to have reached it',
      { answered: 400, failed: 30, reached: 20 },
      '30 without a good answer. Such',
    ],
    [
      'it was one',
      { answered: 1, failed: 0, reached: 0 },
      'This job sent 1 copy of payload.json itself, without a failure. Such',
    ],
  ])('are told as they went where %s', (_, sent, words) => {
    const own = { own: sent.answered, sent: { file: 'payload.json', ...sent } };
    expect(judgeBake({ ...counts, requests: 500, ...own }, enough).saying).toContain(words);
  });

  it('of earlier jobs are taken off, as many as those noted', () => {
    const { is, saying } = judgeBake({ ...counts, requests: 500, own: 201 }, enough);
    expect(is).toBe('payload');
    expect(saying).toContain('Earlier jobs may have sent up to 201 requests themselves, which are not counted.');
  });

  it('leave nobody else where nobody can read how many there were', () => {
    const { is, saying } = judgeBake({ ...counts, requests: 5000, own: Number.POSITIVE_INFINITY }, enough);
    expect(is).toBe('payload');
    expect(saying).toContain('Earlier jobs may have sent requests, nobody knows how many, themselves');
  });
});

describe('a bake under alarms that watch less', () => {
  const baked = { ...counts, requests: 400 };

  it.each([
    ['server_errors: rolls back', { server_errors: { threshold: 1 } }, 'server errors'],
    ['model_errors: rolls back', { model_errors: { threshold: 1 } }, 'all'],
    ['both', { server_errors: { threshold: 1 }, model_errors: { threshold: 1 } }, 'all'],
    ['latency alone', { latency: { threshold: 100 } }, 'none'],
    ['a named one, of which nobody knows what it measures', { named: [{ name: 'errors' }] }, 'none'],
    [
      'server_errors: observes',
      { latency: { threshold: 100 }, server_errors: { threshold: 1, action: 'observe' } },
      'none',
    ],
    [
      'model_errors: observes, and server_errors: rolls back',
      { server_errors: { threshold: 1 }, model_errors: { threshold: 1, action: 'observe' } },
      'server errors',
    ],
  ])('%s: knows which failures are watched', (_, section, watched) => {
    expect(failuresWatched(alarms.parse(section))).toBe(watched);
  });

  it('shows nothing of a version that fails every request where none watches errors', () => {
    const { is, saying } = judgeBake({ ...baked, errors: 400 }, { least: 300, watched: 'none' });
    expect(is).toBe('nothing');
    expect(saying).toContain('400 with a server error');
    expect(saying).toMatch(
      /So the bake shows nothing: no alarm that rolls back is known to watch whether requests fail\.$/,
    );
  });

  it('shows nothing where none watches errors, also without one: an alarm would have had to tell', () => {
    expect(judgeBake(baked, { least: 300, watched: 'none' }).is).toBe('nothing');
  });

  it('counts no request that the model refused where only server errors are watched', () => {
    const serverErrors = { least: 300, watched: 'server errors' } as const;
    expect(judgeBake({ ...baked, refused: 100 }, serverErrors).is).toBe('good');
    expect(judgeBake({ ...baked, refused: 101 }, serverErrors)).toMatchObject({
      is: 'nothing',
      saying: expect.stringContaining(
        'So the bake shows nothing: the model refused 101 requests (4XX), which no alarm that rolls back watches: 299 of 300 count.',
      ),
    });
    expect(judgeBake({ ...baked, refused: 400 }, enough).is).toBe('good');
  });

  it('shows that the container answers copies, whatever is watched: the job saw the answers', () => {
    const { is, saying } = judgeBake({ ...baked, ...copies(100) }, { least: 300, watched: 'none' });
    expect(is).toBe('payload');
    expect(saying).toContain('and no more: no alarm that rolls back is known to watch whether requests fail.');
  });
});
