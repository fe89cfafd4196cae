import { expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { BROKEN, type InvocationOutcome, prepareInvocations, TIMED_OUT } from '../../src/aws/invocations.ts';
import { emulated } from '../components/job.ts';

const ENDPOINT = 'resale-price-uat';

/** Equal requests to an endpoint in service, each of which has so many milliseconds. */
async function prepared(emulator: Emulator, timeout = 5_000) {
  emulator.deployed({ endpoint: ENDPOINT, package: emulator.register({ status: 'Approved' }) });
  const input = { EndpointName: ENDPOINT, Body: Buffer.from('{"instances": [1]}'), ContentType: 'application/json' };
  const config = { region: emulator.region, maxAttempts: 1 };
  const invocations = await prepareInvocations({ config, proxyEnv: {}, timeout }, input);
  onTestFinished(() => invocations.close());
  await invocations.sign();
  const { send } = invocations;
  return { send: () => new Promise<InvocationOutcome>((ended) => send(ended)), invocations };
}

it('sends the very request that the SDK signed, again and again, over one connection', async () => {
  const emulator = await emulated();
  const { send } = await prepared(emulator);
  for (const _ of [1, 2, 3]) expect(await send()).toEqual({ status: 200, why: '' });
  expect(emulator.calls.map(({ operation, answer }) => `${operation} ${answer}`)).toEqual(
    Array.from({ length: 3 }, () => 'InvokeEndpoint ok'),
  );
});

it.each([
  ['ServiceUnavailable', 503, 503],
  ['ModelNotReadyException', 429, 429],
  ['ThrottlingException', 400, 429],
  ['InternalFailure', 500, 500],
])('tells %s, which comes with HTTP %i, as %i, with the words of AWS', async (code, status, told) => {
  const emulator = await emulated();
  const { send } = await prepared(emulator);
  emulator.runtime.behaviours.set(ENDPOINT, { refusal: { code, status, message: 'Not now.' } });
  expect(await send()).toEqual({ status: told, why: 'Not now.' });
  expect(emulator.calls).toHaveLength(1);
});

it('tells an error of the model as 424, with what its container answered', async () => {
  const emulator = await emulated();
  const { send } = await prepared(emulator);
  emulator.runtime.behaviours.set(ENDPOINT, { errorRate: 1, error: { status: 500, message: 'CUDA out of memory' } });
  expect(await send()).toEqual({ status: 424, why: 'CUDA out of memory' });
});

it('ends a request that has no whole answer in its time, and one whose connection breaks, and repeats neither', async () => {
  const emulator = await emulated();
  const { send } = await prepared(emulator, 50);
  emulator.runtime.behaviours.set(ENDPOINT, { delay: 5_000 });
  expect(await send()).toEqual({ status: TIMED_OUT, why: 'no complete answer within 0.05 s' });
  emulator.runtime.behaviours.clear();
  emulator.fault({ operation: 'InvokeEndpoint', kind: 'reset after' });
  expect(await send()).toMatchObject({ status: BROKEN });
  expect(await send()).toEqual({ status: 200, why: '' });
  expect(emulator.calls).toHaveLength(3);
});

it('sends nothing to a host that is not AWS, wherever the SDK has found it', async () => {
  const config = { region: 'ap-southeast-1', endpoint: 'https://runtime.sagemaker.example.com' };
  const input = { EndpointName: ENDPOINT, Body: Buffer.from('1'), ContentType: 'text/csv' };
  await emulated();
  const invocations = await prepareInvocations({ config, proxyEnv: {}, timeout: 50 }, input);
  await expect(invocations.sign()).rejects.toMatchObject({ code: 'SMC-1212' });
  expect(() => invocations.send(() => undefined)).toThrow('No request is signed.');
});
