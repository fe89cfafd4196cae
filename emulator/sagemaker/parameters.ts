import { arrayIn, knowOnly, objectIn, unparsable } from './definition-parts.ts';
import { invalid } from './service.ts';

type ParameterType = 'String' | 'Boolean' | 'Integer' | 'Float';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly defaultValue?: unknown;
  readonly values?: readonly unknown[];
}

const isOf: Readonly<Record<ParameterType, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Integer: Number.isInteger,
  Float: (value) => typeof value === 'number',
};

const isType = (type: unknown): type is ParameterType => typeof type === 'string' && Object.hasOwn(isOf, type);

export function readParameters(parameters: unknown = []): Parameter[] {
  const read = arrayIn(parameters).map(readParameter);
  const names = read.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unparsable(`Parameter names must be unique: '${twice}' is used twice`);
  return read;
}

function readParameter(value: unknown): Parameter {
  const parameter = objectIn(value);
  knowOnly('Parameter', parameter, ['Name', 'Type', 'DefaultValue', 'EnumValues', 'Description']);
  // In the schema of definitions that AWS publishes, a parameter without a Type is a String.
  const { Name: name, Type: type = 'String', DefaultValue: defaultValue, EnumValues } = parameter;
  if (typeof name !== 'string') throw unparsable('Every parameter needs a Name');
  if (!isType(type)) throw unparsable(`Unknown type '${String(type)}' of parameter '${name}'`);
  const values = EnumValues === undefined ? undefined : arrayIn(EnumValues);
  const wrong = [...(defaultValue === undefined ? [] : [defaultValue]), ...(values ?? [])].find(
    (one) => !isOf[type](one),
  );
  if (wrong !== undefined) throw unparsable(cannotAssign({ name, type }, String(wrong)));
  if (defaultValue !== undefined && values?.includes(defaultValue) === false)
    throw unparsable(`The default value of '${name}' is not one of [${values.join(', ')}]`);
  return { name, type, ...(defaultValue !== undefined && { defaultValue }), ...(values && { values }) };
}

/** The parameters of one execution: what was sent, else the default, each as its type. */
export function parameterValues(
  parameters: readonly Parameter[],
  sent: ReadonlyMap<string, string>,
): Map<string, unknown> {
  const known = new Set(parameters.map(({ name }) => name));
  const unknown = [...sent.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(`Unknown parameters [${unknown.join(', ')}]`);
  const values = new Map<string, unknown>();
  for (const parameter of parameters) {
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
  throw invalid(cannotAssign({ name, type }, text));
}

const cannotAssign = ({ name, type }: Pick<Parameter, 'name' | 'type'>, text: string): string =>
  `Cannot assign property [${name}] to type [${type}] with value '${text}'`;
