// The load generator of load-test, alone in a process: what it measures, and what it costs.
import { prepareInvocations } from '../../src/aws/invocations.ts';
import { runStage } from '../../src/components/load-test/generator.ts';
import { latenciesInOrder, percentile } from '../../src/components/load-test/percentiles.ts';
import { type Stage, stagesOf } from '../../src/components/load-test/schedule.ts';
import { whyInvalid } from '../../src/components/load-test/validity.ts';

const [rate = 1, seconds = 1, warmUp = 0] = process.argv.slice(2).map(Number);
const stage = (lasting: number): Stage => {
  return { from: rate, to: rate, seconds: lasting, requests: rate * lasting, counted: true };
};
const clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: (milliseconds: number) => new Promise<void>((wake) => setTimeout(wake, milliseconds)),
  turn: () => new Promise<void>((wake) => setImmediate(wake)),
  random: Math.random,
};
const config = { region: 'ap-southeast-1', maxAttempts: 1 };
const input = { EndpointName: 'resale-price', Body: Buffer.alloc(200, '1'), ContentType: 'text/csv' };
const invocations = await prepareInvocations({ config, proxyEnv: {}, timeout: 10_000 }, input);
await invocations.sign();
const run = { send: invocations.send, clock, limits: { errors: 0.5, underWay: 2000 } };
// As load-test warms up.
const [warming] = stagesOf({ shape: 'constant', rate, duration: 1, steps: 2, warm_up: warmUp });
if (warming && warmUp > 0) await runStage(warming, run);
const before = process.cpuUsage();
const samples = await runStage(stage(seconds), run);
const { user, system } = process.cpuUsage(before);
const ordered = latenciesInOrder(samples);
process.send?.({
  requests: samples.sent,
  p50: percentile(ordered, 50),
  p90: percentile(ordered, 90),
  p99: percentile(ordered, 99),
  late_p99: percentile(samples.lateness.toSorted(), 99),
  cpu_us: (user + system) / samples.sent,
  peak_mb: process.resourceUsage().maxRSS / 1024,
  invalid: whyInvalid(samples) ?? null,
});
invocations.close();
process.disconnect?.();
