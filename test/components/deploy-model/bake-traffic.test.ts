import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/emulator.ts';
import { alarmsOf, CANARY, ERRORS, ON, scene } from './by-strategy.ts';
import { liveConfig, NAME, noWrite, tagsOf } from './scene.ts';

const payload = '{"instances": [{"floor_area_sqm": 92}]}';
const files = { 'payload.json': payload };

/** A canary of twice six minutes, which the job itself sends so many requests a minute. */
const sending = (perMinute: number, more = '') =>
  `${ON}strategy: { type: canary, size: 1, wait: 360, min_bake_requests: 40, bake_traffic: { payload_file: payload.json, requests_per_minute: ${perMinute}${more} } }\n${ERRORS}`;
/** What bakes ten minutes with all the traffic. */
const AT_ONCE = sending(6).replace('type: canary, size: 1, wait: 360', 'type: all_at_once, wait: 600');

const NOTE = 'sagemaker-components:bake-traffic';
const invocations = (calls: readonly string[]) => calls.filter((call) => call === 'InvokeEndpoint').length;
const pending = ({ endpoints }: Emulator) => endpoints.find(NAME)?.pending?.config.name;

describe('the requests that a job sends itself while the new fleet bakes', () => {
  it('show of an endpoint that nobody uses that the new container answers, and the bound that they give', async () => {
    const { emulator, run } = await scene(AT_ONCE, { files });
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { outcome: 'deployed', bake: 'payload' } });
    expect(job.log).toContain('all_at_once, 1 x 600 s, 6 own requests a minute, 1 alarm rolls it back.');
    expect(job.log).toMatch(/Baking.*; new fleet: \d+ requests, no error.*; own requests: \d+, none failed/);
    expect(job.log).toMatch(
      /Bake: No request of others is known .* This job sent 60 copies of payload.json itself, without a failure; at least 3\d reached the new fleet: a failure rate above \d.\d+ % for this payload is excluded at 95 %\./,
    );
    expect(invocations(job.calls)).toBe(60);
    expect(tagsOf(emulator)[NOTE]).toMatch(/^config=resale-price-dev-v2-\w+ since=\S+ most=60$/);
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('are the payload of the commit, as the endpoint file says how it is sent', async () => {
    const more = ', content_type: application/json, accept: text/csv, custom_attributes: "licence=yes"';
    const { run } = await scene(sending(1, more), { files });
    const { received } = await run();
    const [first] = received.filter(({ operation }) => operation === 'InvokeEndpoint');
    expect(first).toMatchObject({
      input: {
        EndpointName: NAME,
        ContentType: 'application/json',
        Accept: 'text/csv',
        CustomAttributes: 'licence=yes',
      },
    });
  });

  it('do not count as those of others, which make the bake good without them', async () => {
    const { emulator, run } = await scene(sending(5), { files });
    emulator.scenario('steady traffic');
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'good' } });
    const [, others = '', own = ''] =
      /At least (\d+) requests of others .* This job sent (\d+) copies/.exec(job.log) ?? [];
    // Of others, 900 reached the new fleet, of which CloudWatch has not told the last minutes.
    expect(Number(own)).toBe(60);
    expect(Number(others)).toBeGreaterThan(700);
    expect(Number(others)).toBeLessThanOrEqual(900);
  });

  it('make no bake good where too few others are left without them', async () => {
    const { emulator, run } = await scene(sending(6), { files });
    emulator.traffic.perMinute.set(NAME, 3);
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'payload' } });
    expect(job.log).toContain('So the bake shows that the container answers, and no more: ');
  });

  it('are fewer than it asks for in no minute, and none is sent before the new fleet bakes', async () => {
    const { emulator, run } = await scene(sending(6), { files });
    const at: number[] = [];
    let early = 0;
    emulator.onAsked = ({ operation }) => {
      if (operation !== 'InvokeEndpoint') return undefined;
      at.push(emulator.clock.now().getTime());
      if (emulator.endpoints.find(NAME)?.transition?.phase?.variants !== 'Baking') early += 1;
      return undefined;
    };
    await run();
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000);
    // Between two looks, the last step may end.
    expect(early).toBeLessThanOrEqual(2);
  });
});

describe('a payload that the new version does not answer', () => {
  it('lets the alarm fire: the update is rolled back, and nothing is sent any more', async () => {
    const { emulator, arn, run } = await scene(AT_ONCE, { files });
    emulator.runtime.behaviours.set(arn, { errorRate: 1, error: { status: 500, message: 'KeyError' } });
    const before = liveConfig(emulator);
    let [isSeen, late] = [false, 0];
    emulator.onAsked = ({ operation }) => {
      if (operation === 'DescribeEndpoint') isSeen = emulator.endpoints.find(NAME)?.status === 'RollingBack';
      if (operation === 'InvokeEndpoint' && isSeen) late += 1;
      return undefined;
    };
    const job = await run();
    expect({ exit: job.exit, late }).toEqual({ exit: 1, late: 0 });
    expect(job.log).toContain('/server_errors fired at ');
    expect(job.log).toMatch(/own requests: (\d+), \1 failed/);
    expect(liveConfig(emulator)).toBe(before);
    expect(alarmsOf(emulator)).toEqual([]);
  });

  it('shows nothing where the model refuses it and no alarm watches that', async () => {
    const { emulator, arn, run } = await scene(AT_ONCE, { files });
    emulator.runtime.behaviours.set(arn, { errorRate: 1, error: { status: 422, message: 'No floor area.' } });
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
    expect(job.log).toContain('This job sent 60 copies of payload.json itself, 60 without a good answer.');
    expect(job.log).not.toContain('No floor area.');
  });
});

describe('a job that cannot send as it should', () => {
  it('sends fewer when AWS throttles, and says so', async () => {
    const { emulator, run } = await scene(sending(8), { files });
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'throttle', times: 2 });
    const job = await run();
    expect(job.exit).toBe(0);
    expect(job.log).toContain('AWS throttles the requests of this job: from now on, it sends 4 a minute.');
    expect(job.log).toContain('from now on, it sends 2 a minute.');
    expect(invocations(job.calls)).toBeLessThan(30);
  });

  it('goes on where its role may not, and says so once', async () => {
    const { emulator, run } = await scene(sending(40), { files });
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'access denied', times: Number.POSITIVE_INFINITY });
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
    expect(job.log.match(/This job sends no more requests of its own: AccessDenied/g)).toHaveLength(1);
    expect(invocations(job.calls)).toBe(1);
  });

  it('sends nothing that it could not note before', async () => {
    const { emulator, run } = await scene(sending(40), { files });
    emulator.fault({
      operation: 'AddTags',
      kind: 'error',
      nth: 2,
      error: { code: 'ValidationException', message: 'Too many tags.' },
    });
    const job = await run();
    expect(job).toMatchObject({ exit: 0, record: { bake: 'nothing' } });
    expect(job.log).toContain('This job sends no more requests of its own: ValidationException: Too many tags.');
    expect(invocations(job.calls)).toBe(0);
  });

  it('counts what got no answer as failed', async () => {
    const { emulator, run } = await scene(sending(2), { files });
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'reset after', times: 3 });
    emulator.fault({ operation: 'InvokeEndpoint', kind: 'server error', nth: 10, times: 2 });
    expect((await run()).log).toContain('copies of payload.json itself, 5 without a good answer');
  });

  it('sends nothing where it does not wait, or where nothing is deployed', async () => {
    const { emulator, run } = await scene(sending(40), { files });
    const cut = await run({ wait: 'false' });
    expect(invocations(cut.calls)).toBe(0);
    emulator.endpoints.settle(NAME);
    const again = await run();
    expect(again.log).toContain('already serves');
    expect(invocations(again.calls)).toBe(0);
  });

  it('is refused before anything is changed where the commit does not have the payload', async () => {
    const { run } = await scene(sending(40));
    const job = await run();
    expect(job.log).toContain(
      'ERROR SMC-1009: strategy.bake_traffic.payload_file: received "payload.json"; the commit ',
    );
    expect(job).toMatchObject({ exit: 64, calls: noWrite });
  });
});

describe('what an earlier job of the same update sent', () => {
  it('is taken off, too, by the job that runs again after it was killed', async () => {
    const { emulator, run } = await scene(sending(5), { files });
    emulator.traffic.perMinute.set(NAME, 5);
    await run({ wait: 'false' });
    const config = pending(emulator);
    const since = emulator.endpoints.find(NAME)?.pending?.started.toISOString();
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: NOTE, Value: `config=${config} since=${since} most=60` }]);
    const job = await run();
    expect(tagsOf(emulator)[NOTE]).toBe(`config=${config} since=${since} most=120`);
    expect(job).toMatchObject({ exit: 0, record: { bake: 'payload' } });
  });

  it('is taken off by a job that finds it done, which judges alike', async () => {
    const { run } = await scene(AT_ONCE, { files });
    expect(await run()).toMatchObject({ record: { bake: 'payload' } });
    const again = await run();
    expect(again.log).toContain('Earlier jobs may have sent up to 60 requests themselves, which are not counted.');
    expect(again).toMatchObject({ exit: 0, record: { bake: 'payload' } });
  });

  it('is anything where somebody else wrote the note', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS, { files });
    emulator.scenario('steady traffic');
    await run({ wait: 'false' });
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: NOTE, Value: 'none, I promise' }]);
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'payload' } });
  });

  it('of another update does not matter', async () => {
    const { emulator, run } = await scene(CANARY + ERRORS, { files });
    emulator.scenario('steady traffic');
    const other = 'config=resale-price-dev-v1 since=2026-11-22T08:00:00.000Z most=100000';
    emulator.tags.put(emulator.endpoints.arn(NAME), [{ Key: NOTE, Value: other }]);
    expect(await run()).toMatchObject({ exit: 0, record: { bake: 'good' } });
  });
});
