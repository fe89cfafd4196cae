import type { EndpointDescription } from './description.ts';
import { type DescriptionInputs, describedByInputs } from './inputs.ts';

interface DescriptionSource {
  readonly environment: string;
  /** The folder of the project. */
  readonly root: string;
}

/** How an endpoint is to serve, as its file or the inputs say; `undefined` where the include does not say on what. */
export async function descriptionOf(
  given: DescriptionInputs,
  { environment, root }: DescriptionSource,
): Promise<EndpointDescription | undefined> {
  const { endpoint_file: file } = given;
  if (file === undefined) return describedByInputs(given);
  const { fileInProject } = await import('./endpoint-file.ts');
  return (await fileInProject(file, root)).describe(environment);
}

/** Refuses what the endpoint file in the folder of the project says wrongly, for any environment. */
export async function checkEndpointFile(
  { endpoint_file: file }: { readonly endpoint_file?: string | undefined },
  { root }: Pick<DescriptionSource, 'root'>,
): Promise<void> {
  if (file === undefined) return;
  const { fileInProject } = await import('./endpoint-file.ts');
  await fileInProject(file, root);
}
