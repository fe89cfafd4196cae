import { PipelineError } from './problem.ts';
import { rubyText } from './ruby.ts';
import type { InputType } from './spec.ts';

/** Where an input's value comes from. Either is held to the type, the options and the regex. */
export type Which = 'default' | 'provided';

/** GitLab turns whatever a string input gets into text, and reads text given to any other type as JSON ("true" is a boolean). */
export function coerce(type: InputType, value: unknown, which: Which): unknown {
  if (type === 'string') return textOf(value, which);
  if (typeof value !== 'string') return value ?? null;
  if (type === 'number') return numberIn(value);
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
}

export function textOf(value: unknown, which: Which): string {
  return rubyText(value, which === 'default' ? 'strings' : 'symbols');
}

/** As many as JavaScript's numbers keep exactly. */
const mostDigits = 15;

/** The number in a text, or else the text. GitLab's parser takes `+5`, `007`, `5.` and a comment before it, as JSON does not. */
function numberIn(text: string): number | string {
  if (/^(?:-?Infinity|NaN)$/.test(text)) throw unsupported(text);
  const [, written] = /^(?:\s|\/\*.*?\*\/)*([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?)\s*$/is.exec(text) ?? [];
  if (written === undefined) return text;
  const value = Number(written) + 0;
  const isWhole = Number.isInteger(value);
  const isExact = isWhole ? Number.isSafeInteger(value) : written.replaceAll(/\D/g, '').length <= mostDigits;
  // Ruby prints `1e3` as 1000.0, and JavaScript cannot tell it from 1000.
  if (!isExact || !Number.isFinite(value) || (isWhole && /\.\d|e/i.test(written))) throw unsupported(text);
  return value;
}

function unsupported(text: string): PipelineError {
  return new PipelineError(
    `the number "${text}" is not supported here; use at most ${mostDigits} digits and no exponent`,
  );
}
