import { expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { IN_PLACE, scalingOf } from '../components/scaling.ts';
import { setStage, start, startAndKill } from './killing.ts';
import { changingInstanceType } from './scenes.ts';

const ENDPOINT = 'resale-price-dev';
const RUNNING = 9;

/** How few instances ran at any time from now on: asked for with each request of a job. */
function fewestOf(emulator: Emulator): () => number {
  const counts: number[] = [];
  const { calls } = emulator;
  const push = calls.push.bind(calls);
  calls.push = (...made) => {
    counts.push(emulator.endpoints.all.get(ENDPOINT)?.variants[0]?.instances ?? 0);
    return push(...made);
  };
  return () => Math.min(...counts);
}

it('an endpoint that was scaled out keeps all that run, wherever a job dies that changes its instance type', async () => {
  const undisturbed = await setStage(changingInstanceType);
  await start(undisturbed);
  const { length } = undisturbed.emulator.calls;
  for (let call = 1; call <= length; call += 1) {
    const stage = await setStage(changingInstanceType);
    const { emulator } = stage;
    const fewest = fewestOf(emulator);
    await startAndKill(stage, { call, answered: false });
    emulator.clock.advance(90_000);
    const again = await start(stage, { job: '2' });
    expect(again.exit, again.log).toBe(0);
    expect({ call, fewest: fewest() }).toEqual({ call, fewest: RUNNING });
    expect(emulator.endpoint(ENDPOINT)?.variants[0]).toMatchObject({
      instances: RUNNING,
      instanceType: 'ml.m5.xlarge',
    });
    expect(scalingOf(emulator, ENDPOINT)).toEqual(IN_PLACE);
  }
}, 120_000);
