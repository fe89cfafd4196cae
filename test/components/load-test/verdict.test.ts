import { describe, expect, it } from 'vitest';
import { capacityOf, scalingFor } from '../../../src/components/load-test/capacity.ts';
import { designEffect, judgeLoad, type LoadLimits } from '../../../src/components/load-test/judgement.ts';
import { percentile } from '../../../src/components/load-test/percentiles.ts';
import { loadVerdictOf } from '../../../src/components/load-test/verdict.ts';
import { type Measured, samplesOf } from './samples.ts';

const P99: LoadLimits = { latency: new Map([[99, 250]]), errors: new Map() };
const every = (times: number) => (index: number) => index % times === 0;

describe('a limit', () => {
  it.each<[given: string, measured: Measured, is: string]>([
    ['is good when no request of 299 is beyond it', { rate: 299, seconds: 1 }, 'good'],
    ['is inconclusive when no request of 298 is: one in a hundred might be', { rate: 298, seconds: 1 }, 'inconclusive'],
    ['is good when 1 of 500 is, of many', { seconds: 40, slow: every(500) }, 'good'],
    ['is inconclusive when just as many are as are allowed', { slow: every(100) }, 'inconclusive'],
    ['is bad when one in twenty is', { slow: every(20) }, 'bad'],
    ['is bad when one in twenty failed, however quickly', { failed: (index) => (index % 20 ? undefined : 503) }, 'bad'],
    [
      'is inconclusive when one second in forty was slow: that may be chance, although so many requests are beyond it',
      { seconds: 40, slow: (index) => index < 100 },
      'inconclusive',
    ],
  ])('%s', (_given, measured, is) => {
    expect(judgeLoad(samplesOf(measured), P99)).toMatchObject([{ is }]);
  });

  it('that is inconclusive tells how many more requests would decide, and with them it is decided', () => {
    const few = samplesOf({ rate: 100, seconds: 2 });
    const [judged] = judgeLoad(few, P99);
    expect(judged).toMatchObject({ is: 'inconclusive', beyond: 0, requests: 200 });
    const more = Math.ceil(judged?.more ?? 0);
    expect(more).toBe(99);
    expect(judgeLoad(samplesOf({ rate: 1, seconds: 200 + more }), P99)).toMatchObject([{ is: 'good' }]);
  });

  it('tells no number where the share is so near to what is allowed that none decides', () => {
    expect(judgeLoad(samplesOf({ slow: every(100) }), P99)[0]).not.toHaveProperty('more');
  });

  it('of errors counts the class that it names, and "any" counts all', () => {
    const errors = new Map([['any', 0.05] as const, ['429', 0.05] as const, ['timeout', 0.05] as const]);
    const failed = (index: number) => [429, 503, 0][index % 20] ?? 200;
    const judged = judgeLoad(samplesOf({ failed }), { latency: new Map(), errors });
    expect(judged.map(({ beyond, is }) => [beyond, is])).toEqual([
      [300, 'bad'],
      [100, 'inconclusive'],
      [100, 'inconclusive'],
    ]);
  });

  it('is called bad only more surely where there are many: all of them are wrongly so in 5 % of the cases', () => {
    const limits: LoadLimits = { ...P99, errors: new Map([['any', 0.5] as const, ['424', 0.5] as const]) };
    const slow = (index: number) => index % 70 === 0;
    const [alone] = judgeLoad(samplesOf({ slow }), P99);
    const [beside] = judgeLoad(samplesOf({ slow }), limits);
    expect([alone?.is, beside?.is]).toEqual(['bad', 'inconclusive']);
  });
});

it('requests that share what delays them count as fewer, as in a sample of clusters', () => {
  const alike = Array.from({ length: 40 }, () => ({ beyond: 1, requests: 100 }));
  expect(designEffect(alike)).toBe(1);
  const together = alike.map((_, index) => ({ beyond: index === 0 ? 40 : 0, requests: 100 }));
  // All 40 in one cluster of 100: about 40 times the variance of a sample by chance.
  expect(designEffect(together)).toBeCloseTo(40.4, 1);
});

it('a percentile is the smallest value that so many per cent do not exceed', () => {
  const ordered = Float32Array.from({ length: 200 }, (_, index) => index + 1);
  expect([0, 50, 99, 99.9, 100].map((percent) => percentile(ordered, percent))).toEqual([1, 100, 198, 200, 200]);
  expect(percentile(new Float32Array(), 50)).toBeUndefined();
});

const STEPS = { shape: 'steps', required_rate: undefined } as const;
const step = (rate: number, slow = false) => samplesOf({ rate, ...(slow && { slow: every(10) }) });

describe('a load that rises in steps', () => {
  it('finds the last step at which every limit held, and which did not at the next', () => {
    const verdict = loadVerdictOf([step(50), step(100), step(150, true)], STEPS, P99);
    expect(verdict).toMatchObject({ is: 'good', capacity: { rate: 100, beyond: ['p99 at most 250 ms'] } });
  });

  it('has to hold the limits in the first step, and up to the rate that is required', () => {
    const measured = [step(50), step(100), step(150, true)];
    const is = (required_rate: number | undefined) => loadVerdictOf(measured, { ...STEPS, required_rate }, P99).is;
    expect([undefined, 50, 51, 100, 101, 150].map(is)).toEqual(['good', 'good', 'good', 'good', 'bad', 'bad']);
    expect(loadVerdictOf([step(50, true)], STEPS, P99)).toMatchObject({ is: 'bad', capacity: { rate: undefined } });
  });

  it('says that the endpoint may serve more where every step held', () => {
    expect(loadVerdictOf([step(50), step(100)], STEPS, P99)).toMatchObject({ capacity: { rate: 100, beyond: [] } });
  });

  it('is invalid as a whole where one step measured the machine that sent it', () => {
    const late = { ...step(100), lateness: new Float32Array(2000).fill(6) };
    expect(loadVerdictOf([step(50), late], STEPS, P99).is).toBe('invalid');
  });

  it('has a step that was ended early behind it where the endpoint can no more', () => {
    const ended = { ...step(100), ended: '60 of the latest 100 requests had failed' };
    expect(loadVerdictOf([step(50), ended], STEPS, P99)).toMatchObject({
      is: 'good',
      capacity: { rate: 50, beyond: ['60 of the latest 100 requests had failed'] },
    });
    expect(loadVerdictOf([ended], STEPS, P99).is).toBe('bad');
  });

  it('gives each instance half of its capacity, a minute of it, and counts the instances for a rate', () => {
    expect(scalingFor(100, 2, undefined)).toEqual({ target: 1500 });
    expect(scalingFor(100, 2, 260)).toEqual({ target: 1500, instances: 11 });
    expect(capacityOf([])).toEqual({ rate: undefined, beyond: [] });
  });
});
