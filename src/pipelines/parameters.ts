import * as z from 'zod/mini';

/** What a value of each type of parameter looks like. */
const TYPES = {
  String: /^/,
  Integer: /^[+-]?\d+$/,
  Float: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  Boolean: /^(true|false)$/i,
} as const;

/** A parameter as a definition declares it. One without a Type is a String. */
export const declaredParameter = z.looseObject({
  Name: z.string('must have a Name'),
  Type: z._default(
    z.enum(['String', 'Integer', 'Float', 'Boolean'], 'must be String, Integer, Float or Boolean'),
    'String',
  ),
  DefaultValue: z.optional(z.unknown()),
  EnumValues: z.nullish(z.array(z.unknown(), 'must be a list')),
});

type Declared = z.output<typeof declaredParameter>;
type Given = ReadonlyMap<string, string>;

/** What is wrong with the given parameters, and with the defaults, by what the file declares: a sentence each. */
export function parameterProblems(given: Given, declared: readonly Declared[], file: string): string[] {
  return [
    ...undeclared(given, declared, file),
    ...declared.flatMap((parameter) => [
      ...defaultProblem(parameter, file),
      ...valueProblem(parameter, given.get(parameter.Name), file),
    ]),
  ];
}

function undeclared(given: Given, declared: readonly Declared[], file: string): string[] {
  const known = new Set(declared.map(({ Name }) => Name));
  const list = [...known].join(', ') || 'none';
  return [...given.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `parameters: received "${name}", which ${file} does not declare; it declares ${list}.`);
}

function defaultProblem(parameter: Declared, file: string): string[] {
  const { Name: name, DefaultValue: value } = parameter;
  if (!hasDefault(parameter) || isAllowed(parameter, value)) return [];
  return [
    `definition_file: received "${file}"; the DefaultValue "${String(value)}" of ${name} is none of its EnumValues: ${list(parameter)}.`,
  ];
}

function valueProblem(parameter: Declared, value: string | undefined, file: string): string[] {
  const { Name: name, Type: type } = parameter;
  if (value === undefined)
    return hasDefault(parameter) ? [] : [`parameters: "${name}" is missing, and has no DefaultValue in ${file}.`];
  if (!TYPES[type].test(value))
    return [`parameters: received "${name}=${value}", but ${file} declares ${name} as ${type}.`];
  if (isAllowed(parameter, value)) return [];
  return [`parameters: received "${name}=${value}", but ${file} allows only these EnumValues: ${list(parameter)}.`];
}

const hasDefault = ({ DefaultValue: value }: Declared) => value !== undefined && value !== null;

function isAllowed({ Type: type, EnumValues: values }: Declared, value: unknown): boolean {
  return !values || values.some((each) => meaningOf(type, each) === meaningOf(type, value));
}

/** What a value means as a parameter of its type: `+1` is 1, and `True` is true. */
function meaningOf(type: Declared['Type'], value: unknown): unknown {
  if (type === 'String') return value;
  return type === 'Boolean' ? String(value).toLowerCase() : Number(value);
}

const list = ({ EnumValues: values }: Declared) => (values ?? []).map(String).join(', ');
