import { isMapping } from './document.ts';

/** How Ruby keeps the keys of a hash: those of a given value are symbols by the time GitLab prints them, a default's are not. */
type Keys = 'symbols' | 'strings';

/** What GitLab's `to_s` makes of a value that lands inside a string: nothing for null, Ruby's notation for lists. */
export function rubyText(value: unknown, keys: Keys = 'symbols'): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : inspect(value, keys);
}

/** Ruby's own notation of a value. */
export function inspect(value: unknown, keys: Keys): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map((item) => inspect(item, keys)).join(', ')}]`;
  if (!isMapping(value)) return String(value);
  const keyText = (key: string) => (keys === 'strings' ? quoted(key) : symbolText(key));
  return `{${Object.entries(value)
    .map(([key, item]) => `${keyText(key)}=>${inspect(item, keys)}`)
    .join(', ')}}`;
}

const letterEscapes: Readonly<Record<string, string>> = { '\\u0007': '\\a', '\\u000b': '\\v', '\\u001b': '\\e' };

function quoted(text: string): string {
  return JSON.stringify(text)
    .replaceAll(/\\u[0-9a-f]{4}/g, (code) => letterEscapes[code] ?? code.toUpperCase().replace('U', 'u'))
    .replaceAll(/#(?=[{$@])/g, '\\#');
}

const names = String.raw`[A-Za-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*[?!=]?|(?:@@?|\$)[A-Za-z_]\w*|\$\d+`;
const operators = String.raw`\[\]=?|\*\*?|[+-]@?|[%&/^|~\x60!<>]|[!=]~|[!=]=|===|<=>|[<>]=|<<|>>`;
const plainSymbol = new RegExp(`^(?:${names}|${operators})$`, 'u');

function symbolText(key: string): string {
  return plainSymbol.test(key) ? `:${key}` : `:${quoted(key)}`;
}

/** Ruby writes a number below a ten-thousandth with an exponent of two digits at least. */
function numberText(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  const [, digits = '', exponent = ''] = /^(.*)e-(\d+)$/.exec(value.toExponential()) ?? [];
  return `${digits.includes('.') ? digits : `${digits}.0`}e-${exponent.padStart(2, '0')}`;
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
