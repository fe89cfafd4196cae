import { LONGEST_DESCRIPTION, type NamedFile, readProjectFile } from '../../gitlab/project-file.ts';
import type { Env } from '../../ground/env.ts';
import type { EndpointDescription } from './description.ts';
import { type DescriptionInputs, describedByInputs } from './inputs.ts';

interface PerhapsPath {
  /** The environments in their order; `undefined` where the component does not know them. */
  readonly promotion_path?: readonly string[] | undefined;
}

interface DescriptionSource {
  readonly environment: string;
  /** A file as the job's commit has it. */
  fileOfCommit(named: NamedFile): Promise<Buffer>;
}

/** How an endpoint is to serve, as its file or the inputs say; `undefined` where the include does not say on what. */
export async function descriptionOf(
  given: DescriptionInputs & PerhapsPath,
  { environment, fileOfCommit }: DescriptionSource,
): Promise<EndpointDescription | undefined> {
  const { endpoint_file: file } = given;
  if (file === undefined) return describedByInputs(given);
  const text = (await fileOfCommit(namedBy(file))).toString('utf8');
  const { readEndpointFile } = await import('./endpoint-file.ts');
  return (await readEndpointFile(file, text, given.promotion_path)).describe(environment);
}

interface WorkTree {
  /** The folder of the project. */
  readonly root: string;
  readonly env: Env;
}

/**
 * Refuses what the endpoint file in the folder of the project says wrongly, for any environment, before AWS is reached. A job that
 * does not fetch the project has none there: it reads the commit's.
 */
export async function checkEndpointFile(
  { endpoint_file: file, promotion_path: path }: PerhapsPath & { readonly endpoint_file?: string | undefined },
  { root, env }: WorkTree,
): Promise<void> {
  if (file === undefined || env.GIT_STRATEGY === 'empty') return;
  const content = readProjectFile({ root, ...namedBy(file) });
  const { readEndpointFile } = await import('./endpoint-file.ts');
  await readEndpointFile(file, content.toString('utf8'), path);
}

function namedBy(file: string): NamedFile {
  return {
    ...{ input: 'endpoint_file', file, maxBytes: LONGEST_DESCRIPTION },
    otherwise: 'leave it empty and give instance_type',
  };
}
