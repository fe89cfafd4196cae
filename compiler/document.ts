import { isScalar, isSeq, parseAllDocuments, stringify, type Tags } from 'yaml';
import { PipelineError } from './problem.ts';

export type Mapping = Record<string, unknown>;

/** `!reference [job, key]`, kept as it stands until every include has been merged. */
export class Reference {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    this.path = path;
  }
}

/** A configuration file: a header when it declares one (`spec:` above `---`), and its body. */
export interface ConfigFile {
  readonly header: Mapping | undefined;
  readonly body: Mapping;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Reference);
}

const referenceTag: Tags[number] = {
  tag: '!reference',
  collection: 'seq',
  resolve: (node) =>
    new Reference(isSeq(node) ? node.items.map((item) => String(isScalar(item) ? item.value : item)) : []),
};

/** Ruby's parser takes `yes`, `on` and their opposites for booleans, but not `y` and `n`. */
const booleanTag: Tags[number] = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|true|on|no|false|off)$/i,
  resolve: (text: string) => /^(?:yes|true|on)$/i.test(text),
};

const replacedTags = ['tag:yaml.org,2002:bool', 'tag:yaml.org,2002:timestamp'];

/**
 * Reads YAML 1.1 as GitLab's parser does (`yes` and `on` are booleans), but refuses a key written twice, which GitLab
 * would silently overwrite, and leaves dates as text, which GitLab would refuse.
 */
export function readConfigFile(text: string): ConfigFile {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: (tags) => [
      booleanTag,
      referenceTag,
      ...tags.filter((tag) => typeof tag === 'string' || !replacedTags.includes(tag.tag)),
    ],
  });
  if (!Array.isArray(documents)) throw new PipelineError('file is empty');
  const contents = documents.map((document) => {
    const [error] = document.errors;
    if (error)
      throw new PipelineError(`Invalid configuration format: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    return value;
  });
  if (contents.length > 2) throw new PipelineError('The parsed YAML has too many documents, at most 2 are allowed');
  const [first, second] = contents;
  if (!isMapping(first)) throw new PipelineError('Invalid configuration format');
  // Only a document above `---` is a header; a lone `spec:` is taken for a job, as GitLab does.
  if (contents.length < 2 || !('spec' in first)) return { header: undefined, body: first };
  return { header: first, body: isMapping(second) ? second : {} };
}

/** YAML that means the same to parsers of version 1.1 and 1.2. */
export function writeYaml(config: Mapping): string {
  return stringify(config, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
