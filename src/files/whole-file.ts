import type * as z from 'zod/mini';
import { partsOf } from '../ground/error-parts.ts';
import { placeOf, plainValues } from './effective.ts';
import type { Located, Wrong } from './located-yaml.ts';

/** The most characters of such a file. */
const LONGEST = 65_536;

/** The most mistakes that are told: a file with more is mostly another file. */
const MOST_PROBLEMS = 50;

/** What a file says, or all that is wrong with it: a line each, in the order of the file, with line and column. */
export type ReadFile<Value> = { readonly value: Value } | { readonly problems: readonly string[] };

/** What no key alone shows. */
export interface Mistake {
  /** The path of the key at which a person begins to look. */
  readonly path: readonly string[];
  readonly why: string;
}

/** Reads a YAML file, all of which one schema describes; `mistakesOf` tells what is wrong with all of it together. */
export async function readWholeFile<Value>(
  schema: z.ZodMiniType<Value>,
  text: string,
  mistakesOf: (value: Value) => readonly Mistake[] = () => [],
): Promise<ReadFile<Value>> {
  if (text.length > LONGEST) return { problems: [`it has ${text.length} characters, and at most ${LONGEST} are read`] };
  const { readLocated } = await import('./located-yaml.ts');
  const read = attempt(() => readLocated(text));
  if ('unreadable' in read) return { problems: [`it cannot be read as YAML: ${read.unreadable}`] };
  if ('wrong' in read) return { problems: told(read.wrong) };
  const plain = plainValues(read.located);
  const parsed = schema.safeParse(plain);
  if (!parsed.success)
    return { problems: told(parsed.error.issues.flatMap((issue) => wrongIn(read.located, issue, plain))) };
  const mistakes = mistakesOf(parsed.data);
  if (mistakes.length === 0) return { value: parsed.data };
  return { problems: told(mistakes.map(({ path, why }) => ({ at: placeOf(read.located, path), why }))) };
}

/** The parser goes down into each level of what is nested. */
function attempt<Value>(act: () => Value): Value | { readonly unreadable: string } {
  try {
    return act();
  } catch (error) {
    return { unreadable: partsOf(error).message };
  }
}

/** What an issue tells, at the place of what it is about: each unknown key for itself. */
function wrongIn(located: Located, { message, path, ...issue }: z.core.$ZodIssue, plain: unknown): Wrong[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
  const paths = keys ? keys.map((key) => [...path, key]) : [path];
  const isMissing = issue.code === 'invalid_type' && isAbsent(plain, path);
  const reasons = keys ? message.split('\n') : [isMissing ? `is missing: it ${message}` : message];
  return paths.map((each, index) => ({
    at: placeOf(located, each),
    why: `${each.join('.')} ${reasons[index] ?? ''}`.trim(),
  }));
}

/** Whether nothing is written where a path leads. */
function isAbsent(plain: unknown, path: readonly PropertyKey[]): boolean {
  let here = plain;
  for (const key of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined;
  return here === undefined;
}

function told(problems: readonly Wrong[]): string[] {
  const ordered = [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const lines = [...new Set(ordered.map(({ at, why }) => `line ${at.line}, column ${at.column}: ${why}`))];
  const left = lines.length - MOST_PROBLEMS;
  return left > 0 ? [...lines.slice(0, MOST_PROBLEMS), `it has ${left} more mistakes after these`] : lines;
}
