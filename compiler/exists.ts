import { isMapping } from './document.ts';
import type { Variables } from './functions.ts';
import { matchesGlob } from './glob.ts';
import { PipelineError } from './problem.ts';
import { expandExisting } from './variables.ts';

/** What `exists` looks at: a project's files. */
export interface Surroundings {
  read(path: string): unknown;
  /** The paths of all files; without them `exists` takes no patterns. */
  readonly files: readonly string[] | undefined;
  readonly variables: Variables;
}

/** What GitLab says against an `exists`, behind the name of its rule. */
export function existsProblem(written: unknown): string | undefined {
  if (isMapping(written)) {
    const [other] = Object.keys(written).filter((key) => key !== 'paths');
    if (other !== undefined) throw new PipelineError(`rules:exists:${other} is not supported here; use paths alone`);
    if (!('paths' in written)) return ':exists config missing required keys: paths';
  } else if (typeof written !== 'string' && !Array.isArray(written)) {
    return ':exists should be a string, an array of strings, or a hash';
  }
  const areTexts = pathsOf(written).every((path) => typeof path === 'string');
  return areTexts ? undefined : ':exists config should be an array of strings';
}

/** Whether one of the paths is there. */
export function existsHolds(written: unknown, { read, files, variables }: Surroundings): boolean {
  return pathsOf(written).some((path) => {
    const glob = expandExisting(String(path), variables);
    if (!/[*?[{]/.test(glob)) return read(glob) !== undefined;
    if (!files) throw new PipelineError(`rules:exists: \`${glob}\` is not supported here; name each file`);
    return files.some((file) => matchesGlob(file, glob));
  });
}

function pathsOf(written: unknown): unknown[] {
  return [isMapping(written) ? written.paths : written].flat();
}
