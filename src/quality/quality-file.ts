import { readWholeFile } from '../files/whole-file.ts';
import { Failure } from '../ground/failure.ts';
import { sentence } from '../ground/sentence.ts';
import { type QualityPlan, qualityPlan } from './quality-plan.ts';

/**
 * Reads a quality file. Throws a Failure of kind "invalid input" that tells all that is wrong with it, with line and column.
 */
export async function readQualityFile(file: string, text: string): Promise<QualityPlan> {
  const read = await readWholeFile(qualityPlan, text);
  if ('value' in read) return read.value;
  throw new Failure(
    'SMC-5101',
    `Invalid quality file:\n${read.problems.map((each) => `  ${file}: ${sentence(each)}`).join('\n')}`,
    `correct ${file}, then push.`,
  );
}
