import { isMapping } from './document.ts';

/**
 * What GitLab's `to_s` makes of a value that lands inside a string: nothing for null, Ruby's notation for lists.
 * One difference: an unquoted `1.0` is `1` here, because JavaScript does not keep its type apart.
 */
export function rubyText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) || isMapping(value) ? inspect(value) : String(value);
}

function inspect(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value).replaceAll(/#(?=[{$@])/g, '\\#');
  if (Array.isArray(value)) return `[${value.map(inspect).join(', ')}]`;
  // Keys are symbols by the time GitLab prints them.
  if (isMapping(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `:${key}=>${inspect(item)}`)
      .join(', ')}}`;
  return String(value);
}

/** Ruby's `gsub` with a text replacement, in which `\\`, `\0` and their kin have a meaning of their own. */
export function rubySubstitute(text: string, block: string, replacement: string): string {
  return text.replaceAll(block, (found, at: number) =>
    replacement.replaceAll(/\\([\\&0-9`'])/g, (_, special: string) => {
      if (special === '\\') return '\\';
      if (special === '&' || special === '0') return found;
      if (special === '`') return text.slice(0, at);
      return special === "'" ? text.slice(at + found.length) : '';
    }),
  );
}
