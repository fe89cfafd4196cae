/** The strings and the numbers of a JSON text; nothing else in it holds a digit. */
const STRING_OR_NUMBER = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;
/** No text of a definition begins so. */
const INTEGER = '\u0000integer ';

/** Parses JSON. An integer that JavaScript's numbers cannot hold becomes a bigint, with all its digits. */
export function parseExactly(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const kept = text.replaceAll(STRING_OR_NUMBER, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(INTEGER + token) : token,
  );
  if (kept === text) return parsed;
  return JSON.parse(kept, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(INTEGER) ? BigInt(value.slice(INTEGER.length)) : value,
  );
}
