import { type Json, list, record } from './definition-parts.ts';

/** What the references of a definition stand for in one execution. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly execution: Json;
  /** What a step's job or resource is described as, once the step has succeeded. */
  readonly properties: (step: string) => unknown;
  readonly propertyFile: (step: string, file: string) => unknown;
}

/** Every path that is got anywhere inside. */
export function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'Get' && typeof one === 'string' ? [one] : references(one),
  );
}

/** Puts values in the place of references and functions. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[key, argument] = [], ...others] = entries;
  if (others.length === 0) {
    if (key === 'Get' && typeof argument === 'string') return got(argument, scope);
    if (key === 'Std:Join') return joined(record(argument), scope);
    if (key === 'Std:JsonGet') return read(record(argument), scope);
  }
  return Object.fromEntries(entries.map(([name, one]) => [name, resolve(one, scope)]));
}

function joined({ On: on, Values: values }: Json, scope: Scope): string {
  return list(values)
    .map((one) => String(resolve(one, scope)))
    .join(typeof on === 'string' ? on : '');
}

function read({ PropertyFile: file, Path: path }: Json, scope: Scope): unknown {
  const found = at(resolve(file, scope), keysOf(String(path)));
  if (found === undefined)
    throw new Error(`ClientError: The path ${String(path)} does not exist in the property file.`);
  return found;
}

function got(path: string, scope: Scope): unknown {
  const [root, name = '', ...rest] = keysOf(path);
  if (root === 'Parameters') return scope.parameters.get(name);
  if (root === 'Execution') return scope.execution[name];
  const [member, file] = rest;
  const found = member === 'PropertyFiles' ? scope.propertyFile(name, file ?? '') : at(scope.properties(name), rest);
  if (root !== 'Steps' || found === undefined) throw new Error(`ClientError: ${path} could not be resolved.`);
  return found;
}

/** `a.b['c'][0]` */
function keysOf(path: string): string[] {
  return [...path.matchAll(/\[(?:'([^']*)'|"([^"]*)"|(\d+))\]|([^.[\]]+)/g)].map(
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
