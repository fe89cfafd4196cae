import { isMapping, type Mapping } from './document.ts';
import { isExpression } from './expression.ts';
import { refuse } from './problem.ts';

const inputTypes = ['array', 'boolean', 'number', 'string'] as const;
type InputType = (typeof inputTypes)[number];
const componentMembers = ['name', 'sha', 'version', 'reference'] as const;
type ComponentMember = (typeof componentMembers)[number];

/** `spec:inputs:<name>:rules`: the first whose condition holds gives the options and the default. */
interface InputRule {
  readonly if?: string;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
}

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
const mostOptions = 50;
const longestDescription = 1024;

/** Reads a header. Nothing in it is interpolated: a block in a default stays text. */
export function readSpec(header: Mapping): Spec {
  const problems: string[] = [];
  const spec = header.spec ?? {};
  problems.push(...unknownKeys('header', header, ['spec']));
  if (!isMapping(spec)) {
    refuse([...problems, 'header:spec config should be a hash']);
    return { component: [], inputs: [] };
  }
  problems.push(...unknownKeys('header:spec', spec, ['component', 'description', 'inputs']));
  if (spec.description !== undefined && typeof spec.description !== 'string') {
    problems.push('header:spec description should be a string');
  }
  const inputs = readInputs(spec.inputs ?? {}, problems);
  const component = readComponent(spec.component ?? [], problems);
  refuse(problems);
  return { ...(typeof spec.description === 'string' ? { description: spec.description } : {}), component, inputs };
}

function readComponent(value: unknown, problems: string[]): ComponentMember[] {
  const listed: unknown[] = Array.isArray(value) ? value : [value];
  const unknown = listed.filter((member) => !componentMembers.some((known) => known === member));
  if (!Array.isArray(value)) problems.push('header:spec:component config should be an array of strings');
  else if (unknown.length > 0) {
    problems.push(`header:spec:component config contains unknown values: ${unknown.join(', ')}`);
  }
  return componentMembers.filter((member) => listed.includes(member));
}

function readInputs(value: unknown, problems: string[]): InputSpec[] {
  if (!isMapping(value)) {
    problems.push('header:spec:inputs config should be a hash');
    return [];
  }
  const inputs = Object.entries(value).map(([name, declared]) => {
    // `foo:` with nothing after it declares a required string.
    const input = declared ?? {};
    problems.push(...inputProblems(`header:spec:inputs:${name}`, input));
    return inputFrom(name, isMapping(input) ? input : {});
  });
  problems.push(...inputs.flatMap((input) => referenceProblems(input, Object.keys(value))));
  return inputs;
}

function referenceProblems({ name, rules = [] }: InputSpec, declared: readonly string[]): string[] {
  return rules.flatMap((rule, index) => {
    const named = [...(rule.if ?? '').matchAll(/\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g)].map(([, input = '']) => input);
    const undeclared = named.filter((input) => !declared.includes(input));
    return when(
      undeclared.length > 0,
      `header:spec:inputs:${name} config rule[${index}] references undefined inputs: ${undeclared.join(', ')}`,
    );
  });
}

function inputFrom(name: string, input: Mapping): InputSpec {
  const { type, description, options, regex } = input;
  const rules = Array.isArray(input.rules) ? input.rules.filter(isMapping).map(ruleFrom) : undefined;
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

function ruleFrom(rule: Mapping): InputRule {
  return {
    ...(typeof rule.if === 'string' ? { if: rule.if } : {}),
    ...(Array.isArray(rule.options) ? { options: rule.options } : {}),
    ...('default' in rule ? { default: rule.default } : {}),
  };
}

function inputProblems(where: string, input: unknown): string[] {
  if (!isMapping(input)) return [`${where} config should be a hash`];
  const { type, description, options, regex } = input;
  const known: readonly unknown[] = inputTypes;
  return [
    ...unknownKeys(where, input, inputKeys),
    ...when(type !== undefined && !known.includes(type), `${where} input type unknown value: ${String(type)}`),
    ...when(
      description !== undefined && typeof description !== 'string',
      `${where} input description should be a string`,
    ),
    ...when(
      typeof description === 'string' && description.length > longestDescription,
      `${where} input description is too long (maximum is ${longestDescription} characters)`,
    ),
    ...when(regex !== undefined && typeof regex !== 'string', `${where} input regex should be a string`),
    ...optionsProblems(where, options),
    ...rulesProblems(where, input),
  ];
}

function optionsProblems(where: string, options: unknown): string[] {
  if (options === undefined) return [];
  if (!Array.isArray(options)) return [`${where} input options should be a array`];
  return [
    ...when(options.length > mostOptions, `${where} config cannot define more than ${mostOptions} options`),
    ...when(options.includes(null), `${where} config options array cannot contain null values`),
  ];
}

function rulesProblems(where: string, input: Mapping): string[] {
  if (!('rules' in input)) return [];
  if (!Array.isArray(input.rules)) return [`${where}:rules config should be a array`];
  const clashes = ['options', 'default'].filter((key) => key in input);
  return [
    ...clashes.map((key) => `${where} config these keys cannot be used together: rules, ${key}`),
    ...input.rules.flatMap((rule: unknown, index) => {
      const at = `${where}:rules:rule${index}`;
      if (!isMapping(rule)) return [`${at} config should be a hash`];
      return [
        ...unknownKeys(at, rule, ['if', 'options', 'default']),
        ...when('if' in rule && !isExpression(rule.if), `${at} if invalid expression syntax`),
        ...when(
          'if' in rule && !('options' in rule) && !('default' in rule),
          `${at} config rule with 'if' must define 'options' or 'default'`,
        ),
        ...when(!('if' in rule) && !('options' in rule), `${at} config fallback rule must define 'options'`),
        ...optionsProblems(at, rule.options),
      ];
    }),
  ];
}

function unknownKeys(where: string, value: Mapping, known: readonly string[]): string[] {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return when(unknown.length > 0, `${where} config contains unknown keys: ${unknown.join(', ')}`);
}

function when(holds: boolean, problem: string): string[] {
  return holds ? [problem] : [];
}
