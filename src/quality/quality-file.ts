import type * as z from 'zod/mini';
import { placeOf, plainValues } from '../files/effective.ts';
import type { Located, Wrong } from '../files/located-yaml.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { sentence } from '../ground/sentence.ts';
import { type QualityPlan, qualityPlan } from './quality-plan.ts';

/** The most characters of a quality file. */
const LONGEST = 65_536;

/**
 * Reads a quality file. Throws a Failure of kind "invalid input" that tells all that is wrong with it, with line and column.
 */
export async function readQualityFile(file: string, text: string): Promise<QualityPlan> {
  if (text.length > LONGEST)
    throw invalidQualityFile(file, [`it has ${text.length} characters, and at most ${LONGEST} are read`]);
  const located = await locatedIn(file, text);
  const parsed = qualityPlan.safeParse(plainValues(located));
  if (parsed.success) return parsed.data;
  throw invalidQualityFile(file, told(parsed.error.issues.flatMap((issue) => wrongIn(located, issue))));
}

async function locatedIn(file: string, text: string): Promise<Located> {
  const { readLocated } = await import('../files/located-yaml.ts');
  try {
    const read = readLocated(text);
    if ('located' in read) return read.located;
    throw invalidQualityFile(file, told(read.wrong));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw invalidQualityFile(file, [`it cannot be read as YAML: ${partsOf(error).message}`]);
  }
}

/** What an issue tells, at the place of what it is about: each unknown key for itself. */
function wrongIn(located: Located, { message, path, ...issue }: z.core.$ZodIssue): Wrong[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
  const paths = keys ? keys.map((key) => [...path, key]) : [path];
  const reasons = keys ? message.split('\n') : paths.map(() => message);
  return paths.map((each, index) => ({
    at: placeOf(located, each),
    why: `${each.join('.')} ${reasons[index] ?? ''}`.trim(),
  }));
}

function told(problems: readonly Wrong[]): string[] {
  const ordered = [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return [...new Set(ordered.map(({ at, why }) => `line ${at.line}, column ${at.column}: ${why}`))];
}

function invalidQualityFile(file: string, problems: readonly string[]): Failure {
  return new Failure(
    'SMC-5101',
    `Invalid quality file:\n${problems.map((each) => `  ${file}: ${sentence(each)}`).join('\n')}`,
    `correct ${file}, then push.`,
  );
}
