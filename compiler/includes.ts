import { basename } from 'node:path';
import { isMapping, type Mapping } from './document.ts';
import type { Surroundings } from './exists.ts';
import { isIncluded } from './include-rules.ts';
import { PipelineError } from './problem.ts';
import { rubyText } from './ruby.ts';
import { expandAll } from './variables.ts';

/** A file that `include:` names: where it stands, and what it is given. Neither need be what it should. */
export interface IncludedFile {
  readonly kind: string;
  readonly location: unknown;
  readonly inputs: unknown;
}

/** The files that `include:` names. GitLab looks at all of them before it reads one. */
export function includedFiles(include: unknown, surroundings: Surroundings): IncludedFile[] {
  const written: unknown[] = Array.isArray(include) ? include : [include];
  const entries = written.filter((entry) => entry !== null).map((entry) => entryFrom(entry, surroundings));
  return entries
    .filter(({ rules }) => isIncluded(rules, surroundings))
    .map((entry) => fileFrom(expanded(entry, surroundings)));
}

function entryFrom(written: unknown, { variables }: Surroundings): Mapping {
  if (isMapping(written)) return written;
  if (typeof written !== 'string') throw new PipelineError('Each include must be a hash or a string');
  const location = expandAll(written, variables);
  return /^https?:\/\//.test(location) ? { remote: location } : { local: location };
}

/** Inputs keep their variables: a component expands them when it wants to. */
function expanded(entry: Mapping, { variables }: Surroundings): Mapping {
  const expand = (value: unknown) => (typeof value === 'string' ? expandAll(value, variables) : value);
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, expand(value)]));
}

const kinds = ['local', 'project', 'remote', 'template', 'artifact', 'component'];
const knownKinds = `\`${kinds.join('`, `')}\``;

function fileFrom(entry: Mapping): IncludedFile {
  const [kind, ...others] = kinds.filter((each) => rubyText(entry[each]).trim() !== '');
  if (kind === undefined) {
    const written = JSON.stringify(entry);
    throw new PipelineError(
      `\`${written}\` does not have a valid subkey for include. Valid subkeys are: ${knownKinds}`,
    );
  }
  if (others.length > 0) throw new PipelineError(`Each include must use only one of: ${knownKinds}`);
  return { kind, location: entry[kind], inputs: entry.inputs };
}

/** The path of a file of the same project. */
export function localPath(location: unknown): string {
  const path = rubyText(location).replace(/^\/+/, '');
  if (path.includes('*')) throw new PipelineError(`\`${path}\`: wildcards are not supported here; name each file`);
  requireYaml(path);
  return path;
}

/** The address of a component, and the component's name in it. */
export function componentAddress(location: unknown): { address: string; name: string } {
  if (typeof location !== 'string')
    throw new PipelineError(`Included file \`${rubyText(location)}\` needs to be a string`);
  const [, name] = /^[^/@]+\/[^@]+\/([^/@]+)@[^@]+$/.exec(location) ?? [];
  if (name === undefined) throw new PipelineError(`Component '${location}' - the component path is not supported`);
  return { address: location, name };
}

/** What is said of a file that is neither local nor a component. */
export function refuseKind({ kind, location }: IncludedFile): never {
  if (kind !== 'project') requireYaml(rubyText(location));
  if (kind === 'artifact')
    throw new PipelineError('Including configs from artifacts is only allowed when triggering child pipelines');
  throw new PipelineError(`include:${kind} is not supported here; use include:component or include:local`);
}

function requireYaml(path: string): void {
  if (!/.\.ya?ml$/i.test(basename(path)))
    throw new PipelineError(`Included file \`${path}\` does not have YAML extension!`);
}
