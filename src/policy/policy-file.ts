import { readSectionedFile, type SectionedFile } from '../files/sectioned-file.ts';
import { Failure } from '../ground/failure.ts';
import { sentence } from '../ground/sentence.ts';
import { type PolicySections, platformSections, policySections } from './sections.ts';

/**
 * Reads a policy: what every environment asks, and under `environments` what one of them asks instead or besides. Throws a Failure of
 * kind "invalid input" that tells all that is wrong in any section, with line and column.
 */
export async function readPolicyFile(
  file: string,
  text: string,
  path?: readonly string[],
): Promise<SectionedFile<PolicySections>> {
  const kind = { ...COMMON, schema: policySections, invalid: invalidAnd(`correct ${file}, then push.`) };
  return readSectionedFile(kind, { file, text }, path);
}

/** Reads the policy of a platform team, likewise. It may have sections for the environments of other projects, and names no channels. */
export async function readPlatformPolicy(
  file: string,
  text: string,
): Promise<SectionedFile<Omit<PolicySections, 'notify'>>> {
  const invalid = invalidAnd('correct it in its project, and let platform_policy name the commit that has it so.');
  return readSectionedFile({ ...COMMON, schema: platformSections, invalid }, { file, text });
}

const COMMON = { example: 'comment: required', nullable: new Set<string>() };

/** The Failure about all that is wrong with a policy, with what to do. */
function invalidAnd(next: string) {
  return (file: string, problems: readonly string[]) =>
    new Failure(
      'SMC-1014',
      `Invalid policy:\n${problems.map((each) => `  ${file}: ${sentence(each)}`).join('\n')}`,
      next,
    );
}
