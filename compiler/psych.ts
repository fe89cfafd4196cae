import { PipelineError } from './problem.ts';

const int = /^[-+]?(?:0b[_,]*[01][01_,]*|0[0-7_,]+|0|[1-9](?:[0-9]|,[0-9]|_[0-9])*|0x[_,]*[0-9a-f][0-9a-f_,]*)$/i;
const float = /^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:e[-+][0-9]+)?$/i;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(?:\.[0-9_]*)?$/;
const time = /^-?\d{4}-\d{1,2}-\d{1,2}(?:t|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:z|[-+]\d{1,2}:?(?:\d\d)?))?$/i;
const date = /^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$/;

/** What Psych, the YAML parser of Ruby and so of GitLab, makes of a word without quotes: `yes`, `0777`, `1:30`. */
export function psychScalar(text: string): unknown {
  if (text === '' || text === '~' || /^null$/i.test(text)) return null;
  if (/^(?:yes|true|on)$/i.test(text)) return true;
  if (/^(?:no|false|off)$/i.test(text)) return false;
  if (time.test(text)) throw new PipelineError('Tried to load unspecified class: Time');
  if (date.test(text)) throw new PipelineError('Tried to load unspecified class: Date');
  if (/^(?:[-+]?\.inf|\.nan|:.+)$/is.test(text)) throw unsupported(text, 'quote it');
  if (sexagesimal.test(text)) return kept(text, inBase60(text));
  if (float.test(text) && !/^[-+]?\.$/.test(text)) return kept(text, Number(text.replaceAll(/[,_]/g, '')));
  return int.test(text) ? kept(text, integerOf(text.replaceAll(/[,_]/g, ''))) : text;
}

/** Psych counts `1:30` as hours and minutes. */
function inBase60(text: string): number {
  const places = text.split(':').map((place) => Number(place.replaceAll('_', '')));
  return places.reduce((sum, place, at) => sum + place * 60 ** Math.abs(at - 2), 0);
}

function integerOf(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? 0 - value : value;
}

/** Refuses what JavaScript's numbers cannot keep apart: a whole number with a point, and one that is too long. */
function kept(text: string, value: number): number {
  if (Number.isInteger(value) && text.includes('.')) throw unsupported(text, 'quote it, or leave out the point');
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw unsupported(text, 'quote it');
  return value;
}

function unsupported(text: string, instead: string): PipelineError {
  return new PipelineError(`\`${text}\` is not supported here without quotes; ${instead}`);
}
