import { type ServiceModel, type Shape, shapeOf } from './model.ts';
import { AwsError } from './world.ts';

/** Reads a JSON request into the shapes of the model: epoch seconds become dates, a wrong type or an unknown member is refused. */
export function decode(model: ServiceModel, operation: string, body: unknown): Record<string, unknown> {
  const input = model.operations[operation]?.input;
  if (!input) return {};
  const decoded = decodeShape(model, shapeOf(model, input.shape), body, '');
  return isRecord(decoded) ? decoded : {};
}

function decodeShape(model: ServiceModel, shape: Shape, value: unknown, at: string): unknown {
  switch (shape.type) {
    case 'structure':
      return decodeStructure(model, shape, value, at);
    case 'list':
      if (!Array.isArray(value) || !shape.member) throw unexpected(value, at, 'a list');
      return value.map((one) => decodeNamed(model, shape.member?.shape ?? '', one, `${at}.member`));
    case 'map':
      if (!isRecord(value) || !shape.value) throw unexpected(value, at, 'a map');
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
          key,
          decodeNamed(model, shape.value?.shape ?? '', one, `${at}.${key}`),
        ]),
      );
    default:
      return decodeScalar(shape, value, at);
  }
}

const decodeNamed = (model: ServiceModel, name: string, value: unknown, at: string): unknown =>
  decodeShape(model, shapeOf(model, name), value, at);

function decodeStructure(model: ServiceModel, shape: Shape, value: unknown, at: string): Record<string, unknown> {
  if (!isRecord(value)) throw unexpected(value, at, 'a structure');
  const decoded: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const member = shape.members?.[name];
    if (!member) throw new AwsError('SerializationException', `Unknown member '${name}' at '${at}'`);
    if (!isNone(member.shape, one)) decoded[name] = decodeNamed(model, member.shape, one, at ? `${at}.${name}` : name);
  }
  return decoded;
}

/** A VPC without a subnet and a security group is how some tools say that there is none. */
function isNone(shape: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return shape === 'VpcConfig' && isRecord(value) && Object.keys(value).length === 0;
}

function decodeScalar(shape: Shape, value: unknown, at: string): unknown {
  if (shape.type === 'blob') return value;
  if (shape.type === 'timestamp') {
    if (typeof value !== 'number') throw unexpected(value, at, 'a timestamp');
    return new Date(value * 1000);
  }
  if (shape.type === 'string' || shape.type === 'boolean') {
    if (typeof value !== shape.type) throw unexpected(value, at, `a ${shape.type}`);
    return value;
  }
  if (typeof value !== 'number') throw unexpected(value, at, 'a number');
  if ((shape.type === 'integer' || shape.type === 'long') && !Number.isInteger(value))
    throw unexpected(value, at, 'an integer');
  return value;
}

function unexpected(value: unknown, at: string, wanted: string): AwsError {
  const kind = Array.isArray(value)
    ? 'LIST'
    : value === null
      ? 'NULL'
      : typeof value === 'object'
        ? 'STRUCTURE'
        : typeof value;
  return new AwsError(
    'SerializationException',
    `${kind.toUpperCase()}_VALUE can not be converted to ${wanted} at '${at}'`,
  );
}

/** What the model calls required and SageMaker leaves out: a version of a group has no name of its own. */
const leftOut: Readonly<Record<string, readonly string[]>> = { DescribeModelPackageOutput: ['ModelPackageName'] };

/**
 * Writes an answer as the model says: dates become epoch seconds, members without a value are left out.
 * An answer that AWS could not have given is a mistake of the emulator, and is thrown.
 */
export function encode(model: ServiceModel, operation: string, answer: unknown): Record<string, unknown> {
  const output = model.operations[operation]?.output;
  const encoded = output ? encodeNamed(model, output.shape, answer ?? {}, operation) : {};
  return isRecord(encoded) ? encoded : {};
}

function encodeNamed(model: ServiceModel, name: string, value: unknown, at: string): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === 'structure') return encodeStructure(model, name, value, at);
  if (shape.type === 'list' && Array.isArray(value)) {
    return value.map((one) => encodeNamed(model, shape.member?.shape ?? '', one, `${at}.member`));
  }
  if (shape.type === 'map' && isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        encodeNamed(model, shape.value?.shape ?? '', one, `${at}.${key}`),
      ]),
    );
  }
  if (shape.type === 'timestamp' && value instanceof Date) return value.getTime() / 1000;
  if (scalarFits(shape, value)) return value;
  throw new Error(`The emulator's answer has ${JSON.stringify(value)} at ${at}, which is no ${shape.type}.`);
}

function encodeStructure(model: ServiceModel, named: string, value: unknown, at: string): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`The emulator's answer has no structure at ${at}.`);
  const shape = shapeOf(model, named);
  const encoded: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const member = shape.members?.[name];
    if (!member) throw new Error(`The emulator's answer has ${at}.${name}, which the API does not know.`);
    if (one !== undefined) encoded[name] = encodeNamed(model, member.shape, one, `${at}.${name}`);
  }
  for (const name of shape.required ?? []) {
    if (encoded[name] === undefined && !leftOut[named]?.includes(name))
      throw new Error(`The emulator's answer lacks ${at}.${name}, which the API promises.`);
  }
  return encoded;
}

/** What of a value the shape has room for: the rest is left out, at any depth. */
export function fitting(model: ServiceModel, name: string, value: unknown): Record<string, unknown> {
  const fitted = fitValue(model, name, value);
  return isRecord(fitted) ? fitted : {};
}

function fitValue(model: ServiceModel, name: string, value: unknown): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === 'list') {
    return Array.isArray(value)
      ? value.map((one) => fitValue(model, shape.member?.shape ?? '', one)).filter(isGiven)
      : undefined;
  }
  if (shape.type === 'map' || shape.type === 'structure')
    return isRecord(value) ? fitMembers(model, shape, value) : undefined;
  if (shape.type === 'string' && typeof value === 'number') return String(value);
  return scalarFits(shape, value) ? value : undefined;
}

function fitMembers(
  model: ServiceModel,
  shape: Shape,
  value: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const fitted: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const inner = (shape.type === 'map' ? shape.value : shape.members?.[key])?.shape;
    const fits = inner === undefined ? undefined : fitValue(model, inner, one);
    if (fits !== undefined) fitted[key] = fits;
  }
  return shape.required?.every((key) => key in fitted) === false && !shape.members?.CreationTime ? undefined : fitted;
}

const isGiven = (value: unknown): boolean => value !== undefined;

function scalarFits(shape: Shape, value: unknown): boolean {
  if (shape.type === 'string') return typeof value === 'string' && (!shape.enum || shape.enum.includes(value));
  if (shape.type === 'boolean') return typeof value === 'boolean';
  if (shape.type === 'integer' || shape.type === 'long') return Number.isInteger(value);
  if (shape.type === 'float' || shape.type === 'double') return typeof value === 'number';
  return shape.type === 'blob';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
