import { describe, expect, it } from 'vitest';
import { machineClock } from '../../emulator/clock.ts';
import { programs } from '../catalog/programs.ts';
import { buildForTests, runProgram, startProgram } from '../components/process.ts';
import { changes, holdings, told } from './holdings.ts';
import { awaitDeath, type Death, jobOf, type Stage, setStage, start } from './killing.ts';
import { bakingWithPayload, type Scene, scenes } from './scenes.ts';

const bundle = buildForTests();

async function startAndKillProcess(stage: Stage, death: Death): Promise<unknown> {
  const { reached, over } = awaitDeath(stage.emulator, death);
  const { child, ended } = startProgram(bundle, stage.scene.component, jobOf(stage, { job: '1' }));
  await reached;
  child.kill('SIGKILL');
  const end = await ended;
  over();
  return end;
}

async function undisturbed(scene: Scene) {
  const stage = await setStage(scene);
  const job = await start(stage);
  const calls = stage.emulator.calls.map(({ operation }) => operation);
  const left = { told: told(job), changes: changes(stage.emulator), aws: holdings(stage.emulator) };
  return { calls, left };
}

/**
 * Each program in the first of its scenes, at what it changes; every-call.test.ts has all scenes and calls, in process. A load test
 * measures by the machine's clock, and so never ends the same; what makes all of it again does not count the same.
 */
const samples = programs
  .filter(({ name }) => name !== 'load-test')
  .flatMap(({ name }) => scenes.find(({ component, makesAgain }) => component.name === name && !makesAgain) ?? []);

describe.each(samples)('a process killed when $about', (scene) => {
  it.each([
    ['has its answer', true],
    ['has taken effect and no answer came', false],
  ])(
    'and any of its changes, or its last call, %s, is run again and ends the same',
    async (_, answered) => {
      const { calls, left } = await undisturbed(scene);
      for (const [index, operation] of calls.entries()) {
        if (index + 1 < calls.length && /^(Describe|List|Get)/.test(operation)) continue;
        const stage = await setStage(scene, machineClock());
        const { emulator } = stage;
        const end = await startAndKillProcess(stage, { call: index + 1, answered });
        // The answer to its last call lets it end well, unless it is killed before.
        if (index + 1 < calls.length || !answered) expect(end).toBe('SIGKILL');

        const again = await runProgram(bundle, scene.component, jobOf(stage, { job: '2' }));
        expect(
          { told: told(again), changes: changes(emulator), aws: holdings(emulator) },
          `killed at call ${index + 1}, ${operation}:\n${again.log}`,
        ).toEqual(left);
        await emulator.close();
      }
    },
    60_000,
  );
});

it('a process that GitLab stops while it sends a payload has ended, and so have its requests', async () => {
  const stage = await setStage(bakingWithPayload, machineClock());
  const sending = Promise.withResolvers<void>();
  stage.emulator.onAnswered = ({ operation }) => {
    if (operation === 'InvokeEndpoint') sending.resolve();
  };
  const { ended, log } = startProgram(bundle, stage.scene.component, jobOf(stage, { stopped: sending.promise }));
  expect(await ended, log()).toBe(143);
  expect(log()).toContain('AWS continues the update of the endpoint resale-price-dev to ');
  const { calls } = stage.emulator;
  expect(calls.filter(({ operation }) => operation === 'InvokeEndpoint').length).toBeLessThanOrEqual(2);
  await stage.emulator.close();
}, 30_000);
