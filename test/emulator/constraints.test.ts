import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Constraint, constraintCoverage, constraintsOf } from '../../emulator/constraints.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { models, type ServiceModel, type Shape, shapeOf } from '../../emulator/model.ts';
import { encode } from '../../emulator/wire.ts';

/** Patterns that accept every text, and members that an HTTP request cannot leave out or cannot carry. */
const UNBREAKABLE = [
  'CreateModel containers.member.environment.value pattern',
  'CreateModel primaryContainer.environment.value pattern',
  'CreateModelPackage additionalInferenceSpecifications.member.containers.member.environment.value pattern',
  'CreateModelPackage inferenceSpecification.containers.member.environment.value pattern',
  'CreateModelPackage validationSpecification.validationProfiles.member.transformJobDefinition.environment.value pattern',
  'UpdateModelPackage additionalInferenceSpecificationsToAdd.member.containers.member.environment.value pattern',
  'UpdateModelPackage inferenceSpecification.containers.member.environment.value pattern',
  'InvokeEndpoint body required',
  'InvokeEndpoint enableExplanations pattern',
  'InvokeEndpoint endpointName required',
  'InvokeEndpointAsync endpointName required',
];

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

/** Values of the shape of which one breaks the constraint of that kind, if any can. */
function wrongValues(model: ServiceModel, shape: Shape, kind: Constraint['kind']): unknown[] {
  if (kind === 'enum') return ['None of these'];
  if (kind === 'pattern') return BREAKING.map((text) => text.padStart(Math.max(shape.min ?? 0, text.length), 'a'));
  const size = kind === 'min' ? (shape.min ?? 0) - 1 : (shape.max ?? 0) + 1;
  if (shape.type === 'string') return ['a'.repeat(size)];
  if (shape.type === 'list') return [Array.from({ length: size }, () => plainValue(model, shape.member?.shape ?? ''))];
  if (shape.type !== 'map') return [size];
  const entries = Array.from({ length: size }, (_, index) => [
    `k${index}`,
    plainValue(model, shape.value?.shape ?? ''),
  ]);
  return [Object.fromEntries(entries)];
}

/** Texts of which at least one breaks nearly every pattern; only some may travel in a header. */
const BREAKING = ['\n', '\u0001', '\u{1F600}', '\u00e9', ':*', '!'];

/** Something of the right type, right or wrong in all else. */
function plainValue(model: ServiceModel, name: string): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === 'structure') return {};
  if (shape.type === 'list') return [];
  if (shape.type === 'map') return {};
  if (shape.type === 'string') return 'a';
  return shape.type === 'boolean' ? true : 1;
}

interface Wanted {
  readonly model: ServiceModel;
  readonly kind: Constraint['kind'];
  readonly value: unknown;
}

/** A request that holds the wrong value at the path, and as little else as the path needs. */
function requestWith(wanted: Wanted, name: string, path: readonly string[]): unknown {
  const { model, kind, value } = wanted;
  const shape = shapeOf(model, name);
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inside = (member: { shape: string } | undefined) => requestWith(wanted, member?.shape ?? '', rest);
  if (shape.type === 'list') return [inside(shape.member)];
  if (shape.type === 'map' && step === 'value') return { k: inside(shape.value) };
  if (shape.type === 'map') return { [String(inside(shape.key))]: plainValue(model, shape.value?.shape ?? '') };
  if (kind === 'required' && rest.length === 0) return {};
  const names = Object.keys(shape.members ?? {});
  const member = names.find((one) => one.charAt(0).toLowerCase() + one.slice(1) === step) ?? '';
  return { [member]: inside(shape.members?.[member]) };
}

function* wrongRequests(model: ServiceModel, operation: string): Generator<unknown> {
  const input = model.operations[operation]?.input?.shape ?? '';
  for (const { path, kind } of constraintsOf(model, operation)) {
    const steps = path.split('.');
    const values = kind === 'required' ? [undefined] : wrongValues(model, shapeAt(model, input, steps), kind);
    for (const value of values) yield requestWith({ model, kind, value }, input, steps);
  }
}

function shapeAt(model: ServiceModel, name: string, [step, ...rest]: readonly string[]): Shape {
  const shape = shapeOf(model, name);
  if (step === undefined) return shape;
  const member = Object.entries(shape.members ?? {}).find(
    ([one]) => one.charAt(0).toLowerCase() + one.slice(1) === step,
  )?.[1];
  const inner = member ?? (step === 'key' ? shape.key : step === 'value' ? shape.value : shape.member);
  return shapeAt(model, inner?.shape ?? '', rest);
}

type Send = (operation: string, request: unknown) => Promise<unknown>;

const authorization = () => `AWS4-HMAC-SHA256 Credential=${emulator.env.AWS_ACCESS_KEY_ID}/x`;

const asJson =
  (target: string): Send =>
  (operation, request) => {
    const headers = { 'x-amz-target': `${target}.${operation}`, authorization: authorization() };
    return fetch(emulator.url, { method: 'POST', headers, body: JSON.stringify(request) });
  };

const asForm: Send = (operation, request) => {
  const body = new URLSearchParams([['Action', operation], ...fields('', request)]);
  return fetch(emulator.url, { method: 'POST', headers: { authorization: authorization() }, body });
};

function fields(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one, index) => fields(`${name}.member.${index + 1}`, one));
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, one]) => fields(name ? `${name}.${key}` : key, one));
}

/** A header cannot hold every text: what cannot travel is not sent. */
const asHeaders: Send = async (operation, request) => {
  const members = shapeOf(models.runtime, `${operation}Input`).members ?? {};
  const given = Object.entries(Object(request)).map(([name, value]) => [name, String(value)] as const);
  const endpoint = given.find(([name]) => name === 'EndpointName')?.[1] ?? 'e';
  const sent = given
    .filter(([name]) => name !== 'EndpointName')
    .map(([name, value]) => [members[name]?.locationName ?? name, value]);
  const travels = sent.every(([, value]) => /^[\u0020-\u00ff]*$/.test(value ?? ''));
  const headers = { authorization: authorization(), ...Object.fromEntries(travels ? sent : []) };
  const path = operation === 'InvokeEndpointAsync' ? 'async-invocations' : 'invocations';
  return fetch(`${emulator.url}/endpoints/${encodeURIComponent(endpoint)}/${path}`, {
    method: 'POST',
    headers,
    body: '{}',
  });
};

const services: readonly { model: ServiceModel; send: Send }[] = [
  { model: models.sagemaker, send: asJson('SageMaker') },
  { model: models.logs, send: asJson('Logs_20140328') },
  { model: models.cloudwatch, send: asJson('GraniteServiceVersion20100801') },
  { model: models.autoscaling, send: asJson('AnyScaleFrontendService') },
  { model: models.sts, send: asForm },
  { model: models.runtime, send: asHeaders },
];

test('every constraint of the API refuses a wrong value, and those that nothing can break are named', async () => {
  for (const { model, send } of services) {
    for (const operation of Object.keys(model.operations)) {
      for (const request of wrongRequests(model, operation)) await send(operation, request);
    }
  }
  const { all, violated, missed } = constraintCoverage(services.map(({ model }) => model));
  console.log(
    `Constraints of the API: ${all.length}. Violated by a test: ${violated.length}. By none: ${missed.length}.`,
  );
  for (const { operation, path, kind } of missed) console.log(`  ${operation} ${path} ${kind}`);
  expect(missed.map(({ operation, path, kind }) => `${operation} ${path} ${kind}`)).toEqual(UNBREAKABLE);
});

const NAME_PATTERN = '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?';
const variant = (name: string, count: number) => ({ VariantName: name, InitialInstanceCount: count });

test.each([
  [
    'a missing member',
    'DescribeModel',
    {},
    "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be null",
  ],
  [
    'a pattern',
    'DescribeModel',
    { ModelName: 'under_score' },
    `1 validation error detected: Value 'under_score' at 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
  ],
  [
    'a length, counted in characters',
    'UpdateModelPackage',
    {
      ModelPackageArn: 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/g/1',
      ApprovalDescription: '\u{1F600}'.repeat(1025),
    },
    `1 validation error detected: Value '${'\u{1F600}'.repeat(1025)}' at 'approvalDescription' failed to satisfy constraint: Member must have length less than or equal to 1024`,
  ],
  [
    'an enumeration',
    'ListModels',
    { SortOrder: 'Up' },
    "1 validation error detected: Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [Ascending, Descending]",
  ],
  [
    'a range inside a list',
    'CreateEndpointConfig',
    { EndpointConfigName: 'a', ProductionVariants: [variant('a', 1), variant('b', 0)] },
    "1 validation error detected: Value '0' at 'productionVariants.2.member.initialInstanceCount' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    'the values of a map, which AWS lists together',
    'UpdateModelPackage',
    {
      ModelPackageArn: 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/g/1',
      CustomerMetadataProperties: { by: '#' },
    },
    "1 validation error detected: Value '{by=#}' at 'customerMetadataProperties' failed to satisfy constraint: Map value must satisfy constraint: " +
      '[Member must have length less than or equal to 256, Member must have length greater than or equal to 1, ' +
      'Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)$' +
      '{1,256}]',
  ],
])('%s is refused in the words of AWS', async (_, operation, request, message) => {
  expect(await refusal(operation, request)).toMatchObject({ __type: 'ValidationException', message });
});

test.each([
  ['an unknown member', { ModelName: 'a', Colour: 'red' }, "Unknown member 'Colour' at ''"],
  ['a wrong type', { ModelName: 1 }, "NUMBER_VALUE can not be converted to a string at 'ModelName'"],
])('%s cannot be read', async (_, request, message) => {
  expect(await refusal('DescribeModel', request)).toMatchObject({ __type: 'SerializationException', message });
});

test('a character outside the basic plane counts once', async () => {
  const ModelPackageArn = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/g/1';
  const request = { ModelPackageArn, ApprovalDescription: '\u{1F600}'.repeat(1024) };
  expect(await refusal('UpdateModelPackage', request)).toMatchObject({
    message: `ModelPackage ${ModelPackageArn} does not exist.`,
  });
});

test('an operation that the emulator does not have is unknown', async () => {
  expect(await refusal('CreateNotebookInstance', {})).toMatchObject({ __type: 'UnknownOperationException' });
});

async function refusal(operation: string, request: unknown): Promise<unknown> {
  const headers = { 'x-amz-target': `SageMaker.${operation}`, authorization: authorization() };
  return (await fetch(emulator.url, { method: 'POST', headers, body: JSON.stringify(request) })).json();
}

test.each([
  ['lacks a member that AWS promises', {}, 'lacks DescribeModelPackageGroup.ModelPackageGroupName'],
  ['has a member that AWS does not know', { Colour: 'red' }, 'has DescribeModelPackageGroup.Colour'],
  ['has a value of the wrong type', { ModelPackageGroupStatus: 'Sleeping' }, 'has "Sleeping" at'],
])('an answer of the emulator that %s is a mistake', (_, answer, message) => {
  expect(() => encode(models.sagemaker, 'DescribeModelPackageGroup', answer)).toThrow(message);
});
