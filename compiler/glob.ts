/**
 * Whether a glob of `rules:changes` or `rules:exists` matches a path, as Ruby's `File.fnmatch?` does with the flags PATHNAME,
 * DOTMATCH and EXTGLOB: only `**` with a slash behind it stands for folders, and a leading dot is a character like any other.
 */
export function matchesGlob(path: string, glob: string): boolean {
  return alternatives(glob).some((each) => new RegExp(`^${patternOf(each)}$`, 'su').test(path));
}

/** What braces stand for: `{a,b}c` is `ac` or `bc`. A brace that nothing closes matches nothing. */
function alternatives(glob: string): string[] {
  let [start, depth] = [-1, 0];
  const choices = [''];
  for (const { index, 0: part } of glob.matchAll(/\\.|./gsu)) {
    if (part === '{') depth += 1;
    if (part === '}' && depth > 0) depth -= 1;
    if (start < 0) start = part === '{' ? index : start;
    else if (depth === 0)
      return choices.flatMap((choice) => alternatives(glob.slice(0, start) + choice + glob.slice(index + 1)));
    else if (depth === 1 && part === ',') choices.push('');
    else choices.push(`${choices.pop()}${part}`);
  }
  return start < 0 ? [glob] : [];
}

const pieces = /(?<=^|\/)((?:\*\*\/)+)|\*+|\?|\[([!^]?)((?:\\.|[^\]\\])*)\]|\[|\\(.?)|(.)/gsu;

/** The glob as a regular expression. No piece of it but a written slash matches a slash; a last backslash is nothing. */
function patternOf(glob: string): string {
  return glob.replaceAll(pieces, (piece, folders, not, set, escaped, plain) => {
    if (folders !== undefined) return '(?:[^/]*/)*';
    if (set !== undefined) return `(?!/)[${not === '' ? '' : '^'}${membersOf(set)}]`;
    if (escaped !== undefined || plain !== undefined) return literal(escaped ?? plain);
    if (piece === '?') return '[^/]';
    return piece === '[' ? '(?!)' : '[^/]*';
  });
}

/** What stands in brackets: characters and ranges. Of a range that runs backwards Ruby takes the two ends. */
function membersOf(set: string): string {
  return set.replaceAll(/\\?(.)(?:-\\?(.))?/gsu, (_, from: string, to?: string) => {
    if (to === undefined) return literal(from);
    return `${literal(from)}${from <= to ? '-' : ''}${literal(to)}`;
  });
}

function literal(character: string): string {
  return character && `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
