import { expect, it } from 'vitest';
import { ambientSession, connect } from '../../src/aws/session.ts';
import { emulated } from '../components/job.ts';

it('a request to SageMaker puts no log together that nobody reads', async () => {
  const emulator = await emulated();
  const clock = { now: () => emulator.clock.now(), sleep: async () => {}, random: () => 0.5 };
  const session = await ambientSession(emulator.region, { clock, env: {}, limit: () => undefined });
  const steps = connect(session).sagemaker.middlewareStack.identify();
  expect(steps.filter((step) => step.startsWith('logger'))).toEqual([]);
  expect(steps.filter((step) => step.startsWith('retry'))).toHaveLength(1);
});
