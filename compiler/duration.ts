import { PipelineError } from './problem.ts';

const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const units = new Map(
  Object.entries({
    ...spelled(second, 's sec secs second seconds'),
    ...spelled(minute, 'm min mins minute minutes'),
    ...spelled(hour, 'h hr hrs hour hours'),
    ...spelled(day, 'd dy day days'),
    ...spelled(7 * day, 'w wk wks week weeks'),
    ...spelled(30 * day, 'mo mos month months'),
    ...spelled(31_557_600 * second, 'y yr yrs year years'),
  }),
);
/** What the places of `1:30:00` count, from the right. */
const places = ['seconds', 'minutes', 'hours', 'days', 'months', 'years'];
const joiners = ['and', 'with', 'plus'];

/** The seconds that GitLab's ChronicDuration finds in a text: `1h 30m`, `1:30`, `one hour`; `90` is 90 seconds. */
export function parseDuration(text: string): number | undefined {
  const clock = byPlaces(inFigures(text.toLowerCase()));
  const words = clock === undefined ? [] : wordsOf(clock);
  if (words.some((word) => !isNumber(word) && !units.has(word) && !joiners.includes(word))) return undefined;
  const counted = words.filter((word) => !joiners.includes(word));
  // `hour` is one hour.
  const told = units.has(counted[0] ?? '') ? ['1', ...counted] : counted;
  const seconds = told.map((word, at) => (isNumber(word) ? Number(word) * unitOf(told[at + 1]) : 0));
  return seconds.reduce((sum, each) => sum + each, 0) || undefined;
}

function wordsOf(text: string): string[] {
  const apart = text.replaceAll(/[0-9]*\.?[0-9]+/g, ' $& ').split(/\s+/);
  return apart.filter((word) => word !== '').map((word) => word.replace(/^,/, '').replace(/,$/, ''));
}

function spelled(seconds: number, spellings: string): Record<string, number> {
  return Object.fromEntries(spellings.split(' ').map((spelling) => [spelling, seconds]));
}

function isNumber(word: string): boolean {
  return /[0-9]/.test(word);
}

/** A number that another number follows counts nothing; the last one counts seconds. */
function unitOf(next: string | undefined): number {
  return next === undefined ? second : (units.get(next) ?? 0);
}

function byPlaces(text: string): string | undefined {
  const clock = text.replaceAll(' ', '');
  if (!/[0-9]:[0-9]*\.?[0-9]/.test(clock)) return text;
  const parts = clock.split(':');
  if (parts.length > places.length) return undefined;
  return parts.map((part, at) => `${part} ${places[parts.length - 1 - at]}`).join(' ');
}

const ones = 'zero one two three four five six seven eight nine'.split(' ');
const teens = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const wordedNumber = new RegExp(
  `\\b(?:(${tens.join('|')})(?:[ -](${ones.join('|')}))?|(${[...ones, ...teens].join('|')}))\\b`,
  'g',
);
const larger = /\b(?:hundred|thousand|million|billion|trillion|half|halves|quarters?|thirds?|fourths?|fifths?)\b/;

/** GitLab reads larger numbers and fractions in words, too. */
function inFigures(text: string): string {
  if (larger.test(text))
    throw new PipelineError(`"${text}": such numbers are not supported in words here; use figures`);
  return text.replaceAll(wordedNumber, (_, ten?: string, one = 'zero', small?: string) =>
    String(
      small === undefined ? (tens.indexOf(ten ?? '') + 2) * 10 + ones.indexOf(one) : [...ones, ...teens].indexOf(small),
    ),
  );
}
