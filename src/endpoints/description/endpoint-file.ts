import { type FileKind, readSectionedFile, type SectionedFile } from '../../files/sectioned-file.ts';
import { Failure } from '../../ground/failure.ts';
import { sentence } from '../../ground/sentence.ts';
import { OPTIONS } from '../members.ts';
import { endpointDescription } from './consistent.ts';
import type { EndpointDescription } from './description.ts';

/** An endpoint file. Null means something only to an option: elsewhere, the usual value counts. */
const KIND: FileKind<EndpointDescription> = {
  schema: endpointDescription,
  example: 'instance_type: ml.m5.large',
  nullable: OPTIONS,
  invalid: invalidFile,
};

/**
 * Reads an endpoint file: how the endpoint of each environment is to serve. Throws a Failure of kind "invalid input" that tells all
 * that is wrong in any section, with line and column.
 */
export async function readEndpointFile(
  file: string,
  text: string,
  path?: readonly string[],
): Promise<SectionedFile<EndpointDescription>> {
  return readSectionedFile(KIND, { file, text }, path);
}

function invalidFile(file: string, problems: readonly string[]): Failure {
  return new Failure(
    'SMC-1008',
    `Invalid endpoint file:\n${problems.map((each) => `  ${file}: ${sentence(each)}`).join('\n')}`,
    `correct ${file}, then push.`,
  );
}
