import { isMapping, type Mapping, readConfigFile, writeYaml } from './document.ts';
import { holds, isExpression } from './expression.ts';
import type { Variables } from './functions.ts';
import { resolveInputs } from './inputs.ts';
import { interpolateMapping } from './interpolate.ts';
import { deepMerge, resolveExtends, resolveReferences } from './merge.ts';
import { PipelineError } from './problem.ts';
import { readSpec } from './spec.ts';
import { expandAll } from './variables.ts';

export { PipelineError } from './problem.ts';

/** The project that a component's address leads to, at the commit that the reference names. */
export interface Catalog {
  read(path: string): string | undefined;
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
  const project: Location = { name: undefined, read: (path) => source.readLocal(path), component: {} };
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
  readonly component: Mapping;
}

const mostIncludes = 150;

function load(compiler: Compiler, location: Location, text: string, inputs: Mapping): Mapping {
  const body = explained(location.name, () => interpolatedBody(location, text, inputs, compiler.source.variables));
  const { include, ...own } = body;
  const files = include === undefined || include === null ? [] : [include].flat();
  const included = files.map((entry) => loadInclude(compiler, location, entry));
  return deepMerge(included.reduce(deepMerge, {}), own);
}

function interpolatedBody(location: Location, text: string, inputs: Mapping, variables: Variables): Mapping {
  const { header, body } = readConfigFile(text);
  if (!header) {
    // A file without a header is taken as it stands, and has nothing that could receive an input.
    if (Object.keys(inputs).length > 0) throw new PipelineError('unknown input arguments');
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

const kinds = ['local', 'component', 'project', 'remote', 'template', 'artifact'];

function loadInclude(compiler: Compiler, from: Location, entry: unknown): Mapping {
  const item = typeof entry === 'string' ? { local: entry } : entry;
  if (!isMapping(item)) throw new PipelineError('include config should be a string, a hash or an array of them');
  if (!passes(item.rules, compiler.source, from)) return {};
  const kind = kinds.filter((key) => key in item);
  if (kind.length !== 1) throw new PipelineError(`Each include must use only one of: \`${kinds.join('`, `')}\``);
  compiler.included.count += 1;
  if (compiler.included.count > mostIncludes) {
    throw new PipelineError(`Maximum of ${mostIncludes} nested includes are allowed!`);
  }
  const inputs = isMapping(item.inputs) ? item.inputs : {};
  const variables = compiler.source.variables;
  if (typeof item.local === 'string') {
    const { location, text } = localFile(from, expandAll(item.local, variables));
    return load(compiler, location, text, inputs);
  }
  if (typeof item.component === 'string') {
    const { location, text } = componentFile(compiler.source, expandAll(item.component, variables));
    return load(compiler, location, text, inputs);
  }
  throw new PipelineError(`include:${kind[0]} is not supported here; use include:component or include:local`);
}

/** A local file of a component belongs to that component: same project, same commit, and the including component's name. */
function localFile(from: Location, path: string): { location: Location; text: string } {
  const name = path.replace(/^\/+/, '');
  if (name.includes('*')) throw new PipelineError(`\`${name}\`: wildcards are not supported here; name each file`);
  if (!/.\.ya?ml$/i.test(name)) throw new PipelineError(`Included file \`${name}\` does not have YAML extension!`);
  const text = from.read(name);
  if (text === undefined) throw new PipelineError(`Local file \`${name}\` does not exist!`);
  if (text.trim() === '') throw new PipelineError(`Local file \`${name}\` is empty!`);
  return { location: { ...from, name }, text };
}

function componentFile(source: PipelineSource, address: string): { location: Location; text: string } {
  const [, name] = /^[^/@]+\/[^@]+\/([^/@]+)@[^@]+$/.exec(address) ?? [];
  if (name === undefined) throw new PipelineError(`Component '${address}' - the component path is not supported`);
  const catalog = source.resolve(address);
  const text = catalog.read(`templates/${name}.yml`) ?? catalog.read(`templates/${name}/template.yml`);
  if (text === undefined) throw new PipelineError(`Component '${address}' - content not found`);
  const component = { name, sha: catalog.sha, version: catalog.version ?? null, reference: catalog.reference };
  return { location: { name: address, read: (path) => catalog.read(path), component }, text };
}

/** `include:rules`: no rules include, no match excludes. Inputs are already in place when they are read. */
function passes(rules: unknown, { variables }: PipelineSource, from: Location): boolean {
  if (rules === undefined || rules === null) return true;
  const listed: unknown[] = Array.isArray(rules) ? rules : [rules];
  const match = listed.filter(isMapping).find((rule) => {
    if ('changes' in rule) throw new PipelineError('include:rules:changes is not supported here; use if or exists');
    return ifHolds(rule, variables) && existsHolds(rule, from);
  });
  return match !== undefined && match.when !== 'never';
}

function ifHolds(rule: Mapping, variables: Variables): boolean {
  if (rule.if === undefined) return true;
  if (!isExpression(rule.if)) throw new PipelineError('include:rule if invalid expression syntax');
  return holds(rule.if, { variables });
}

function existsHolds(rule: Mapping, from: Location): boolean {
  return rule.exists === undefined || [rule.exists].flat().some((path) => from.read(String(path)) !== undefined);
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
