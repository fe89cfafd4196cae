import { isMapping, type Mapping, readConfigFile, writeYaml } from './document.ts';
import type { Variables } from './functions.ts';
import { componentAddress, type IncludedFile, includedFiles, localPath, refuseKind } from './includes.ts';
import { resolveInputs } from './inputs.ts';
import { interpolateMapping } from './interpolate.ts';
import { deepMerge, resolveExtends, resolveReferences } from './merge.ts';
import { PipelineError } from './problem.ts';
import { readSpec } from './spec.ts';

export { PipelineError } from './problem.ts';

/** The project that a component's address leads to, at the commit that the reference names. */
export interface Catalog {
  read(path: string): string | undefined;
  /** The paths of all its files, where a pattern may ask for them. */
  readonly files?: readonly string[];
  readonly sha: string;
  /** The catalog version that the reference resolves to; none at a commit or a branch. */
  readonly version?: string;
  /** What stands after `@`. */
  readonly reference: string;
}

export interface PipelineSource {
  /** The project's `.gitlab-ci.yml`. */
  readonly text: string;
  /** Gets an address whose variables are expanded: `host/group/project/component@reference`. */
  resolve(componentAddress: string): Catalog;
  readLocal(path: string): string | undefined;
  /** The paths of all the project's files, where a pattern may ask for them. */
  readonly files?: readonly string[];
  /** The variables that may be used in `include`; an address usually needs `CI_SERVER_FQDN`. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Pipeline {
  /** Everything included and resolved: no `include`, `extends`, header or block is left. */
  readonly config: Mapping;
  readonly yaml: string;
}

/** Compiles a project's configuration as GitLab 18.10 does. Throws a `PipelineError` in GitLab's words. */
export function compilePipeline(source: PipelineSource): Pipeline {
  const compiler: Compiler = { source, included: { count: 0 } };
  const read = (path: string) => source.readLocal(path);
  const project: Location = { name: undefined, read, files: source.files, component: {} };
  if (source.text.trim() === '') throw new PipelineError('Please provide content of .gitlab-ci.yml');
  const merged = load(compiler, project, source.text, {});
  const config = flatten(resolveReferences(resolveExtends(merged)));
  return { config, yaml: writeYaml(config) };
}

interface Compiler {
  readonly source: PipelineSource;
  readonly included: { count: number };
}

/** Where a file stands: what its local includes read, and the component that it belongs to, if any. */
interface Location {
  /** How problems name the file; GitLab names all but the project's own. */
  readonly name: string | undefined;
  read(path: string): string | undefined;
  readonly files: readonly string[] | undefined;
  readonly component: Mapping;
}

const mostIncludes = 150;

function load(compiler: Compiler, location: Location, text: string, inputs: unknown): Mapping {
  const body = explained(location.name, () => interpolatedBody(location, text, inputs, compiler.source.variables));
  const { include, ...own } = body;
  const { read, files } = location;
  const included = includedFiles(include ?? [], { read, files, variables: compiler.source.variables });
  compiler.included.count += included.length;
  if (compiler.included.count > mostIncludes) {
    throw new PipelineError(`Maximum of ${mostIncludes} nested includes are allowed!`);
  }
  return deepMerge(included.map((file) => loadFile(compiler, location, file)).reduce(deepMerge, {}), own);
}

function interpolatedBody(location: Location, text: string, inputs: unknown, variables: Variables): Mapping {
  const { header, body } = readConfigFile(text);
  if (!isMapping(inputs)) throw new PipelineError('Given inputs must be a hash');
  if (!header) {
    // A file without a header is taken as it stands, and has nothing that could receive an input.
    if (Object.keys(inputs).length > 0)
      throw new PipelineError('Given inputs not defined in the `spec` section of the included configuration file');
    return body;
  }
  const spec = readSpec(header);
  const component = Object.fromEntries(
    spec.component
      .filter((member) => member in location.component)
      .map((member) => [member, location.component[member]]),
  );
  return interpolateMapping(body, { inputs: resolveInputs(spec.inputs, inputs), component, variables });
}

function loadFile(compiler: Compiler, from: Location, file: IncludedFile): Mapping {
  const { location, text } = openFile(compiler, from, file);
  const loaded = load(compiler, location, text, file.inputs ?? {});
  if (Object.keys(loaded).length > 0) return loaded;
  throw new PipelineError(`Included file \`${location.name}\` does not have valid YAML syntax!`);
}

function openFile({ source }: Compiler, from: Location, file: IncludedFile): { location: Location; text: string } {
  if (file.kind === 'local') return openLocal(from, localPath(file.location));
  if (file.kind === 'component') return openComponent(source, componentAddress(file.location));
  return refuseKind(file);
}

/** A local file of a component belongs to that component: same project, same commit, and the including component's name. */
function openLocal(from: Location, path: string): { location: Location; text: string } {
  const text = from.read(path);
  if (text === undefined) throw new PipelineError(`Local file \`${path}\` does not exist!`);
  if (text.trim() === '') throw new PipelineError(`Local file \`${path}\` is empty!`);
  return { location: { ...from, name: path }, text };
}

function openComponent(
  source: PipelineSource,
  { address, name }: { address: string; name: string },
): { location: Location; text: string } {
  const catalog = source.resolve(address);
  const text = catalog.read(`templates/${name}.yml`) ?? catalog.read(`templates/${name}/template.yml`);
  if (text === undefined) throw new PipelineError(`Component '${address}' - content not found`);
  // All that GitLab says of a component without content is the name of its error.
  if (text.trim() === '') throw new PipelineError('Gitlab::Ci::Config::External::Processor::IncludeError');
  const component = { name, sha: catalog.sha, version: catalog.version ?? null, reference: catalog.reference };
  return { location: { name: address, read: (path) => catalog.read(path), files: catalog.files, component }, text };
}

const listKeywords = ['script', 'before_script', 'after_script', 'rules'];

/**
 * GitLab allows lists within the lists of these keywords, so that a reference or an input may be one item of them; and a
 * keyword set to null, which is how a job drops what it would inherit, counts as not written.
 */
function flatten(config: Mapping): Mapping {
  const flat = ([key, value]: [string, unknown]): [string, unknown] =>
    listKeywords.includes(key) && Array.isArray(value) ? [key, value.flat(10)] : [key, value];
  const job = (value: unknown) =>
    isMapping(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, item]) => item !== null)
            .map(flat),
        )
      : value;
  return Object.fromEntries(
    Object.entries(config)
      .map(flat)
      .map(([name, value]) => [name, job(value)]),
  );
}

/** A file's own problems carry its name, once, however deep it is included. */
function explained<T>(name: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (name !== undefined && error instanceof PipelineError)
      throw new PipelineError(`\`${name}\`: ${error.message}`, { cause: error });
    throw error;
  }
}
