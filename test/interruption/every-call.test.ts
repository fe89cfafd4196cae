import { describe, expect, it } from 'vitest';
import type { FinishedJob } from '../components/job.ts';
import { changes, holdings, told } from './holdings.ts';
import { leavesItsOwn, type Stage, setStage, start, startAndKill, whenDeadAreSilent } from './killing.ts';
import { type Scene, scenes, validatingLater } from './scenes.ts';

const RUN_AGAIN_AFTER = 90_000;

async function undisturbed(scene: Scene) {
  await whenDeadAreSilent();
  const stage = await setStage(scene);
  const job = await start(stage);
  expect(job.exit, job.log).toBe(0);
  const { emulator } = stage;
  return {
    calls: emulator.calls.map(({ operation }) => operation),
    left: leftBy(scene, emulator, job),
  };
}

function leftBy({ makesAgain }: Scene, emulator: Stage['emulator'], job: FinishedJob) {
  return { told: told(job), changes: makesAgain ? {} : changes(emulator), aws: holdings(emulator) };
}

/** Whether it dies at the first call or the last, running it again leaves what one undisturbed run leaves, and hands over the same. */
async function dieEverywhere(scene: Scene, answered: boolean): Promise<void> {
  const { calls, left } = await undisturbed(scene);
  expect(calls.length).toBeGreaterThan(3);
  for (const [index, operation] of calls.entries()) {
    if (!leavesItsOwn(calls, index, answered)) continue;
    const stage = await setStage(scene);
    const { emulator } = stage;
    const end = await startAndKill(stage, { call: index + 1, answered });
    const isOver = answered && index + 1 === calls.length;
    expect(end, `at call ${index + 1}, ${operation}`).toBe(isOver ? 'finished' : 'dead');
    emulator.clock.advance(RUN_AGAIN_AFTER);
    const again = await start(stage, { job: '2' });
    expect(leftBy(scene, emulator, again), `killed at call ${index + 1}, ${operation}:\n${again.log}`).toEqual(left);
  }
}

describe.each([...scenes, validatingLater])('when $about', (scene) => {
  it('and dies with the answer to any of its calls, running it again ends the same', async () => {
    await dieEverywhere(scene, true);
  }, 120_000);

  it('and dies before the answer to any of its calls, running it again ends the same', async () => {
    await dieEverywhere(scene, false);
  }, 120_000);
});
