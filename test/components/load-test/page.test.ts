import { describe, expect, it } from 'vitest';
import { loadMetrics } from '../../../src/components/load-test/metrics.ts';
import { loadPage } from '../../../src/components/load-test/page.ts';
import { loadVerdictOf, type ValidVerdict } from '../../../src/components/load-test/verdict.ts';
import { type Measured, samplesOf } from './samples.ts';

const LIMITS = { latency: new Map([[99, 250]]), errors: new Map([['any', 0.01] as const]) };

function judged(...measured: readonly Measured[]): ValidVerdict {
  const shape = measured.length > 1 ? 'steps' : 'constant';
  const verdict = loadVerdictOf(measured.map(samplesOf), { shape, required_rate: undefined }, LIMITS);
  if (verdict.is === 'invalid') throw new Error(verdict.why);
  return verdict;
}

const ABOUT = { title: 'Version 2 <b>under load</b>', instances: 2, wished: 600 };

describe('the page of a load test', () => {
  it('shows the verdict, each limit, and the numbers of each plot as a table', () => {
    const page = loadPage(judged({ rate: 50 }, { rate: 100, slow: (index) => index % 12 === 0 }), ABOUT);
    expect(page).toContain('Verdict: good.');
    expect(page).toContain('<dt>good</dt><dd>at 50/s, p99 at most 250 ms: 0 of 1,000 requests are beyond it');
    expect(page).toContain('Capacity: 50/s.');
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page.match(/<table>/g)).toHaveLength(3);
    expect(page).toContain(
      '<tr><th scope="row">100/s for 20 s</th><td>20 ms</td><td>300 ms</td><td>0 of 2000</td></tr>',
    );
  });

  it('fetches nothing, runs nothing, and takes no HTML from outside', () => {
    const page = loadPage(judged({}), ABOUT);
    expect(page).not.toMatch(/<script|<img|<b>| src=|href=|style=/);
    expect(page).toContain('&lt;b&gt;under load');
  });

  it('has as many bytes for 100,000 requests as for 1,000, within a few', () => {
    const [few, many] = [judged({ rate: 50 }), judged({ rate: 2000, seconds: 50 })];
    const [small, large] = [few, many].map((verdict) => Buffer.byteLength(loadPage(verdict, ABOUT)));
    expect(large).toBeLessThan(20_000);
    expect((large ?? 0) - (small ?? 0)).toBeLessThan(500);
  });

  it('has no point where no request was answered', () => {
    const page = loadPage(judged({ failed: () => 503 }), ABOUT);
    expect(page).toContain('<td>no answer</td>');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it('the metrics report has the percentiles and errors of each step, and the capacity', () => {
  const report = loadMetrics(judged({ rate: 50 }, { rate: 100, failed: (index) => (index % 4 ? undefined : 503) }));
  expect(report).toContain('load_p99_ms{rate="50"} 20\n');
  expect(report).toContain('load_failed_percent{rate="100"} 25\n');
  expect(report).not.toContain('load_p99_ms{rate="100"}');
  expect(report).toMatch(/\nload_capacity 50\n$/);
});
