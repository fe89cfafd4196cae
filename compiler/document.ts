import { stringify } from 'yaml';
import { contentOf, Reference } from './content.ts';
import { PipelineError } from './problem.ts';

export type Mapping = Record<string, unknown>;

/** A configuration file: a header when it declares one (`spec:` above `---`), and its body. */
export interface ConfigFile {
  readonly header: Mapping | undefined;
  readonly body: Mapping;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Reference);
}

/** The templates that were read: each is read again for every include of it, and nothing changes what it says. */
const templates = new Map<string, ConfigFile>();

/** Reads YAML as GitLab does, but refuses a key written twice, of which GitLab takes the last without a word. */
export function readConfigFile(text: string): ConfigFile {
  const read = templates.get(text) ?? parsed(text);
  if (read.header) templates.set(text, read);
  return read;
}

function parsed(text: string): ConfigFile {
  if (/[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
    throw new PipelineError('(<unknown>): control characters are not allowed at line 1 column 1');
  const contents = partsOf(text)
    .map(contentOf)
    .filter((content) => !isEmpty(content));
  if (!contents.every(isMapping)) throw new PipelineError('Invalid configuration format');
  const [first = {}] = contents;
  // Only a document above `---` is a header; a lone `spec:` is taken for a job, as GitLab does.
  if (contents.length < 2 || !('spec' in first)) return { header: undefined, body: first };
  return { header: first, body: contents.at(-1) ?? {} };
}

const mostParts = 3;

/** GitLab cuts a file at the first two lines that begin with `---`, wherever they stand, before it reads YAML. */
function partsOf(text: string): string[] {
  const parts = [text];
  while (parts.length < mostParts) {
    const rest = parts.at(-1) ?? '';
    const divider = /(?<![^\n])---[ \t\r\n\f\v]+/.exec(rest);
    if (!divider) break;
    parts.splice(-1, 1, rest.slice(0, divider.index), rest.slice(divider.index + divider[0].length));
  }
  return parts;
}

function isEmpty(content: unknown): boolean {
  if (typeof content === 'string') return content.trim() === '';
  return content === null || content === false || (typeof content === 'object' && Object.keys(content).length === 0);
}

/** YAML that means the same to parsers of version 1.1 and 1.2. */
export function writeYaml(config: Mapping): string {
  return stringify(config, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
