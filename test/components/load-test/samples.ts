import type { Samples } from '../../../src/components/load-test/generator.ts';
import type { Stage } from '../../../src/components/load-test/schedule.ts';

/** Requests of which each n-th, or each in some seconds, took long or failed. */
export interface Measured {
  readonly rate?: number;
  readonly seconds?: number;
  readonly slow?: (index: number) => boolean;
  readonly failed?: (index: number) => number | undefined;
}

/** What is measured of an endpoint that answers in 20 ms, but for those. */
export function samplesOf({
  rate = 100,
  seconds = 20,
  slow = () => false,
  failed = () => undefined,
}: Measured): Samples {
  const requests = rate * seconds;
  const stage: Stage = { from: rate, to: rate, seconds, requests, counted: true };
  const each = Array.from({ length: requests }, (_, index) => index);
  return {
    stage,
    sent: requests,
    latencies: Float32Array.from(each, (index) => (slow(index) ? 300 : 20)),
    lateness: new Float32Array(requests),
    statuses: Uint16Array.from(each, (index) => failed(index) ?? 200),
    firsts: new Map(),
    sending: seconds * 1000 - 1000 / rate,
  };
}
