import { invalid } from './service.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Step {
  readonly name: string;
  readonly type: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly arguments: Json;
  readonly dependsOn: readonly string[];
  /** The branches of a Condition. */
  readonly ifSteps: readonly Step[];
  readonly elseSteps: readonly Step[];
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly values?: readonly unknown[];
}

export interface Definition {
  readonly parameters: readonly Parameter[];
  readonly steps: readonly Step[];
}

/** What the references of a definition stand for in one execution. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly execution: Json;
  /** What a step's job or resource is described as, once the step has succeeded. */
  readonly properties: (step: string) => unknown;
  readonly propertyFile: (step: string, file: string) => unknown;
}

/** Reads an uploaded definition, refusing what SageMaker could not run. */
export function parseDefinition(text: string): Definition {
  const document = parsed(text);
  if (typeof document.Version !== 'string') throw unparsable("Property 'Version' is missing");
  if (!Array.isArray(document.Steps) || document.Steps.length === 0) throw unparsable('The pipeline has no steps');
  const steps = document.Steps.map(readStep);
  const names = everyStep(steps).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unparsable(`Step names must be unique: '${twice}' is used twice`);
  for (const step of everyStep(steps)) {
    const unknown = prerequisites(step).find((name) => !names.includes(name));
    if (unknown !== undefined) throw unparsable(`Step '${step.name}' depends on '${unknown}', which does not exist`);
  }
  const parameters = list(document.Parameters).map(readParameter);
  const known = new Set(parameters.map(({ name }) => name));
  const undeclared = references(document.Steps)
    .filter((path) => path.startsWith('Parameters.'))
    .map((path) => path.slice('Parameters.'.length))
    .find((name) => !known.has(name));
  if (undeclared !== undefined) throw unparsable(`Parameter '${undeclared}' is not declared`);
  return { parameters, steps };
}

function parsed(text: string): Json {
  try {
    return record(JSON.parse(text));
  } catch {
    throw unparsable('The definition is not valid JSON');
  }
}

const unparsable = (why: string) => invalid(`Unable to parse pipeline definition. ${why}.`);

function readStep(value: unknown): Step {
  const step = record(value);
  const { Name: name, Type: type } = step;
  if (typeof name !== 'string' || typeof type !== 'string') throw unparsable('Every step needs a Name and a Type');
  const given = record(step.Arguments);
  return {
    name,
    type,
    ...(typeof step.DisplayName === 'string' && { displayName: step.DisplayName }),
    ...(typeof step.Description === 'string' && { description: step.Description }),
    arguments: given,
    dependsOn: list(step.DependsOn).map(String),
    ifSteps: list(given.IfSteps).map(readStep),
    elseSteps: list(given.ElseSteps).map(readStep),
  };
}

function readParameter(value: unknown): Parameter {
  const { Name: name, Type: type, DefaultValue: defaultValue, EnumValues: values } = record(value);
  if (typeof name !== 'string' || typeof type !== 'string') throw unparsable('Every parameter needs a Name and a Type');
  return { name, type, ...(defaultValue !== undefined && { defaultValue }), ...(Array.isArray(values) && { values }) };
}

const everyStep = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step) => [step, ...everyStep(step.ifSteps), ...everyStep(step.elseSteps)]);

/** The steps that must have succeeded before this one: those it names, and those it refers to. */
export function prerequisites(step: Step): string[] {
  const { IfSteps: _, ElseSteps: __, ...own } = step.arguments;
  const referred = references(own)
    .filter((path) => path.startsWith('Steps.'))
    .map((path) => /^Steps\.([\w-]+)/.exec(path)?.[1] ?? '');
  return [...new Set([...step.dependsOn, ...referred])];
}

/** Every path that is got anywhere inside. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'Get' && typeof one === 'string' ? [one] : references(one),
  );
}

/** The parameters of one execution: what was sent, else the default, each as its type. */
export function parameterValues(definition: Definition, sent: ReadonlyMap<string, string>): Map<string, unknown> {
  const known = new Set(definition.parameters.map(({ name }) => name));
  const unknown = [...sent.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(`Unknown parameters [${unknown.join(', ')}]`);
  const values = new Map<string, unknown>();
  for (const parameter of definition.parameters) {
    const text = sent.get(parameter.name);
    const value = text === undefined ? parameter.defaultValue : typed(parameter, text);
    if (value === undefined) throw invalid(`Parameters [${parameter.name}] do not have values`);
    if (parameter.values && !parameter.values.includes(value)) {
      throw invalid(`Parameter '${parameter.name}' must be one of [${parameter.values.join(', ')}]`);
    }
    values.set(parameter.name, value);
  }
  return values;
}

function typed({ name, type }: Parameter, text: string): unknown {
  if (type === 'String') return text;
  if (type === 'Boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (type === 'Integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'Float' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  throw invalid(`Cannot assign property [${name}] to type [${type}] with value '${text}'`);
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

/** Whether all conditions of a Condition step hold. */
export function holds(conditions: unknown, scope: Scope): boolean {
  return list(conditions).every((one) => holdsOne(record(one), scope));
}

function holdsOne(condition: Json, scope: Scope): boolean {
  const { Type: type } = condition;
  if (type === 'Not') return !holdsOne(record(condition.Expression), scope);
  if (type === 'Or') return list(condition.Conditions).some((one) => holdsOne(record(one), scope));
  if (type === 'In') {
    return list(condition.Values).some((one) => resolve(one, scope) === resolve(condition.QueryValue, scope));
  }
  const left = resolve(condition.LeftValue, scope);
  const right = resolve(condition.RightValue, scope);
  if (type === 'Equals') return left === right;
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b))
    throw new Error(`ClientError: ${String(type)} cannot compare ${String(left)} with ${String(right)}.`);
  if (type === 'LessThan') return a < b;
  if (type === 'LessThanOrEqualTo') return a <= b;
  if (type === 'GreaterThan') return a > b;
  if (type === 'GreaterThanOrEqualTo') return a >= b;
  throw new Error(`ClientError: Unknown condition type ${String(type)}.`);
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
