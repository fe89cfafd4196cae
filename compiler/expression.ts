import { isMapping, type Mapping } from './document.ts';
import { PipelineError } from './problem.ts';

/** What an `if` may name: variables in `include:rules`, inputs in `spec:inputs:rules`. */
export interface ExpressionContext {
  readonly variables?: Readonly<Record<string, string>>;
  readonly inputs?: Mapping;
}

const token =
  /\s*(?:(&&|\|\||==|!=|=~|!~|\(|\))|(\$\[\[\s*inputs\.(\w[\w-]*)\s*\]\])|(\$\{?(\w+)\}?)|("[^"]*"|'[^']*')|(\/(?:\\.|[^/\\])+\/[ims]*)|(null|true|false)\b|(-?\d+(?:\.\d+)?))/y;

type Token = { readonly operator: string } | { readonly value: unknown };

/** Whether an `if` clause holds. GitLab counts an empty string and null as false, any other text as true. */
export function holds(clause: string, context: ExpressionContext): boolean {
  const tokens = tokenize(clause, context);
  let next = 0;
  const peek = () => {
    const current = tokens[next];
    return current && 'operator' in current ? current.operator : undefined;
  };
  const invalid = () => new PipelineError(`rules:rule if invalid expression syntax: ${clause}`);

  function operand(): unknown {
    const current = tokens[next++];
    if (!current) throw invalid();
    if ('value' in current) return current.value;
    if (current.operator !== '(') throw invalid();
    const inner = either();
    if (peek() !== ')') throw invalid();
    next += 1;
    return inner;
  }
  function comparison(): unknown {
    const left = operand();
    const operator = peek();
    if (operator !== '==' && operator !== '!=' && operator !== '=~' && operator !== '!~') return left;
    next += 1;
    return compare(operator, left, operand());
  }
  function both(): unknown {
    let value = comparison();
    while (peek() === '&&') {
      next += 1;
      const right = comparison();
      value = truthy(value) && truthy(right);
    }
    return value;
  }
  function either(): unknown {
    let value = both();
    while (peek() === '||') {
      next += 1;
      const right = both();
      value = truthy(value) || truthy(right);
    }
    return value;
  }

  const result = either();
  if (next < tokens.length) throw invalid();
  return truthy(result);
}

function tokenize(clause: string, context: ExpressionContext): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < clause.trimEnd().length) {
    const match = token.exec(clause);
    if (!match) throw new PipelineError(`rules:rule if invalid expression syntax: ${clause}`);
    tokens.push(tokenFrom(match, context));
  }
  return tokens;
}

function tokenFrom(match: RegExpExecArray, context: ExpressionContext): Token {
  const [, operator, inputBlock, input = '', variableText, variable = '', text, pattern, word, number] = match;
  if (operator !== undefined) return { operator };
  if (inputBlock !== undefined) return { value: inputOf(input, context) };
  if (variableText !== undefined) return { value: context.variables?.[variable] ?? null };
  if (text !== undefined) return { value: text.slice(1, -1) };
  if (pattern !== undefined) return { value: patternOf(pattern) };
  if (number !== undefined) return { value: Number(number) };
  return { value: word === 'null' ? null : word === 'true' };
}

function inputOf(name: string, { inputs }: ExpressionContext): unknown {
  if (!isMapping(inputs)) throw new PipelineError(`inputs cannot be used here: ${name}`);
  return inputs[name] ?? null;
}

function compare(operator: '==' | '!=' | '=~' | '!~', left: unknown, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const pattern = right instanceof RegExp ? right : patternOf(String(right ?? ''));
  const matches = typeof left === 'string' && pattern !== undefined && pattern.test(left);
  return operator === '=~' ? matches : !matches;
}

function patternOf(written: string): RegExp | undefined {
  const [, source, flags] = /^\/(.+)\/([ims]*)$/.exec(written) ?? [];
  return source === undefined ? undefined : new RegExp(source, flags);
}

function truthy(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== '';
}
