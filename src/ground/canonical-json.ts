import { createHash } from 'node:crypto';

/** JSON with its keys in order and without what is undefined: equal meanings, equal text. A bigint keeps its digits. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return { integer: String(inner) };
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  });
}

/** The first hexadecimal digits of the SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown, digits: number): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, digits);
}
