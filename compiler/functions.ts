import { PipelineError } from './problem.ts';
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

export function applyFunction(call: string, value: unknown, variables: Variables): string {
  for (const { name, pattern, run } of functions) {
    const args = pattern.exec(call)?.slice(1);
    if (!args) continue;
    if (typeof value === 'string') return run(value, args, variables);
    throw new PipelineError(
      `error in \`${name}\` function: invalid input type: ${name} can only be used with string inputs`,
    );
  }
  throw new PipelineError(
    `no function matching \`${call}\`: check that the function name, arguments, and types are correct`,
  );
}

function posixEscape(value: string): string {
  if (value === '') return "''";
  return value.replaceAll(/[^A-Za-z0-9_\-.,:+/@\n]/gu, (character) => `\\${character}`).replaceAll('\n', "'\n'");
}
