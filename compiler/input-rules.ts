import { isDeepStrictEqual } from 'node:util';
import { isMapping, type Mapping } from './document.ts';
import { isExpression } from './expression.ts';
import { rubyText } from './ruby.ts';

/** `spec:inputs:<name>:rules`: the first whose condition holds gives the options and the default. */
export interface InputRule {
  readonly if?: string;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
}

export const mostOptions = 50;

/** The rules of an input; a list within the list counts as its items. */
export function inputRulesFrom(rules: unknown): InputRule[] | undefined {
  return Array.isArray(rules) ? rules.flat(Number.POSITIVE_INFINITY).filter(isMapping).map(ruleFrom) : undefined;
}

function ruleFrom(rule: Mapping): InputRule {
  return {
    ...(typeof rule.if === 'string' ? { if: rule.if } : {}),
    ...(Array.isArray(rule.options) ? { options: rule.options } : {}),
    ...('default' in rule ? { default: rule.default } : {}),
  };
}

/** What GitLab says against the rules of the input at a place of the header. A rule that is nothing does not count. */
export function inputRulesProblems(at: string, rules: unknown): string[] {
  if (rules === undefined || rules === null) return [];
  if (!Array.isArray(rules)) return [`${at}:rules config should be an array`];
  const listed: unknown[] = rules.flat(Number.POSITIVE_INFINITY);
  return listed
    .filter((rule) => rule !== null)
    .flatMap((rule) => {
      const problems = formProblems(rule);
      const all = problems.length > 0 || !isMapping(rule) ? problems : contentProblems(rule);
      // GitLab cuts the place off a rule's message as far as it is a word, which no name with a hyphen is.
      return all.map((problem) =>
        `${at}:rules:rule ${problem}`.replace(/(?:header:spec:inputs:)?(\w+):rules:rule /, '`$1` input: '),
      );
    });
}

function formProblems(rule: unknown): string[] {
  const given = isMapping(rule) ? rule : {};
  const unknown = Object.keys(given).filter((key) => !['if', 'options', 'default'].includes(key));
  return [
    ...when(rule === false || (isMapping(rule) && Object.keys(rule).length === 0), "can't be blank"),
    ...when(!isMapping(rule), 'should be a hash'),
    ...when(unknown.length > 0, `contains unknown keys: ${unknown.join(', ')}`),
    ...when((given.if ?? null) !== null && !isExpression(given.if), 'if invalid expression syntax'),
    ...when((given.options ?? null) !== null && !Array.isArray(given.options), 'options should be an array'),
  ];
}

function contentProblems(rule: Mapping): string[] {
  const options: unknown[] = Array.isArray(rule.options) ? rule.options : [];
  const hasDefault = 'default' in rule;
  const hasOptions = options.some((option) => option !== null && option !== false);
  return [
    ...when(options.length > mostOptions, `cannot define more than ${mostOptions} options`),
    ...when(!hasDefault, "rule must define 'options' with at least one value and a 'default'"),
    ...when(
      hasDefault && hasOptions && !options.some((option) => isDeepStrictEqual(option, rule.default)),
      `default '${rubyText(rule.default)}' must be one of the options`,
    ),
  ];
}

function when(holds: boolean, problem: string): string[] {
  return holds ? [problem] : [];
}
