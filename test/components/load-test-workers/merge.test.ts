import { describe, expect, it } from 'vitest';
import {
  Brake,
  type LoadPart,
  requestsOf,
  type Samples,
  sendStage,
} from '../../../src/components/load-test/generator.ts';
import { latenciesInOrder, PERCENTILES, percentile } from '../../../src/components/load-test/percentiles.ts';
import { intendedAt, type Load, type Stage, stagesOf } from '../../../src/components/load-test/schedule.ts';
import { judgeOffset, offsetBy } from '../../../src/components/load-test/workers/clock-check.ts';
import { mergeParts } from '../../../src/components/load-test/workers/merge.ts';
import { packSamples, stageRecordOf, unpackSamples } from '../../../src/components/load-test/workers/samples-file.ts';
import { randomAfter } from '../../../src/statistics/random.ts';
import { endpointThat, Simulation } from '../load-test/simulation.ts';

const LOAD: Load = { shape: 'ramp', rate: 100, duration: 4, steps: 2, warm_up: 0 };
const [STAGE] = stagesOf(LOAD);

/** What workers measure whose requests took so long, and of which some failed. */
function partsOf(
  stage: Stage,
  of: number,
  measured: (index: number) => { latency: number; status?: number },
): Samples[] {
  return Array.from({ length: of }, (_, index) => {
    const sent = requestsOf(stage, { index, of });
    const own = Array.from({ length: sent }, (_unused, place) => measured(index + place * of));
    return {
      stage,
      sent,
      latencies: Float32Array.from(own, ({ latency }) => latency),
      lateness: new Float32Array(sent).fill(index / 10),
      statuses: Uint16Array.from(own, ({ status = 200 }) => status),
      firsts: new Map(),
      sending: 4000,
    };
  });
}

describe('the parts of several workers', () => {
  it.each([2, 3, 7, 20])(
    'are, of %i workers, together the very requests of one machine, each once and when it was due',
    (of) => {
      if (!STAGE) return expect.fail('no stage');
      const due = Array.from({ length: of }, (_, index) =>
        Array.from({ length: requestsOf(STAGE, { index, of }) }, (_unused, place) =>
          intendedAt(STAGE, index + place * of),
        ),
      );
      const alone = Array.from({ length: STAGE.requests }, (_, index) => intendedAt(STAGE, index));
      expect(due.flat().sort((a, b) => a - b)).toEqual(alone);
    },
  );

  it.each([1, 2, 3, 4, 5])('have exactly the percentiles of all requests, put in order together (seed %i)', (seed) => {
    if (!STAGE) return expect.fail('no stage');
    const random = randomAfter(seed);
    const took = Array.from({ length: STAGE.requests }, () => ({
      latency: Math.exp(3 + 2 * random()),
      status: random() < 0.01 ? 503 : 200,
    }));
    const parts = partsOf(STAGE, 2 + (seed % 4), (index) => took[index] ?? { latency: Number.NaN });
    const [merged] = mergeParts(
      [STAGE],
      parts.map((part) => [part]),
    );
    if (!merged) return expect.fail('nothing was merged');
    const ordered = latenciesInOrder(merged);
    const truth = took
      .map(({ latency, status }) => (status === 200 ? Math.fround(latency) : Number.POSITIVE_INFINITY))
      .sort((a, b) => a - b);
    for (const percent of PERCENTILES)
      expect(percentile(ordered, percent)).toBe(truth[Math.ceil((percent / 100) * truth.length - 1e-9) - 1]);
    expect([...merged.latencies]).toEqual(took.map(({ latency }) => Math.fround(latency)));
  });

  it('are sent by each worker when they are due for it, so that together they are one open load', async () => {
    if (!STAGE) return expect.fail('no stage');
    const parts = await Promise.all([0, 1, 2].map((index) => measure(STAGE, { index, of: 3 })));
    const [merged] = mergeParts(
      [STAGE],
      parts.map((part) => [part]),
    );
    expect(merged).toMatchObject({ sent: STAGE.requests });
    expect(merged?.latencies.every((each) => each === 7)).toBe(true);
    expect(merged?.lateness.every((each) => each < 1e-3)).toBe(true);
  });

  it('count up to the first request that nobody sent, where a worker ended its part early', () => {
    if (!STAGE) return expect.fail('no stage');
    const [first, second] = partsOf(STAGE, 2, () => ({ latency: 5 }));
    if (!first || !second) return expect.fail('no parts');
    const cut = {
      ...second,
      sent: 10,
      latencies: second.latencies.subarray(0, 10),
      ended: '60 of the latest 100 requests had failed',
    };
    const later = { ...STAGE, from: 200, to: 200 };
    const merged = mergeParts([STAGE, later], [[first, first], [cut]]);
    expect(merged).toHaveLength(1);
    expect(merged[0]).toMatchObject({
      sent: 21,
      ended: 'of those of worker 2, 60 of the latest 100 requests had failed',
    });
  });
});

/** What a worker measures of an endpoint that answers after 7 ms, in a time of its own. */
function measure(stage: Stage, part: LoadPart): Promise<Samples> {
  const simulation = new Simulation();
  const send = endpointThat(simulation, () => ({ after: 7 }));
  const brake = new Brake({ errors: 1, underWay: 1000 });
  const sent = sendStage(stage, { send, clock: simulation.clock, brake, part, start: 0 });
  return simulation.until(sent.then((each) => each.answered()));
}

describe('the file of a worker', () => {
  const stages = STAGE ? [STAGE, STAGE] : [];
  const [part] = STAGE ? partsOf(STAGE, 1, (index) => ({ latency: index / 3, status: index % 9 ? 200 : 429 })) : [];
  const samples = part ? [part, { ...part, firsts: new Map([[429, 'ThrottlingException']]), ended: 'so' }] : [];
  const records = samples.map(stageRecordOf);
  const file = packSamples(samples);

  it('says again what was measured, every bit of it', () => {
    expect(unpackSamples(file, stages, JSON.parse(JSON.stringify(records)))).toEqual(samples);
  });

  it.each([
    ['is cut', file.subarray(0, -9)],
    ['is longer than its record', packSamples([...samples, ...samples])],
    ['is no file of a worker', Buffer.from('PK')],
    [
      'has a latency that is no number',
      packSamples(samples.map((each) => ({ ...each, latencies: each.latencies.map(() => Number.NaN) }))),
    ],
    [
      'has an answer before its request',
      packSamples(samples.map((each) => ({ ...each, latencies: each.latencies.map(() => -1) }))),
    ],
  ])('is none where it %s', (_, content) => {
    expect(unpackSamples(content, stages, records)).toBeUndefined();
  });
});

describe('the clock of a worker', () => {
  /** Answers of STS, asked for at these milliseconds of a clock that is so far ahead, over a way of 40 ms there and back. */
  const answers = (ahead: number, ...times: number[]) =>
    times.map((asked) => ({ asked, had: asked + 40, date: Math.floor((asked + 20 - ahead) / 1000) * 1000 }));

  it.each([
    ['right', 0, [100, 400, 700]],
    ['right', 600, [100, 400, 700, 1000]],
    ['right', -600, [100, 400, 700, 1000]],
    ['off', 2_100, [100]],
    ['off', -2_100, [100]],
    ['off', 1_300, [100, 400, 700, 1000]],
    ['unknown', 950, [100, 400, 700, 1000]],
  ] as const)('is %s when it is %i ms ahead and STS is asked at %j', (is, ahead, times) => {
    expect(judgeOffset(offsetBy(answers(ahead, ...times)))).toBe(is);
  });

  it('is between what any answer allows, whatever the way took', () => {
    for (let ahead = -3_000; ahead <= 3_000; ahead += 130) {
      const { from, to } = offsetBy(answers(ahead, 100, 400, 700));
      expect(from).toBeLessThanOrEqual(ahead);
      expect(to).toBeGreaterThanOrEqual(ahead);
    }
  });

  it('is off when no clock at all could have got these answers: one of the two was set meanwhile', () => {
    expect(judgeOffset(offsetBy([...answers(0, 100), ...answers(2_500, 400)]))).toBe('off');
  });
});
