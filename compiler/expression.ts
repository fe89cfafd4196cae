import { isDeepStrictEqual } from 'node:util';
import { isMapping } from './document.ts';
import { type ExpressionContext, type Operation, patternOf, type Token, tokensOf } from './expression-tokens.ts';
import { Pattern } from './pattern.ts';
import { PipelineError } from './problem.ts';
import { rubyText } from './ruby.ts';

/** Whether GitLab takes it for an expression. It asks before it knows any variable. */
export function isExpression(clause: unknown): clause is string {
  const result = typeof clause === 'string' ? parse(clause, {}) : undefined;
  result?.();
  return result !== undefined;
}

/** Whether an `if` holds. Nothing, false and blank text do not; neither does what is no expression. */
export function holds(clause: string, context: ExpressionContext): boolean {
  return isPresent(parse(clause, context)?.() ?? null);
}

/** What an operand comes to: `&&` and `||` may not ask. */
type Operand = () => unknown;

/** Nothing when it is no expression. */
function parse(clause: string, context: ExpressionContext): Operand | undefined {
  const tokens = tokensOf(clause, context);
  const stack: Operand[] = [];
  for (const token of (tokens && operandsFirst(tokens)) ?? []) {
    const operand = 'value' in token ? () => token.value : apply(token, stack);
    if (!operand) return undefined;
    stack.push(operand);
  }
  return stack.length === 1 ? stack[0] : undefined;
}

const precedence: Readonly<Record<string, number>> = {
  ...{ '!': 1, '==': 10, '!=': 10, '=~': 10, '!~': 10, '&&': 11, '||': 12 },
  ...{ ')': 900, '(': 901 },
};

/** Shunting-yard, as GitLab's parser does it: `1 2 ==` passes for `1 == 2`, too. Nothing when a parenthesis closes nothing. */
function operandsFirst(tokens: readonly Token[]): Token[] | undefined {
  const output: Token[] = [];
  const waiting: Operation[] = [];
  const flushBefore = ({ operator }: Operation) => {
    while ((precedence[waiting.at(-1)?.operator ?? '('] ?? 0) <= (precedence[operator] ?? 0))
      output.push(...waiting.splice(-1));
  };
  for (const token of tokens) {
    if ('value' in token) output.push(token);
    else if (token.operator === '(' || token.operator === '!') waiting.push(token);
    else {
      flushBefore(token);
      if (token.operator !== ')') waiting.push(token);
      else if (waiting.pop() === undefined) return undefined;
    }
  }
  return [...output, ...waiting.reverse()];
}

const operations: Readonly<Record<string, (left: Operand, right: Operand) => unknown>> = {
  '==': (left, right) => isEqual(left(), right()),
  '!=': (left, right) => !isEqual(left(), right()),
  '=~': (left, right) => isFound(left(), right()),
  '!~': (left, right) => !isFound(left(), right()),
  '&&': (left, right) => (isTrue(left()) ? right() : left()),
  '||': (left, right) => (isTrue(left()) ? left() : right()),
};

/** Nothing when an operand is missing, or a parenthesis was never closed. */
function apply({ operator }: Operation, stack: Operand[]): Operand | undefined {
  const right = stack.pop();
  if (operator === '!') return right && (() => !isPresent(right()));
  const left = stack.pop();
  const operation = operations[operator];
  return left && right && operation && (() => operation(left, right));
}

/** A boolean equals the text that spells it; otherwise nothing equals what has another type. */
function isEqual(left: unknown, right: unknown): boolean {
  if (left instanceof Pattern && !(right instanceof Pattern)) throw unsupported(`/${left.source}/ == ...`);
  const types = [typeof left, typeof right];
  if (types.includes('boolean') && types.includes('string')) return String(left) === String(right);
  return isDeepStrictEqual(left, right);
}

/** On the right of `=~` stands a regular expression, or a text that holds one; any other text is searched for the left side. */
function isFound(left: unknown, right: unknown): boolean {
  if (!isTrue(right)) return false;
  if (left instanceof Pattern) throw unsupported(`/${left.source}/ =~ ...`);
  if (right instanceof Pattern) return right.isIn(rubyText(left));
  if (typeof right !== 'string') throw unsupported(`... =~ ${rubyText(right)}`);
  return patternOf(right)?.isIn(rubyText(left)) ?? right.includes(rubyText(left));
}

/** Ruby's truth, in which empty text is true. */
function isTrue(value: unknown): boolean {
  return value !== null && value !== false;
}

function isPresent(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (Array.isArray(value)) return value.length > 0;
  return isMapping(value) && !(value instanceof Pattern) ? Object.keys(value).length > 0 : isTrue(value);
}

/** GitLab has no answer to these but an error of its own. */
function unsupported(what: string): PipelineError {
  return new PipelineError(`if ${what} is not supported here; compare texts with ==, or a text with a pattern by =~`);
}
