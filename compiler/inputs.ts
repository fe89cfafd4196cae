import { isDeepStrictEqual } from 'node:util';
import { coerce, textOf, type Which } from './coerce.ts';
import { Reference } from './content.ts';
import { isMapping, type Mapping } from './document.ts';
import { holds } from './expression.ts';
import { compilePattern } from './pattern.ts';
import { refuse } from './problem.ts';
import type { InputSpec } from './spec.ts';

/** The values that a file's body sees. Inputs that were not declared, are missing or do not fit are refused together. */
export function resolveInputs(declared: readonly InputSpec[], given: Mapping): Mapping {
  const unknown = Object.keys(given).filter((name) => !declared.some((input) => input.name === name));
  const problems = unknown.length > 0 ? [`unknown input arguments: ${unknown.join(', ')}`] : [];
  const values: Mapping = {};
  for (const input of declared) {
    const known = { ...given, ...values };
    const resolved = resolveInput(input, known);
    problems.push(...resolved.problems.map((problem) => `\`${input.name}\` input: ${problem}`));
    values[input.name] = resolved.value;
  }
  refuse(problems);
  return values;
}

interface Resolved {
  readonly value: unknown;
  readonly problems: readonly string[];
}

function resolveInput(input: InputSpec, known: Mapping): Resolved {
  const chosen = input.rules?.find((rule) => rule.if === undefined || holds(rule.if, { inputs: known }));
  const options = chosen?.options ?? input.options;
  const fallback = chosen && 'default' in chosen ? chosen.default : input.default;
  const provided = known[input.name] ?? undefined;
  const given = provided === '' && input.rules ? undefined : provided;
  if (given === undefined && input.required)
    return { value: undefined, problems: ['required value has not been provided'] };
  return {
    value: given === undefined ? coerce(input.type, fallback, 'default') : coerce(input.type, given, 'provided'),
    problems: [
      ...(fallback === undefined || fallback === null ? [] : problemsOf(input, options, fallback, 'default')),
      ...(given === undefined ? [] : problemsOf(input, options, given, 'provided')),
    ],
  };
}

function problemsOf(input: InputSpec, options: InputSpec['options'], raw: unknown, which: Which): string[] {
  if (containsReference(raw)) return ['!reference is not supported in inputs'];
  const value = coerce(input.type, raw, which);
  return [
    ...typeProblem(input, value, which),
    ...optionsProblem(input, options, { value, text: textOf(value, which) }),
    ...regexProblem(input, value, which),
  ];
}

function typeProblem({ type }: InputSpec, value: unknown, which: Which): string[] {
  if (type === 'array') return Array.isArray(value) ? [] : [`${which} value is not an array`];
  return typeof value === type ? [] : [`${which} value is not a ${type}`];
}

function optionsProblem(
  input: InputSpec,
  allowed: InputSpec['options'],
  { value, text }: { value: unknown; text: string },
): string[] {
  // GitLab accepts options of arrays from 19.0 on; the templates promise 18.10. Those of a rule it leaves alone.
  if (input.type === 'boolean' || input.type === 'array')
    return input.options ? ['Options can only be used with string and number inputs'] : [];
  if (!allowed || value === null || value === false) return [];
  const isAllowed =
    input.type === 'number'
      ? allowed.some((option) => isDeepStrictEqual(option, value))
      : allowed.some((option) => textOf(option, 'default') === value);
  const list = input.type === 'number' ? 'the list of the allowed options' : 'the list of allowed options';
  return isAllowed ? [] : [`\`${text}\` cannot be used because it is not in ${list}`];
}

/** GitLab looks anywhere in the value. */
function regexProblem({ type, regex }: InputSpec, value: unknown, which: Which): string[] {
  if (regex === undefined) return [];
  if (type !== 'string') return ['RegEx validation can only be used with string inputs'];
  const pattern = compilePattern(regex);
  if (!pattern) return ['invalid regular expression'];
  return pattern.isIn(String(value)) ? [] : [`${which} value does not match required RegEx pattern`];
}

function containsReference(value: unknown): boolean {
  if (value instanceof Reference) return true;
  if (Array.isArray(value)) return value.some(containsReference);
  return isMapping(value) && Object.values(value).some(containsReference);
}
