// Whoever needs this file imports it dynamically: only to a static import does a bundle give the names of a CommonJS
// package.
import { parseDocument } from 'yaml';

/**
 * A YAML document as JSON: aliases and merge keys resolved, keys in the order of the file, integers with all their
 * digits. Throws an Error that says what is wrong with it, or what JSON does not have.
 */
export function yamlAsJson(text: string): string {
  const document = parseDocument(text, { merge: true, intAsBigInt: true, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  return jsonOf(document.toJS({ mapAsMap: true }), []);
}

/** `around` is what contains the value. */
function jsonOf(value: unknown, around: readonly unknown[]): string {
  if (around.includes(value)) throw new Error('An alias leads back to what contains it');
  const within = [...around, value];
  if (value instanceof Map) {
    const members = [...value].map(([key, member]) => `${JSON.stringify(key)}:${jsonOf(member, within)}`);
    return `{${members.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map((member) => jsonOf(member, within)).join(',')}]`;
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return JSON.stringify(value);
  throw new Error(`It has a value that JSON does not have: ${String(value)}`);
}
