import { isMapping, type Mapping } from './document.ts';
import { existsProblem } from './exists.ts';
import { isExpression } from './expression.ts';

const jobWhen: readonly unknown[] = ['on_success', 'on_failure', 'always', 'manual', 'delayed'];
const ruleWhen: readonly unknown[] = [...jobWhen, 'never'];
const ruleKeys = [
  'if',
  'changes',
  'exists',
  'when',
  'start_in',
  'allow_failure',
  'variables',
  'needs',
  'interruptible',
];

/** What GitLab says against a job's `when`, `allow_failure` and `rules`. */
export function admissionProblems(name: string, job: Mapping): string[] {
  const own = [
    ...when(given(job.when) && !jobWhen.includes(job.when), `when should be one of: ${jobWhen.join(', ')}`),
    ...when(
      given(job.rules) && !isNested(job.rules),
      'rules should be an array containing hashes and arrays of hashes',
    ),
    ...when(
      given(job.allow_failure) && typeof job.allow_failure !== 'boolean' && !isMapping(job.allow_failure),
      'allow failure should be a hash or a boolean value',
    ),
  ].map((problem) => `jobs:${name} ${problem}`);
  if (own.length > 0) return own;
  return [...exitCodesProblems(name, job.allow_failure), ...rulesProblems(name, job.rules)];
}

function exitCodesProblems(name: string, allowFailure: unknown): string[] {
  if (!isMapping(allowFailure)) return [];
  const { exit_codes: codes, ...others } = allowFailure;
  const at = `jobs:${name}:allow_failure`;
  return [
    ...when(Object.keys(others).length > 0, `${at} config contains unknown keys: ${Object.keys(others).join(', ')}`),
    ...when(
      given(codes) && ![codes].flat().every((code) => Number.isInteger(code)),
      `${at} exit codes should be an array of integers or an integer`,
    ),
  ];
}

function isNested(rules: unknown): boolean {
  return Array.isArray(rules) && rules.flat(Number.POSITIVE_INFINITY).every(isMapping);
}

function rulesProblems(name: string, rules: unknown): string[] {
  if (!Array.isArray(rules)) return [];
  const at = `jobs:${name}:rules`;
  if (rules.length === 0) return [`${at} config can't be blank`];
  const listed: unknown[] = rules.flat(Number.POSITIVE_INFINITY);
  return listed.filter(isMapping).flatMap((rule) => ruleProblems(rule).map((problem) => `${at}:rule${problem}`));
}

function ruleProblems(rule: Mapping): string[] {
  const unknown = Object.keys(rule).filter((key) => !ruleKeys.includes(key));
  const problem = existsProblem(rule.exists ?? []);
  return [
    ...when(Object.keys(rule).length === 0, " config can't be blank"),
    ...when(given(rule.if) && !isExpression(rule.if), ' if invalid expression syntax'),
    ...when(
      given(rule.allow_failure) && typeof rule.allow_failure !== 'boolean',
      ' allow failure should be a boolean value',
    ),
    ...when(given(rule.when) && !ruleWhen.includes(rule.when), ` when unknown value: ${String(rule.when)}`),
    ...when(unknown.length > 0, ` config contains unknown keys: ${unknown.join(', ')}`),
    ...changesProblems(rule.changes ?? []),
    ...(problem === undefined ? [] : [problem]),
  ];
}

function changesProblems(changes: unknown): string[] {
  const paths = isMapping(changes) ? (changes.paths ?? []) : changes;
  if (!isMapping(changes) && !Array.isArray(changes)) return [':changes should be an array or a hash'];
  const areTexts = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
  return when(!areTexts, `:changes ${isMapping(changes) ? 'paths' : 'config'} should be an array of strings`);
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function when(holds: boolean, problem: string): string[] {
  return holds ? [problem] : [];
}
