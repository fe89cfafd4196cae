import { PipelineError, refuse } from './problem.ts';
import { expandExisting } from './variables.ts';

export type Variables = Readonly<Record<string, string>>;

interface InterpolationFunction {
  readonly name: string;
  readonly pattern: RegExp;
  run(value: string, args: readonly string[], variables: Variables): string;
}

/** The functions that every GitLab from 18.10 on has switched on: `split` and `default` stand behind flags and are unknown. */
const functions: readonly InterpolationFunction[] = [
  {
    name: 'truncate',
    pattern: /^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$/,
    run: (value, [offset, length]) => [...value].slice(Number(offset), Number(offset) + Number(length)).join(''),
  },
  { name: 'expand_vars', pattern: /^expand_vars$/, run: (value, _, variables) => expandExisting(value, variables) },
  { name: 'posix_escape', pattern: /^posix_escape$/, run: posixEscape },
];

/** Applies functions from left to right. GitLab must know all of them before it applies one. */
export function applyFunctions(calls: readonly string[], value: unknown, variables: Variables): unknown {
  const steps = calls.map((call) => ({ call, known: functions.find(({ pattern }) => pattern.test(call)) }));
  const unknown = steps.filter(({ known }) => !known).map(({ call }) => `no function matching \`${call}\`: ${advice}`);
  refuse(unknown);
  return steps.reduce<unknown>((sofar, { call, known }) => known && applied(known, call, sofar), value);

  function applied({ name, pattern, run }: InterpolationFunction, call: string, given: unknown): string {
    if (typeof given === 'string') return run(given, pattern.exec(call)?.slice(1) ?? [], variables);
    const problem = `invalid input type: ${name} can only be used with string inputs`;
    throw new PipelineError(`error in \`${name}\` function: ${problem}`);
  }
}

const advice = 'check that the function name, arguments, and types are correct';

function posixEscape(value: string): string {
  if (value === '') return "''";
  return value.replaceAll(/[^A-Za-z0-9_\-.,:+/@\n]/gu, (character) => `\\${character}`).replaceAll('\n', "'\n'");
}
