import { expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Call } from '../../emulator/world.ts';
import { holdings, told } from './holdings.ts';
import { setStage, start, startAndKill } from './killing.ts';
import { bakingWithPayload, rolledBack, rolledBackByPayload, type Scene } from './scenes.ts';

const RUN_AGAIN_AFTER = 90_000;

/** The calls of these operations, by their numbers: of the requests to the model, the first and the last. */
function turns(calls: readonly Call[], operations: RegExp): number[] {
  const numbered = calls.map(({ operation }, index) => ({ operation, call: index + 1 }));
  const requests = numbered.filter(({ operation }) => operation === 'InvokeEndpoint');
  const edges = new Set([requests[0], requests.at(-1)]);
  return numbered
    .filter((each) => operations.test(each.operation) && (each.operation !== 'InvokeEndpoint' || edges.has(each)))
    .map(({ call }) => call);
}

/** What must be true however it ends: one fleet, and no alarm of a release. */
function standing({ endpoints, cloudwatch }: Emulator) {
  const { status, config, pending } = endpoints.find('resale-price-dev') ?? {};
  const serves = status !== 'InService' ? status : config?.name === 'resale-price-dev-v1' ? 'old' : 'new';
  return { serves, pending, alarms: [...cloudwatch.alarms.all.keys()] };
}

/** Kills a job at each call of these operations, and runs it again: it ends as one undisturbed job. */
async function killAt(scene: Scene, operations: RegExp, exit: number): Promise<void> {
  const stage = await setStage(scene);
  const job = await start(stage);
  expect(job.exit, job.log).toBe(exit);
  expect(standing(stage.emulator)).toEqual({ serves: exit === 0 ? 'new' : 'old', pending: undefined, alarms: [] });
  const left = { told: told(job), aws: holdings(stage.emulator) };
  const fatal = turns(stage.emulator.calls, operations);
  expect(fatal.length).toBeGreaterThan(2);
  for (const call of fatal) {
    const { emulator, again } = await killedAt(scene, call);
    const killed = `killed at call ${call}, ${stage.emulator.calls[call - 1]?.operation}:\n${again.log}`;
    expect({ told: told(again), aws: holdings(emulator) }, killed).toEqual(left);
    const updates = emulator.calls.filter(({ operation }) => operation === 'UpdateEndpoint');
    expect(updates.length, killed).toBeLessThanOrEqual(2);
  }
}

/** The call takes effect, and the job is gone before its answer: to AWS, that is as if it died with the answer. */
async function killedAt(scene: Scene, call: number) {
  const stage = await setStage(scene);
  const { emulator } = stage;
  await startAndKill(stage, { call, answered: false });
  emulator.clock.advance(RUN_AGAIN_AFTER);
  return { emulator, again: await start(stage, { job: '2' }) };
}

it('a release that its alarm rolls back ends red, whichever change killed the job before: no alarm is left, and one fleet', async () => {
  await killAt(rolledBack, /^(Create|Update|Delete|Put|AddTags|DescribeAlarmHistory)/, 1);
}, 60_000);

it('a release that a payload of the job rolls back ends red, too, whichever of its requests killed the job before', async () => {
  await killAt(rolledBackByPayload, /^(UpdateEndpoint|InvokeEndpoint|AddTags)/, 1);
}, 60_000);

it('a job that died while it sent a payload judges the bake alike when it runs again', async () => {
  await killAt(bakingWithPayload, /^(InvokeEndpoint|AddTags)/, 0);
}, 60_000);
