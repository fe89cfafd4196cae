import { RE2JS, RE2JSException } from 're2js';
import { PipelineError } from './problem.ts';

/** A regular expression of RE2, which is what GitLab's are: no look-around, no back-references, no more than 1000 repetitions. */
export class Pattern {
  readonly source: string;
  readonly #compiled: RE2JS;

  constructor(source: string) {
    this.source = source;
    this.#compiled = RE2JS.compile(source);
  }

  isIn(text: string): boolean {
    return this.#compiled.test(text);
  }
}

const patterns = new Map<string, Pattern | undefined>();

/** Nothing where RE2 refuses it. */
export function compilePattern(source: string): Pattern | undefined {
  if (!patterns.has(source)) patterns.set(source, compiled(source));
  return patterns.get(source);
}

function compiled(source: string): Pattern | undefined {
  if (/(?<!\\)(?:\\\\)*\\C/.test(source))
    throw new PipelineError(`\`${source}\`: \\C is not supported here; write what it stands for`);
  if (namesUnknownProperty(source)) return undefined;
  try {
    return new Pattern(source);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

/** RE2 knows categories, such as `\p{L}`, and scripts, such as `\p{Greek}`, but not the properties that our library knows, too. */
function namesUnknownProperty(source: string): boolean {
  return [...source.matchAll(/\\[pP]\{\^?(\w{3,})\}/g)].some(([, name = '']) => name !== 'Any' && !isScript(name));
}

function isScript(name: string): boolean {
  try {
    return new RegExp(`\\p{Script=${name}}`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
