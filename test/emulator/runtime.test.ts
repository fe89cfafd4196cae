import { expect, test } from 'vitest';
import { machineClock, virtualClock } from '../../emulator/clock.ts';
import { Logs, logsOperations } from '../../emulator/logs.ts';
import { type Behaviour, type Invocation, Runtime, type ServingEndpoint } from '../../emulator/runtime.ts';
import { AwsError } from '../../emulator/world.ts';

const one = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resalepricemodelgroup/1';
const two = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/resalepricemodelgroup/2';
const flat = { town: 'BISHAN', floor_area_sqm: 93, storey: 12 };

function serving(more: Partial<ServingEndpoint> = {}): ServingEndpoint {
  const variants = [{ name: 'AllTraffic', weight: 1, model: one, config: 'v1' }];
  return { name: 'resale-price-dev', status: 'InService', variants, ...more };
}

function setUp(behaviour?: Behaviour, key = 'resale-price-dev') {
  const clock = virtualClock();
  const world = { region: 'ap-southeast-1', account: '111122223333', clock };
  const logs = new Logs(world);
  const runtime = new Runtime(world, logs);
  if (behaviour) runtime.behaviours.set(key, behaviour);
  const invoke = (body: unknown, headers: Invocation['headers'] = {}, endpoint: ServingEndpoint | null = serving()) =>
    runtime.invoke(endpoint ?? undefined, {
      endpointName: 'resale-price-dev',
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  const refusal = (...given: Parameters<typeof invoke>) => {
    try {
      return `${invoke(...given).status}`;
    } catch (error) {
      if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`;
      throw error;
    }
  };
  const lines = () =>
    logsOperations(logs).FilterLogEvents?.(
      { logGroupName: '/aws/sagemaker/Endpoints/resale-price-dev' },
      { arn: '', userId: '' },
    );
  return { clock, runtime, invoke, refusal, lines };
}

test('the same model gives the same flat the same price, and another version a slightly different one', () => {
  const { invoke } = setUp();
  const first = invoke(flat);
  expect(first).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amzn-invoked-production-variant': 'AllTraffic' },
    body: expect.stringMatching(/^\{"predictions":\[\{"price":\d{6,7}\}\]\}$/),
    delay: 0,
  });
  expect(invoke(flat)).toEqual(first);
  expect(invoke({ ...flat, storey: 13 }).body).not.toBe(first.body);

  const later = serving({ variants: [{ name: 'AllTraffic', weight: 1, model: two, config: 'v1' }] });
  const [old, young] = [first, invoke(flat, {}, later)].map(({ body }) => Number(/\d{5,}/.exec(body)?.[0]));
  expect(young).not.toBe(old);
  expect(Math.abs(Number(young) / Number(old) - 1)).toBeLessThan(0.07);
});

test.each<[unknown, Invocation['headers'], RegExp]>([
  [[flat, flat], {}, /^\{"predictions":\[\{"price":(\d+)\},\{"price":\1\}\]\}$/],
  [{ instances: [flat, flat, flat] }, {}, /^\{"predictions":\[(\{"price":\d+\},?){3}\]\}$/],
  ['BISHAN,93,12\nYISHUN,67,3\n', { 'content-type': 'text/csv' }, /^\{"predictions":\[(\{"price":\d+\},?){2}\]\}$/],
  ['BISHAN,93,12\nYISHUN,67,3\n', { 'content-type': 'text/csv', accept: 'text/csv' }, /^\d+\n\d+$/],
  [flat, { 'content-type': 'Application/JSON; charset=utf-8' }, /^\{"predictions":\[\{"price":\d+\}\]\}$/],
])('%j with %j is answered per instance', (body, headers, answer) => {
  const { invoke } = setUp();
  expect(invoke(body, headers).body).toMatch(answer);
});

test.each([
  ['<xml/>', { 'content-type': 'application/xml' }, 'client error (415)'],
  ['{', {}, 'client error (400) from primary with message "The document is not JSON."'],
  ['7', {}, 'client error (400)'],
  [flat, { accept: 'image/png' }, 'client error (406)'],
])('%j with %j is an error of the model', (body, headers, text) => {
  const { refusal } = setUp();
  expect(refusal(body, headers)).toContain(`424 ModelError: Received ${text}`);
});

test.each(['Creating', 'Failed', 'Deleting', 'OutOfService'])('an endpoint that is %s is not found', (status) => {
  const { refusal } = setUp();
  expect(refusal(flat, {}, serving({ status }))).toBe(
    '400 ValidationError: Endpoint resale-price-dev of account 111122223333 not found.',
  );
});

test('an endpoint that does not exist is not found, and one that is being updated answers', () => {
  const { refusal } = setUp();
  expect(refusal(flat, {}, null)).toContain('ValidationError: Endpoint resale-price-dev of account');
  expect(refusal(flat, {}, serving({ status: 'Updating' }))).toBe('200');
});

test('a body may be 6 MiB and no larger', () => {
  const { refusal } = setUp();
  expect(refusal(`"${'x'.repeat(6_291_455)}`)).toContain('The document is not JSON.');
  expect(refusal(`"${'x'.repeat(6_291_456)}`)).toBe('413 413: HTTP content length exceeded 6291456 bytes.');
});

test('a failing container is reported with its own answer and where its log is', () => {
  const { invoke, refusal, lines } = setUp({ errorRate: 0.5, error: { status: 503, message: 'out of memory' } });
  expect(refusal(flat)).toBe('200');
  expect(() => invoke(flat)).toThrow(
    expect.objectContaining({
      code: 'ModelError',
      status: 424,
      message:
        'Received server error (503) from primary with message "out of memory". See https://ap-southeast-1.console.aws.amazon.com' +
        '/cloudwatch/home?region=ap-southeast-1#logEventViewer:group=/aws/sagemaker/Endpoints/resale-price-dev in account 111122223333 for more information.',
      members: {
        OriginalStatusCode: 503,
        OriginalMessage: 'out of memory',
        LogStreamArn: 'arn:aws:logs:ap-southeast-1:111122223333:log-group:/aws/sagemaker/Endpoints/resale-price-dev',
      },
    }),
  );
  expect(refusal(flat)).toBe('200');
  expect(lines()).toMatchObject({
    events: [
      { message: expect.stringContaining('"POST /invocations HTTP/1.1" 200') },
      { message: '[2026-11-22 08:00:00 +0000] [1] [ERROR] out of memory' },
      { message: expect.stringContaining('"POST /invocations HTTP/1.1" 503 13') },
      { message: expect.stringContaining('"POST /invocations HTTP/1.1" 200') },
    ],
  });
});

test('by the time of the machine, a slow model holds up its own answer, and not the time of all others', () => {
  const clock = machineClock();
  const world = { region: 'ap-southeast-1', account: '111122223333', clock };
  const runtime = new Runtime(world, new Logs(world));
  runtime.behaviours.set('resale-price-dev', { latency: 60_000, delay: 20 });
  const headers = { 'content-type': 'application/json' };
  const before = clock.now().getTime();
  const asked = { endpointName: 'resale-price-dev', headers, body: Buffer.from(JSON.stringify(flat)) };
  expect(runtime.invoke(serving(), asked).delay).toBe(60_020);
  expect(clock.now().getTime() - before).toBeLessThan(30_000);
});

test('a slow model moves the clock, or makes the client wait', () => {
  const { clock, invoke } = setUp({ latency: 1500, delay: 20 });
  expect(invoke(flat).delay).toBe(20);
  expect(clock.now()).toEqual(new Date('2026-11-22T08:00:01.500Z'));
});

test('a model can answer with something else altogether', () => {
  const { invoke } = setUp({ contentType: 'text/html', answer: '<h1>Welcome</h1>' });
  expect(invoke(flat)).toMatchObject({ headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' });
});

test('the misbehaviour of a package follows it to every endpoint, and goes before the endpoint', () => {
  const { runtime, invoke } = setUp({ answer: 'of the package' }, one);
  runtime.behaviours.set('resale-price-dev', { answer: 'of the endpoint' });
  expect(invoke(flat).body).toBe('of the package');
  expect(invoke(flat, {}, serving({ name: 'resale-price-uat' })).body).toBe('of the package');
  expect(invoke(flat, {}, serving({ variants: [{ name: 'B', weight: 1, model: two, config: 'v1' }] })).body).toBe(
    'of the endpoint',
  );
});

test('the service itself can be unavailable', () => {
  const refused = { code: 'ServiceUnavailable', status: 503, message: 'The service is unavailable. Try again later.' };
  const { refusal } = setUp({ refusal: refused });
  expect(refusal(flat)).toBe('503 ServiceUnavailable: The service is unavailable. Try again later.');
});

test('variants answer by their weights, or the one that is asked for', () => {
  const { invoke, refusal } = setUp();
  const endpoint = serving({
    variants: [
      { name: 'Old', weight: 9, model: one, config: 'v1' },
      { name: 'New', weight: 1, model: two, config: 'v1' },
      { name: 'Off', weight: 0, model: two, config: 'v1' },
    ],
  });
  const ask = (headers = {}) => invoke(flat, headers, endpoint).headers['x-amzn-invoked-production-variant'];
  const asked = Array.from({ length: 100 }, () => ask());
  expect(asked.filter((name) => name === 'Old')).toHaveLength(90);
  expect(asked.filter((name) => name === 'New')).toHaveLength(10);
  expect(ask({ 'x-amzn-sagemaker-target-variant': 'Off' })).toBe('Off');
  expect(refusal(flat, { 'x-amzn-sagemaker-target-variant': 'None' }, endpoint)).toContain(
    'ValidationError: Variant None',
  );
});

test('containers say that they listen, or why they do not', () => {
  const { runtime, lines } = setUp();
  runtime.containersStart(serving());
  runtime.containersStart(serving(), ["ModuleNotFoundError: No module named 'xgboost'"]);
  expect(lines()).toMatchObject({
    events: [
      `[2026-11-22 08:00:00 +0000] [1] [INFO] Loading the model of ${one}`,
      '[2026-11-22 08:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)',
      '169.254.178.2 - - [2026-11-22 08:00:00 +0000] "GET /ping HTTP/1.1" 200 0 "-" "AHC/2.0"',
      `[2026-11-22 08:00:00 +0000] [1] [INFO] Loading the model of ${one}`,
      "ModuleNotFoundError: No module named 'xgboost'",
      '169.254.178.2 - - [2026-11-22 08:00:00 +0000] "GET /ping HTTP/1.1" 500 0 "-" "AHC/2.0"',
    ].map((message) => ({ message, logStreamName: expect.stringMatching(/^AllTraffic\/i-[0-9a-f]{17}$/) })),
  });
});
