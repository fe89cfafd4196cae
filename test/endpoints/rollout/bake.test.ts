import { describe, expect, it } from 'vitest';
import { errorBound, judgeBake } from '../../../src/endpoints/rollout/bake.ts';

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
    expect(errorBound(errors, requests)).toBeCloseTo(expected, 10);
  });

  it.each([
    [1, 1],
    [10, 10],
    [0, 0],
  ])('by %i errors in %i requests is none', (errors, requests) => {
    expect(errorBound(errors, requests)).toBe(1);
  });
});

describe('a bake', () => {
  it('is good with enough requests of others, and says what they exclude', () => {
    expect(judgeBake({ requests: 312, own: 0, errors: 0 }, 300)).toEqual({
      is: 'good',
      saying:
        '312 requests of others reached the new fleet, without an error: an error rate above 0.96 % is excluded at 95 %.',
    });
  });

  it('says what errors were among them', () => {
    const { saying } = judgeBake({ requests: 300, own: 0, errors: 5 }, 300);
    expect(saying).toContain('5 with a server error: an error rate above 3.48 % is excluded');
  });

  it('shows nothing with one request too few', () => {
    const { is, saying } = judgeBake({ requests: 299, own: 0, errors: 0 }, 300);
    expect(is).toBe('nothing');
    expect(saying).toContain('So the bake shows nothing: 299 of 300 requests.');
  });

  it('shows nothing without a request', () => {
    expect(judgeBake({ requests: 0, own: 0, errors: 0 }, 1)).toEqual({
      is: 'nothing',
      saying: 'No request of others reached the new fleet. So the bake shows nothing: 0 of 1 requests.',
    });
  });

  it('shows nothing by copies of one payload, which are counted apart', () => {
    const { is, saying } = judgeBake({ requests: 3000, own: 3000, errors: 0 }, 300);
    expect(is).toBe('nothing');
    expect(saying).toContain('This job sent 3,000 requests itself, copies of one payload');
  });
});
