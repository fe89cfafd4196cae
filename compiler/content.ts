import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { PipelineError } from './problem.ts';
import { psychScalar } from './psych.ts';

/** `!reference [job, key]`, kept as it stands until every include has been merged. */
export class Reference {
  /** What follows the tag. Only a list of texts leads anywhere. */
  readonly written: unknown;
  constructor(written: unknown) {
    this.written = written;
  }
}

const deepestContent = 100;

/** The first YAML document of a text, read as Psych reads it. */
export function contentOf(text: string): unknown {
  const documents = parseAllDocuments(text, { version: '1.1', schema: 'failsafe', merge: true });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (!document) {
    if (/^%/.test(text))
      throw new PipelineError('(<unknown>): did not find expected <document start> at line 1 column 1');
    return null;
  }
  const [error] = document.errors;
  if (error)
    throw new PipelineError(`Invalid configuration format: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  visit(document, {
    Alias: (_, alias) => refuseUnknown(alias, document),
    Pair: (_, pair) => refuseKey(pair),
    Map: (_, map) => refuseLateMerge(map, document) ?? read(map, document),
    Value: (_, node) => read(node, document),
  });
  const content: unknown = document.toJS({ maxAliasCount: 1000 });
  if (isDeeper(content, deepestContent)) throw new PipelineError('The parsed YAML is too big');
  return content;
}

/** Gives a word without quotes its value. Of the tags only `!reference` and `!!str` are supported. */
function read(node: Node, document: Document): Node | undefined {
  if (node.tag === '!reference') return new Scalar(new Reference(writtenIn(node, document)));
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str')
    throw new PipelineError(`the tag ${node.tag} is not supported here; leave it out`);
  if (isScalar(node)) node.value = scalarValue(node);
  return undefined;
}

function scalarValue(scalar: Scalar): unknown {
  return scalar.type === 'PLAIN' && scalar.tag === undefined ? psychScalar(scalar.source ?? '') : scalar.value;
}

function writtenIn(node: Node, document: Document): unknown {
  const plain = (item: unknown): unknown =>
    isScalar(item) ? scalarValue(item) : isSeq(item) ? item.items.map(plain) : item;
  return isSeq(node) ? plain(node) : node.toJS(document);
}

function refuseUnknown(alias: Alias, document: Document): undefined {
  if (!alias.resolve(document)) throw new PipelineError(`An alias referenced an unknown anchor: ${alias.source}`);
}

/** GitLab makes text of every key in the end, but of these not the text that stands there. */
function refuseKey({ key }: Pair): undefined {
  if (isCollection(key))
    throw new PipelineError('a list or hash as a key is not supported here; write the key as text');
  const value = isScalar(key) && key.source !== '<<' ? scalarValue(key) : '';
  if (typeof value !== 'string' && !Number.isInteger(value))
    throw new PipelineError(
      `the key ${isScalar(key) ? key.source : ''} is not supported here without quotes; quote it`,
    );
}

/** To Psych a `<<` outdoes the keys above it, to our parser none of its map's own. */
function refuseLateMerge({ items }: YAMLMap, document: Document): undefined {
  const keyOf = (pair: Pair<unknown, unknown>) => (isScalar(pair.key) ? pair.key.source : undefined);
  const target = (value: unknown): unknown => (isAlias(value) ? value.resolve(document) : value);
  const own = new Set<unknown>();
  for (const pair of items) {
    own.add(keyOf(pair));
    if (keyOf(pair) !== '<<') continue;
    const merged = target(pair.value);
    const maps = isSeq(merged) ? merged.items.map(target) : [merged];
    const late = maps
      .filter(isMap)
      .flatMap((map) => map.items.map(keyOf))
      .find((key) => own.has(key));
    if (late !== undefined)
      throw new PipelineError(`<< below \`${String(late)}\` is not supported here; write it first`);
  }
}

function isDeeper(content: unknown, levels: number): boolean {
  if (typeof content !== 'object' || content === null) return false;
  return levels === 0 || Object.values(content).some((value) => isDeeper(value, levels - 1));
}
