// Whoever needs this file imports it dynamically: only to a static import does a bundle give the names of a CommonJS
// package.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';

/** Where something stands in a file, both from 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
}

/** What a YAML file says, each part with its place. */
export type Located =
  | Mapping
  | { readonly is: 'list'; readonly at: FilePlace; readonly items: readonly Located[] }
  | { readonly is: 'value'; readonly at: FilePlace; readonly value: unknown }
  /** Nothing is written after the key. */
  | { readonly is: 'blank'; readonly at: FilePlace };

export interface Mapping {
  readonly is: 'mapping';
  readonly at: FilePlace;
  readonly members: ReadonlyMap<string, MappingMember>;
}

interface MappingMember {
  /** The place of the key. */
  readonly at: FilePlace;
  readonly value: Located;
}

/** What is wrong at a place: the words after "line 3, column 5: ". */
export interface Wrong {
  readonly at: FilePlace;
  readonly why: string;
}

/** What the parser says of a key at the wrong column, or of a text that looks like one: in words for those who write parsers. */
const INDENTED: ReadonlySet<string> = new Set(['BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY', 'BAD_INDENT']);
const WRONG_INDENT =
  'this is not YAML: the keys of a mapping must begin at the same column, and a text with ": " needs quotes';

/** What the parser says to those who call it. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands twice in one mapping: remove it here or above',
  MULTIPLE_DOCS: 'the file has multiple documents: one begins here, and only one is read',
  RESOURCE_EXHAUSTION: 'lists and mappings lie too deep within each other to be read',
};

/** Reads a YAML document with the place of each part; or all that is wrong with it. */
export function readLocated(text: string): { readonly located: Located } | { readonly wrong: readonly Wrong[] } {
  const lines = new LineCounter();
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const wrong: Wrong[] = [...document.errors, ...document.warnings].map(({ pos: [offset], code, message }) => ({
    at: placeAt(offset),
    why: INDENTED.has(code) ? WRONG_INDENT : (SAID_OTHERWISE[code] ?? message),
  }));
  if (wrong.length > 0) return { wrong };
  const located = locate(document.contents, 0, { placeAt, refuse: (at, why) => void wrong.push({ at, why }) });
  return wrong.length > 0 ? { wrong } : { located };
}

interface Reader {
  placeAt(offset: number): FilePlace;
  refuse(at: FilePlace, why: string): void;
}

/** A node with its place; where nothing is written, that of what is around it. */
function locate(node: unknown, around: number, reader: Reader): Located {
  if (!isNode(node)) return { is: 'blank', at: reader.placeAt(around) };
  const at = reader.placeAt(node.range?.[0] ?? around);
  if (isMap(node)) return { is: 'mapping', at, members: membersOf(node, around, reader) };
  if (isSeq(node)) return { is: 'list', at, items: node.items.map((item) => locate(item, around, reader)) };
  if (isScalar(node)) {
    refuseNoText(node.value, at, reader);
    return node.source === '' ? { is: 'blank', at } : { is: 'value', at, value: node.value };
  }
  reader.refuse(at, 'aliases are not supported: write the value itself');
  return { is: 'blank', at };
}

function membersOf({ items }: YAMLMap, around: number, reader: Reader): ReadonlyMap<string, MappingMember> {
  const members = items.flatMap(({ key, value }) => {
    if (!isScalar(key)) return [];
    const offset = key.range?.[0] ?? around;
    refuseNoText(key.value, reader.placeAt(offset), reader);
    // JavaScript means something else by it, and so it would be lost on the way.
    if (key.value === '__proto__') reader.refuse(reader.placeAt(offset), '__proto__ cannot be the name of anything');
    return [[String(key.value), { at: reader.placeAt(offset), value: locate(value, offset, reader) }] as const];
  });
  return new Map(members);
}

/** What reading puts where bytes are no UTF-8, the sign of a file in UTF-16, and half a character. */
const NO_TEXT = /[\0\uFFFD\p{Cs}]/u;

/** Refuses what cannot reach AWS as it was meant. */
function refuseNoText(value: unknown, at: FilePlace, { refuse }: Reader): void {
  if (typeof value === 'string' && NO_TEXT.test(value))
    refuse(at, 'holds what is no text: save the file as UTF-8, and write no zero byte');
}
