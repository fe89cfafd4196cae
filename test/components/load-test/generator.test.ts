import { describe, expect, it } from 'vitest';
import { type Limits, runStage } from '../../../src/components/load-test/generator.ts';
import { latenciesInOrder, percentile } from '../../../src/components/load-test/percentiles.ts';
import { intendedAt, type Load, stagesOf } from '../../../src/components/load-test/schedule.ts';
import { whyInvalid } from '../../../src/components/load-test/validity.ts';
import { endpointThat, Simulation } from './simulation.ts';

const CONSTANT: Load = { shape: 'constant', rate: 100, duration: 20, steps: 5, warm_up: 0 };
const NEVER: Limits = { errors: 1, underWay: 100_000 };

/** What is measured of an endpoint, in a time of its own. */
async function measure(
  answers: Parameters<typeof endpointThat>[1],
  { load = CONSTANT, limits = NEVER }: { readonly load?: Load; readonly limits?: Limits } = {},
) {
  const simulation = new Simulation();
  const [stage] = stagesOf(load);
  if (!stage) throw new Error('no stage');
  const send = endpointThat(simulation, answers);
  return simulation.until(runStage(stage, { send, clock: simulation.clock, limits }));
}

describe('when requests are meant to be sent', () => {
  it('is told of each shape: all at one rate, in steps, or at a rate that rises from a tenth', () => {
    const told = (load: Partial<Load>) =>
      stagesOf({ ...CONSTANT, ...load }).map(({ from, to, seconds, requests }) => [from, to, seconds, requests]);
    expect(told({})).toEqual([[100, 100, 20, 2000]]);
    expect(told({ shape: 'ramp' })).toEqual([[10, 100, 20, 1100]]);
    expect(told({ shape: 'steps', steps: 4 })).toEqual([25, 50, 75, 100].map((rate) => [rate, rate, 5, rate * 5]));
    expect(told({ shape: 'steps', steps: 4, warm_up: 2 })[0]).toEqual([2.5, 25, 2, 27]);
  });

  it('is never before the beginning or after the end, and each is after the one before', () => {
    for (const stage of stagesOf({ ...CONSTANT, shape: 'ramp' }).concat(stagesOf(CONSTANT))) {
      const times = Array.from({ length: stage.requests }, (_, index) => intendedAt(stage, index));
      expect(times[0]).toBe(0);
      expect(times.at(-1)).toBeLessThan(stage.seconds * 1000);
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
    }
  });
});

describe('what is measured', () => {
  it('is the time from when a request was meant to be sent, so that a stall of 1 s in 20 s is seen by all that it holds', async () => {
    // From 5.0 to 6.0 s nothing is answered; then all of them are.
    const samples = await measure((at) => ({ after: at >= 5000 && at < 6000 ? 6000 - at + 5 : 5 }));
    const ordered = latenciesInOrder(samples);
    // 100 of 2,000 requests met it, and the time that they waited is spread evenly from 0 to 1 s.
    expect(percentile(ordered, 90)).toBe(5);
    expect(percentile(ordered, 99)).toBeCloseTo(805, -1);
    expect(percentile(ordered, 100)).toBe(1005);
    expect(whyInvalid(samples)).toBeUndefined();
  });

  it('sends what a pause of the machine made late over connections that are free again, and is soon in time', async () => {
    const simulation = new Simulation();
    simulation.at(1000, () => simulation.busy(80));
    const [stage] = stagesOf({ ...CONSTANT, rate: 2000, duration: 2 });
    if (!stage) throw new Error('no stage');
    const answering = endpointThat(simulation, () => ({ after: 1 }));
    let [underWay, most] = [0, 0];
    const send: typeof answering = (ended) => {
      most = Math.max(most, ++underWay);
      answering((outcome) => {
        underWay--;
        ended(outcome);
      });
    };
    const samples = await simulation.until(runStage(stage, { send, clock: simulation.clock, limits: NEVER }));
    expect(samples.sent).toBe(4000);
    // 160 requests were late. Sent at once, they would have had a connection each.
    expect(most).toBeLessThan(20);
    expect(samples.lateness.filter((late) => late > 5).length).toBeLessThan(220);
    expect(percentile(latenciesInOrder(samples), 90)).toBe(1);
  });

  it('does not wait for answers: as many are sent while the endpoint says nothing', async () => {
    const samples = await measure(() => ({ after: 60_000 }));
    expect(samples.sent).toBe(2000);
    expect(samples.sending).toBeCloseTo(19_990, -1);
  });

  it('counts a request that failed as slower than any other', async () => {
    const samples = await measure((at) => (at % 20 === 0 ? { after: 1, status: 503 } : { after: 7 }));
    const ordered = latenciesInOrder(samples);
    expect([percentile(ordered, 50), percentile(ordered, 51)]).toEqual([7, Number.POSITIVE_INFINITY]);
    expect(samples.firsts).toEqual(new Map([[503, 'said 503']]));
  });
});

describe('a load is ended early', () => {
  it('when more of the latest 100 requests have failed than is allowed, and not before there are so many', async () => {
    const limits = { ...NEVER, errors: 0.5 };
    const samples = await measure(() => ({ after: 1, status: 500 }), { limits });
    expect(samples).toMatchObject({ sent: 100, ended: '100 of the latest 100 requests had failed' });
    const half = await measure((at) => ({ after: 1, status: at % 20 === 0 ? 500 : 200 }), { limits });
    expect(half).toMatchObject({ sent: 2000 });
    expect(half.ended).toBeUndefined();
  });

  it('when more requests have no answer than a machine can hold connections for', async () => {
    const samples = await measure(() => ({ after: 60_000 }), { limits: { errors: 1, underWay: 300 } });
    expect(samples).toMatchObject({ sent: 301, ended: '300 requests had no answer yet' });
  });
});

describe('a load test judges itself', () => {
  /** A machine that is busy for so many milliseconds with each request that it sends. */
  async function measureBusy(busy: number) {
    const simulation = new Simulation();
    const [stage] = stagesOf({ ...CONSTANT, duration: 5 });
    if (!stage) throw new Error('no stage');
    const answered = endpointThat(simulation, () => ({ after: 1 }));
    const send: typeof answered = (ended) => {
      answered(ended);
      simulation.busy(busy);
    };
    const { clock } = simulation;
    return simulation.until(runStage(stage, { send, clock, limits: NEVER }));
  }

  it('and is valid on a machine that sends each request in time', async () => {
    expect(whyInvalid(await measureBusy(9))).toBeUndefined();
  });

  it('and is invalid where one in a hundred requests left more than 5 ms late', async () => {
    expect(whyInvalid(await measureBusy(10.05))).toMatch(
      /^this job sent 1 in 100 requests more than \d+\.\d ms late \(at most 5 ms are allowed\)$/,
    );
  });

  it('and is invalid where it sent fewer than 95 of 100 requests in their time', async () => {
    expect(whyInvalid(await measureBusy(12))).toBe(
      'this job sent only 82 % of the requests in their time (at least 95 % are needed)',
    );
  });
});
