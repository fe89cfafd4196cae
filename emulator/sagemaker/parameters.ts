import { record, unparsable } from './definition-parts.ts';
import { invalid } from './service.ts';

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly values?: readonly unknown[];
}

export function readParameter(value: unknown): Parameter {
  const { Name: name, Type: type, DefaultValue: defaultValue, EnumValues: values } = record(value);
  if (typeof name !== 'string' || typeof type !== 'string') throw unparsable('Every parameter needs a Name and a Type');
  return { name, type, ...(defaultValue !== undefined && { defaultValue }), ...(Array.isArray(values) && { values }) };
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
  throw invalid(`Cannot assign property [${name}] to type [${type}] with value '${text}'`);
}
