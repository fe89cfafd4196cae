import { readSectionedFile, type SectionedFile } from '../endpoints/description/sectioned-file.ts';
import { Failure } from '../ground/failure.ts';
import { sentence } from '../ground/sentence.ts';
import { type PolicySections, policySections } from './sections.ts';

/**
 * Reads a policy: what every environment asks, and under `environments` what one of them asks instead or besides. Throws a Failure of
 * kind "invalid input" that tells all that is wrong in any section, with line and column.
 */
export async function readPolicyFile(
  file: string,
  text: string,
  path?: readonly string[],
): Promise<SectionedFile<PolicySections>> {
  const kind = { schema: policySections, example: 'comment: required', nullable: new Set<string>(), invalid };
  return readSectionedFile(kind, { file, text }, path);
}

function invalid(file: string, problems: readonly string[]): Failure {
  return new Failure(
    'SMC-1014',
    `Invalid policy:\n${problems.map((each) => `  ${file}: ${sentence(each)}`).join('\n')}`,
    `correct ${file}, then push.`,
  );
}
