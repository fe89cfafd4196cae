import { isObject, type Json, list, record } from './definition-parts.ts';

/** `{ "Get": "..." }`, or a function such as `Std:Join`. */
export interface Expression {
  readonly name: string;
  readonly argument: unknown;
}

/** What stands in a definition for a value that only an execution knows. */
export function expressionOf(value: unknown): Expression | undefined {
  if (!isObject(value)) return undefined;
  const [[name = '', argument] = [], ...others] = Object.entries(value);
  const isOne = (name === 'Get' && typeof argument === 'string') || name.startsWith('Std:');
  return isOne && others.length === 0 ? { name, argument } : undefined;
}

/** What the expressions of a definition stand for in one execution. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly execution: Json;
  /** What a step's job or resource is described as, once the step has succeeded. */
  readonly properties: (step: string) => unknown;
  readonly propertyFile: (step: string, file: string) => unknown;
  /** The JSON document that lies at an address of S3. */
  readonly object: (uri: string) => unknown;
}

/** Puts values in the place of expressions. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope));
  if (!isObject(value)) return value;
  const expression = expressionOf(value);
  if (!expression) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one, scope)]));
  const { name, argument } = expression;
  if (name === 'Get') return got(String(argument), scope);
  return name === 'Std:Join' ? joined(record(argument), scope) : read(record(argument), scope);
}

function joined({ On: on, Values: values }: Json, scope: Scope): string {
  return list(values)
    .map((one) => textOf(resolve(one, scope)))
    .join(typeof on === 'string' ? on : '');
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') throw new Error(`ClientError: Std:Join cannot join ${JSON.stringify(value)}.`);
  return String(value);
}

function read({ PropertyFile: file, S3Uri: address, Path: path }: Json, scope: Scope): unknown {
  const uri = address === undefined ? undefined : String(resolve(address, scope));
  const found = at(uri === undefined ? resolve(file, scope) : scope.object(uri), keysOf(String(path)));
  if (found !== undefined) return found;
  throw new Error(`ClientError: The path ${String(path)} does not exist in ${uri ?? 'the property file'}.`);
}

function got(path: string, scope: Scope): unknown {
  const [root, name = '', ...rest] = keysOf(path);
  const found = root === 'Steps' ? gotOfStep(name, rest, scope) : gotOfExecution(root, name, scope);
  if (found === undefined) throw new Error(`ClientError: ${path} could not be resolved.`);
  return found;
}

const gotOfExecution = (root: string | undefined, name: string, scope: Scope): unknown =>
  root === 'Parameters' ? scope.parameters.get(name) : scope.execution[name];

function gotOfStep(step: string, keys: readonly string[], scope: Scope): unknown {
  const [member, file = ''] = keys;
  return member === 'PropertyFiles' ? scope.propertyFile(step, file) : at(scope.properties(step), keys);
}

/** `a.b['c'][0]`, with or without JsonPath's `$` in front. */
export function keysOf(path: string): string[] {
  return [...path.replace(/^\$\.?/, '').matchAll(/\[(?:'([^']*)'|"([^"]*)"|(\d+))\]|([^.[\]]+)/g)].map(
    ([, a, b, c, d]) => a ?? b ?? c ?? d ?? '',
  );
}

/** A list may be indexed by the name of its entry, as in Outputs['train']. */
function at(value: unknown, keys: readonly string[]): unknown {
  let here: unknown = value;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[Number(key)] ?? here.find((one) => Object.values(record(one)).includes(key));
    else here = record(here)[key];
  }
  return here;
}
