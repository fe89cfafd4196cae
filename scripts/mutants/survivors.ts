import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

/** A mutant that no test kills, told by the text of its lines, so that it is known again when lines move. */
export interface Survivor {
  readonly file: string;
  /** The lines that it changes, as they are, with single spaces. */
  readonly code: string;
  /** The same lines as the mutant has them. */
  readonly mutant: string;
}

export interface NamedSurvivor extends Survivor {
  readonly reason: string;
}

const named = z.array(
  z.strictObject({
    file: z.string().min(1),
    code: z.string().min(1),
    mutant: z.string().min(1),
    reason: z.string().min(1),
  }),
);

const FILE = new URL('../../test/mutants/survivors.yml', import.meta.url);

/** The survivors that are named with their reason. */
export function namedSurvivors(): NamedSurvivor[] {
  return named.parse(parse(readFileSync(FILE, 'utf8')));
}

interface Position {
  /** From 1 on. */
  readonly line: number;
  readonly column: number;
}

interface Replacement {
  readonly location: { readonly start: Position; readonly end: Position };
  readonly replacement: string;
}

/** How a survivor is written down: whole lines before and after. Stryker's lines count from 1, its columns from 1. */
export function survivorOf(
  file: string,
  source: string,
  { location: { start, end }, replacement }: Replacement,
): Survivor {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const before = lines[0]?.slice(0, start.column - 1) ?? '';
  const after = lines.at(-1)?.slice(end.column - 1) ?? '';
  return { file, code: singleSpaced(lines.join('\n')), mutant: singleSpaced(`${before}${replacement}${after}`) };
}

export function singleSpaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Which survivors nobody named, and which named ones no longer survive. Of two that are alike, each is named. */
export function compare(
  survivors: readonly Survivor[],
  namedOnes: readonly NamedSurvivor[],
): { unnamed: Survivor[]; gone: NamedSurvivor[] } {
  const gone = [...namedOnes];
  const unnamed = survivors.filter((survivor) => {
    const index = gone.findIndex((each) => isSame(each, survivor));
    if (index >= 0) gone.splice(index, 1);
    return index < 0;
  });
  return { unnamed, gone };
}

function isSame(one: Survivor, other: Survivor): boolean {
  return one.file === other.file && one.code === other.code && one.mutant === other.mutant;
}
