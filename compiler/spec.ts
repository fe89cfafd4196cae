import { isMapping, type Mapping } from './document.ts';
import { type InputRule, inputRulesFrom, inputRulesProblems, mostOptions } from './input-rules.ts';
import { PipelineError, refuse } from './problem.ts';
import { rubyText } from './ruby.ts';

const inputTypes = ['array', 'boolean', 'number', 'string'] as const;
export type InputType = (typeof inputTypes)[number];
const componentMembers = ['name', 'sha', 'version', 'reference'] as const;
type ComponentMember = (typeof componentMembers)[number];

export interface InputSpec {
  readonly name: string;
  readonly type: InputType;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
  readonly options?: readonly unknown[];
  readonly regex?: string;
  readonly rules?: readonly InputRule[];
}

export interface Spec {
  readonly description?: string;
  readonly component: readonly ComponentMember[];
  readonly inputs: readonly InputSpec[];
}

const inputKeys = ['default', 'description', 'options', 'regex', 'rules', 'type'];
const longestDescription = 256;

/** Reads a header. Nothing in it is interpolated: a block in a default stays text. */
export function readSpec(header: Mapping): Spec {
  const spec = header.spec ?? {};
  refuseLowercased([
    ...unknownKeys('header', header, ['spec']),
    ...when(!isMapping(spec), 'header:spec config should be a hash'),
  ]);
  return isMapping(spec) ? specFrom(spec) : { component: [], inputs: [] };
}

function specFrom({ description, component, inputs, ...rest }: Mapping): Spec {
  if ('include' in rest) throw new PipelineError('spec:include is not supported here; declare the inputs in each file');
  refuseLowercased([...unknownKeys('header:spec', rest, []), ...descriptionProblems(description ?? '')]);
  refuseLowercased([...inputsProblems(inputs ?? {}), ...componentProblems(component ?? [])]);
  const declared = Object.entries(isMapping(inputs) ? inputs : {});
  return {
    ...(typeof description === 'string' ? { description } : {}),
    component: componentMembers.filter((member) => Array.isArray(component) && component.includes(member)),
    // `foo:` with nothing after it declares a required string.
    inputs: declared.map(([name, input]) => inputFrom(name, isMapping(input) ? input : {})),
  };
}

/** GitLab writes what it says against a header in lower case, names too. */
function refuseLowercased(problems: readonly string[]): void {
  refuse(problems.map((problem) => problem.toLowerCase()));
}

function descriptionProblems(description: unknown): string[] {
  if (typeof description !== 'string') return ['header:spec config description should be a string'];
  return when(
    description.length > longestDescription,
    `header:spec config description is too long (maximum is ${longestDescription} characters)`,
  );
}

function componentProblems(component: unknown): string[] {
  const listed: unknown[] = Array.isArray(component) ? component : [];
  const unknown = listed.filter((member) => !componentMembers.some((known) => known === member));
  return [
    ...when(!Array.isArray(component), 'header:spec:component config should be an array'),
    ...when(
      !Array.isArray(component) || listed.some((member) => typeof member !== 'string'),
      'header:spec:component config should be an array of strings',
    ),
    ...when(unknown.length > 0, `header:spec:component config contains unknown values: ${unknown.join(', ')}`),
  ];
}

function inputFrom(name: string, input: Mapping): InputSpec {
  const { type, description, options, regex } = input;
  const rules = inputRulesFrom(input.rules);
  return {
    name,
    type: inputTypes.find((known) => known === type) ?? 'string',
    required: !('default' in input) && !rules?.some((rule) => 'default' in rule),
    ...('default' in input ? { default: input.default } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(Array.isArray(options) ? { options } : {}),
    ...(typeof regex === 'string' ? { regex } : {}),
    ...(rules ? { rules } : {}),
  };
}

function inputsProblems(inputs: unknown): string[] {
  if (!isMapping(inputs)) return ['header:spec:inputs config should be a hash'];
  return Object.entries(inputs).flatMap(([name, input]) => {
    const at = `header:spec:inputs:${name}`;
    // Two checks of GitLab's say the same.
    if (!isMapping(input ?? {})) return [`${at} config should be a hash`, `${at} config should be a hash`];
    const declared = isMapping(input) ? input : {};
    const problems = inputProblems(at, declared);
    return problems.length > 0 ? problems : inputRulesProblems(at, declared.rules);
  });
}

function inputProblems(at: string, input: Mapping): string[] {
  const { type, description, regex } = input;
  const known: readonly unknown[] = inputTypes;
  const given = (value: unknown) => value !== undefined && value !== null;
  return [
    ...when(
      given(description) && typeof description !== 'string' && !Number.isInteger(description),
      `${at} input description must be an alphanumeric string`,
    ),
    ...when(given(regex) && typeof regex !== 'string', `${at} input regex should be a string`),
    ...when(given(type) && !known.includes(type), `${at} input type unknown value: ${rubyText(type)}`),
    ...optionsProblems(at, input.options ?? []),
    ...unknownKeys(at, input, inputKeys),
    ...['options', 'default'].flatMap((other) => {
      const both = Object.keys(input).filter((key) => key === 'rules' || key === other);
      return when(both.length > 1, `${at} config these keys cannot be used together: ${both.join(', ')}`);
    }),
  ];
}

function optionsProblems(at: string, options: unknown): string[] {
  if (!Array.isArray(options)) return [`${at} input options should be an array`];
  return [
    ...when(options.length > mostOptions, `${at} config cannot define more than ${mostOptions} options`),
    ...when(options.includes(null), `${at} config options array cannot contain null values`),
  ];
}

function unknownKeys(at: string, value: Mapping, known: readonly string[]): string[] {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return when(unknown.length > 0, `${at} config contains unknown keys: ${unknown.join(', ')}`);
}

function when(holds: boolean, problem: string): string[] {
  return holds ? [problem] : [];
}
