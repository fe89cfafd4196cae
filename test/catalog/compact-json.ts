/** How long a line of a page's JSON may be. */
const WIDTH = 120;

/** JSON for a page: what fits into a line stands in one. */
export function compactJson(value: unknown): string {
  return linesOf('', value, '').join('\n');
}

/** A value with the name of its member before it. */
function linesOf(label: string, value: unknown, indent: string): string[] {
  const flat = `${indent}${label}${flatJson(value)}`;
  if (flat.length < WIDTH || typeof value !== 'object' || value === null) return [flat];
  const isList = Array.isArray(value);
  const members = Object.entries(value).map(([name, each]) =>
    linesOf(isList ? '' : `${JSON.stringify(name)}: `, each, `${indent}  `),
  );
  const inner = members.flatMap((lines, at) => (at < members.length - 1 ? [`${lines.join('\n')},`] : lines));
  const [open, close] = isList ? '[]' : '{}';
  return [`${indent}${label}${open}`, ...inner, `${indent}${close}`];
}

function flatJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${flatJson(each)}`);
  return `{ ${members.join(', ')} }`;
}
