import type { Mapping } from './document.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/** What an `if` may name: variables in a rule of a job or an include, inputs in a rule of an input. */
export interface ExpressionContext {
  readonly variables?: Readonly<Record<string, string>>;
  readonly inputs?: Mapping;
}

interface Value {
  readonly value: unknown;
}
export interface Operation {
  readonly operator: string;
}
export type Token = Value | Operation;

const lexemes = [
  String.raw`(\(|\)|==|=~|!=|!~|&&|\|\||!)`,
  String.raw`\$\[\[\s*inputs\.([\w-]+)\s*\]\]`,
  String.raw`\$(\w+)`,
  String.raw`"([^\n]*?)"`,
  String.raw`'([^\n]*?)'`,
  // Two characters at least stand between the slashes: GitLab does not see that /x/ is a regular expression.
  String.raw`(\/(?:[^/]|\\/)+[^\\]\/[ismU]*)`,
  '(null)',
  String.raw`\b(true|false)\b`,
];
const lexeme = new RegExp(String.raw`[ \t\r\n\f\v]*(?:${lexemes.join('|')})`, 'gy');
const mostTokens = 99;

/** The words of an expression, names replaced by what they stand for. Nothing when GitLab does not know one of them. */
export function tokensOf(clause: string, context: ExpressionContext): Token[] | undefined {
  const text = clause.replace(/[ \t\r\n\f\v]+$/, '');
  const matches = [...text.matchAll(lexeme)];
  const read = matches.reduce((length, [match]) => length + match.length, 0);
  const tokens = matches.flatMap((match) => tokenFrom(match, context) ?? []);
  return read === text.length && tokens.length === matches.length && tokens.length <= mostTokens ? tokens : undefined;
}

function tokenFrom(match: RegExpExecArray, { inputs = {}, variables = {} }: ExpressionContext): Token | undefined {
  const [, operator, input, variable, double, single, regex, nothing, boolean] = match;
  if (operator !== undefined) return { operator };
  if (input !== undefined) return { value: Object.hasOwn(inputs, input) ? (inputs[input] ?? null) : null };
  if (variable !== undefined) return { value: Object.hasOwn(variables, variable) ? variables[variable] : null };
  if (regex !== undefined) {
    const pattern = patternOf(regex.replaceAll('\\/', '/'));
    return pattern && { value: pattern };
  }
  return { value: nothing === undefined ? (double ?? single ?? boolean === 'true') : null };
}

/** `/regex/flags`, as an expression or a variable's value has it. */
export function patternOf(written: string): Pattern | undefined {
  const [, source, flags] = /^\/([^\n]*)\/([ismU]*)$/m.exec(written) ?? [];
  return source === undefined ? undefined : compilePattern(flags ? `(?${flags})${source}` : source);
}
