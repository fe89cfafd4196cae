import { isMapping, type Mapping } from './document.ts';
import { existsHolds, existsProblem, type Surroundings } from './exists.ts';
import { holds, isExpression } from './expression.ts';
import { PipelineError } from './problem.ts';

/** `include:rules`: no rules include, no match excludes. Inputs are already in place when they are read. */
export function isIncluded(rules: unknown, surroundings: Surroundings): boolean {
  if (rules === undefined || rules === null || rules === false) return true;
  const problem = rulesProblem(rules);
  if (problem !== undefined) throw new PipelineError(`include:${problem}`);
  const match = rulesIn(rules).find(
    (rule) =>
      (typeof rule.if !== 'string' || holds(rule.if, { variables: surroundings.variables })) &&
      ((rule.exists ?? null) === null || existsHolds(rule.exists, surroundings)),
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
  const problem = existsProblem(rule.exists ?? []);
  return problem && `rule${problem}`;
}

function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || (isMapping(value) && Object.keys(value).length === 0);
}
