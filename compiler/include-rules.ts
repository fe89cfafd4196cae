import { isMapping, type Mapping } from './document.ts';
import { holds, isExpression } from './expression.ts';
import type { Variables } from './functions.ts';
import { matchesGlob } from './glob.ts';
import { PipelineError } from './problem.ts';
import { expandExisting } from './variables.ts';

/** What a file's rules look at: the project that the file belongs to. */
export interface Surroundings {
  read(path: string): string | undefined;
  /** The paths of all files; without them `exists` takes no patterns. */
  readonly files: readonly string[] | undefined;
  readonly variables: Variables;
}

/** `include:rules`: no rules include, no match excludes. Inputs are already in place when they are read. */
export function isIncluded(rules: unknown, surroundings: Surroundings): boolean {
  if (rules === undefined || rules === null || rules === false) return true;
  const problem = rulesProblem(rules);
  if (problem !== undefined) throw new PipelineError(`include:${problem}`);
  const match = rulesIn(rules).find(
    (rule) =>
      (typeof rule.if !== 'string' || holds(rule.if, { variables: surroundings.variables })) &&
      ((rule.exists ?? null) === null || exists(pathsOf(rule.exists), surroundings)),
  );
  return match !== undefined && match.when !== 'never';
}

/** A list within the list counts as its items. */
function rulesIn(rules: unknown): Mapping[] {
  return [rules].flat(Number.POSITIVE_INFINITY).filter(isMapping);
}

function rulesProblem(rules: unknown): string | undefined {
  if (isBlank(rules)) return "rules config can't be blank";
  if (!Array.isArray(rules)) return 'rules config should be an array';
  const listed: unknown[] = rules.flat(Number.POSITIVE_INFINITY);
  return listed.map(ruleProblem).find((problem) => problem !== undefined);
}

function ruleProblem(rule: unknown): string | undefined {
  if (isBlank(rule)) return "rule config can't be blank";
  if (!isMapping(rule)) return 'rule config should be a hash';
  const unknown = Object.keys(rule).filter((key) => !['if', 'exists', 'when', 'changes'].includes(key));
  if (unknown.length > 0) return `rule config contains unknown keys: ${unknown.join(', ').toLowerCase()}`;
  if ((rule.if ?? null) !== null && !isExpression(rule.if)) return 'rule if invalid expression syntax';
  if (![null, 'never', 'always'].some((when) => when === (rule.when ?? null)))
    return `rule when unknown value: ${String(rule.when).toLowerCase()}`;
  if ('changes' in rule) throw new PipelineError('include:rules:changes is not supported here; use if or exists');
  return existsProblem(rule.exists ?? []);
}

function existsProblem(written: unknown): string | undefined {
  if (isMapping(written)) {
    const others = Object.keys(written).filter((key) => key !== 'paths');
    if (others.length > 0)
      throw new PipelineError(`include:rules:exists:${others[0]} is not supported here; use paths alone`);
    if (!('paths' in written)) return 'rule:exists config missing required keys: paths';
  } else if (typeof written !== 'string' && !Array.isArray(written)) {
    return 'rule:exists should be a string, an array of strings, or a hash';
  }
  const isText = pathsOf(written).every((path) => typeof path === 'string');
  return isText ? undefined : 'rule:exists config should be an array of strings';
}

function pathsOf(exists: unknown): unknown[] {
  return [isMapping(exists) ? exists.paths : exists].flat();
}

function exists(paths: readonly unknown[], { read, files, variables }: Surroundings): boolean {
  return paths.some((path) => {
    const glob = expandExisting(String(path), variables);
    if (!/[*?[{]/.test(glob)) return read(glob) !== undefined;
    if (!files) throw new PipelineError(`include:rules:exists: \`${glob}\` is not supported here; name each file`);
    return files.some((file) => matchesGlob(file, glob));
  });
}

function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || (isMapping(value) && Object.keys(value).length === 0);
}
