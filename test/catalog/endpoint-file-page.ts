import * as z from 'zod/mini';
import { endpointDescription } from '../../src/endpoints/description/consistent.ts';
import { type Cell, ROWS } from '../../src/endpoints/description/kind-table.ts';
import { KIND_WORDS, KINDS } from '../../src/endpoints/description/kinds.ts';
import { code, table } from './markdown.ts';

export type Schema = z.core.JSONSchema.JSONSchema;

/** What each key of a file may be, from the schema by which the programs read it. */
export function keysOf(schema: z.core.$ZodType): Readonly<Record<string, Schema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(properties).flatMap(([key, each]) => (isSchema(each) ? [[key, each]] : [])));
}

export const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** docs/endpoint-file.schema.json: for editors. */
export function endpointFileSchema(): Schema {
  return sectionedSchema('Endpoint file of sagemaker-components', endpointDescription);
}

/** The JSON Schema of a file of common values and sections. They are merged, so none of them must say all. */
export function sectionedSchema(title: string, schema: z.core.$ZodType): Schema {
  const properties = Object.fromEntries(Object.entries(keysOf(schema)).map(([key, each]) => [key, inParts(each)]));
  const section: Schema = { type: 'object', properties, additionalProperties: false };
  // An explicit null takes a common value away.
  const taken = Object.entries(properties).map(([key, each]) => [key, { anyOf: [each, { type: 'null' }] }]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...section,
    properties: {
      ...properties,
      environments: {
        description: 'What is different in an environment, by its name.',
        type: 'object',
        additionalProperties: { ...section, properties: Object.fromEntries(taken) },
      },
    },
  };
}

/** A schema that asks for no key: the rest may stand elsewhere. */
function inParts(schema: unknown): Schema {
  const parts = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(parts);
    if (!isSchema(value)) return value;
    const entries = Object.entries(value).filter(([name]) => name !== 'required');
    return Object.fromEntries(entries.map(([name, inner]) => [name, parts(inner)]));
  };
  return isSchema(schema) ? (parts(schema) as Schema) : {};
}

/** The table of docs/endpoint-file.md: every key, what it may be and what it means. */
export function keysOfEndpointFile(): string {
  const rows = Object.entries(keysOf(endpointDescription)).flatMap(([key, schema]) => keyRows(key, schema));
  return table(['key', 'value and meaning'], rows);
}

/** The table of docs/endpoint-file.md of what each kind of endpoint can have. */
export function kindsOfEndpoints(): string {
  const rows = ROWS.map(({ what, cells }) => [what, ...KINDS.map((kind) => cellWords(cells[kind]))]);
  return table(['setting', ...KINDS.map((kind) => KIND_WORDS[kind])], rows);
}

function cellWords(cell: Cell): string {
  switch (cell.is) {
    case 'supported':
      return 'supported';
    case 'refused':
      return `refused: ${cell.why}`;
    case 'not needed':
      return `not needed: ${cell.why}`;
  }
}

/** The rows of a key and of those in it, of a list in its items; where it may be one of several mappings, their keys together. */
export function keyRows(key: string, schema: Schema): string[][] {
  const kinds = alternatives(schema).filter(({ type }) => type !== 'null');
  const values = [...new Set(kinds.map(valueWords))];
  const inner = new Map<string, Schema[]>();
  for (const { properties = {} } of kinds)
    for (const [name, each] of Object.entries(properties))
      if (isSchema(each)) inner.set(name, [...(inner.get(name) ?? []), each]);
  const row = [code(key), `${sentence(values.join(' or '))} ${meaningOf(schema)}`.trim()];
  return [
    row,
    ...[...inner].flatMap(([name, several]) => keyRows(`${key}.${name}`, together(several))),
    ...itemRows(key, kinds),
  ];
}

/** The rows of the keys that each item of a list has. */
function itemRows(key: string, kinds: readonly Schema[]): string[][] {
  const items = kinds.flatMap(({ items }) => (isSchema(items) && !Array.isArray(items) ? [items] : []));
  return items.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([name, each]) => (isSchema(each) ? keyRows(`${key}[].${name}`, each) : [])),
  );
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function together(several: readonly Schema[]): Schema {
  const [only, ...more] = several;
  if (only !== undefined && more.length === 0) return only;
  return { ...(only?.description !== undefined && { description: only.description }), anyOf: [...several] };
}

function alternatives(schema: Schema): Schema[] {
  const several = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return several.length === 0 ? [schema] : several.flatMap((each) => (isSchema(each) ? alternatives(each) : []));
}

function meaningOf(schema: Schema): string {
  const all = alternatives(schema);
  const description = schema.description ?? all.find((each) => each.description)?.description ?? '';
  const usual = schema.default ?? all.find((each) => each.default !== undefined)?.default;
  const isSimple = ['string', 'number', 'boolean'].includes(typeof usual);
  return [description, isSimple ? `By default ${code(String(usual))}.` : ''].filter(Boolean).join(' ');
}

function valueWords({ type: kind, enum: words, const: word, properties, items, ...range }: Schema): string {
  const type = Array.isArray(kind) ? kind.find((each) => each !== 'null') : kind;
  if (word !== undefined) return code(String(word));
  if (words) return words.map((each) => code(String(each))).join(', ');
  if (type === 'integer' || type === 'number') return numberWords(type, range);
  if (type === 'boolean') return `${code('true')} or ${code('false')}`;
  if (type === 'array') return listWords(items);
  if (type === 'object') return properties ? 'a mapping' : 'a mapping of names to texts';
  if (type === undefined) return 'anything';
  return 'a text';
}

function numberWords(type: 'integer' | 'number', { minimum, maximum }: Schema): string {
  const what = type === 'integer' ? 'a whole number' : 'a number';
  if (minimum === undefined) return what;
  const hasEnd = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return hasEnd ? `${what} from ${minimum} to ${maximum}` : `${what} from ${minimum}`;
}

function listWords(items: Schema['items']): string {
  const each = isSchema(items) && !Array.isArray(items) ? alternatives(items) : [];
  const words = [...new Set(each.map(valueWords))].join(' or ');
  return words === 'a text' ? 'a list of texts' : words === 'a mapping' ? 'a list of mappings' : `a list: ${words}`;
}
