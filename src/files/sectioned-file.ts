import type * as z from 'zod/mini';
import { partsOf } from '../ground/error-parts.ts';
import type { Failure } from '../ground/failure.ts';
import { nearest } from '../ground/nearest.ts';
import { environmentName } from '../registry/entry-keys.ts';
import { overridden, placeOf, plainValues } from './effective.ts';
import type { FilePlace, Located, Mapping, Wrong } from './located-yaml.ts';
import { KNOWN_ARE } from './schema.ts';

/** A file of common values and a section for each environment, whose every section was read and found right. */
export interface SectionedFile<Value> {
  /** The environments that have a section. */
  readonly environments: readonly string[];
  /** What the file says of an environment. Throws a Failure of kind "invalid input" where it does not say it. */
  describe(environment: string): Value;
}

/** What kind of file it is. */
export interface FileKind<Value> {
  readonly schema: z.ZodMiniType<Value>;
  /** What a file looks like that is no mapping: an example of one. */
  readonly example: string;
  /** The keys to which null says something; of others, the usual value counts. */
  readonly nullable: ReadonlySet<string>;
  /** The Failure of kind "invalid input" about all that is wrong with it. */
  invalid(file: string, problems: readonly string[]): Failure;
}

/** The most characters of such a file. */
const LONGEST = 65_536;

/** How many problems are told at once. */
const MOST_PROBLEMS = 100;

/** What stands for the environments that have no section. */
const ANY_OTHER = 'any other environment';

/**
 * Reads a file of common values, and under `environments` a section for each environment that has others. Throws a Failure of kind
 * "invalid input" that tells all that is wrong in any section, with line and column. Where the promotion path is known, a section of
 * an environment that is not on it is wrong, too: nobody would read it.
 */
export async function readSectionedFile<Value>(
  kind: FileKind<Value>,
  { file, text }: { readonly file: string; readonly text: string },
  path?: readonly string[],
): Promise<SectionedFile<Value>> {
  const invalid = (problems: readonly string[]) => kind.invalid(file, problems);
  if (text.length > LONGEST) throw invalid([`it has ${text.length} characters, and at most ${LONGEST} are read`]);
  const { common, sections, wrong } = divided(await mappingIn(text, kind.example, invalid), path);
  const problems: WrongIn[] = [...wrong];
  const all = sections.size === 0 ? [[ANY_OTHER, common] as const] : [...sections];
  for (const [environment, own] of all) {
    // What is common is wrong in every section: a file of thousands of them would be judged for minutes.
    if (problems.length >= MOST_PROBLEMS) break;
    problems.push(...judge(own === common ? common : overridden(common, own), environment, kind).wrong);
  }
  if (problems.length > 0) throw invalid(told(problems, all.length));
  return {
    environments: [...sections.keys()],
    describe(environment) {
      const own = sections.get(environment);
      const judged = judge(own ? overridden(common, own) : common, environment, kind);
      if (judged.value === undefined) throw invalid(told(judged.wrong, 0));
      return judged.value;
    },
  };
}

async function mappingIn(
  text: string,
  example: string,
  invalid: (problems: readonly string[]) => Failure,
): Promise<Mapping> {
  const { readLocated } = await import('./located-yaml.ts');
  const read = attempt(() => readLocated(text), invalid);
  if ('wrong' in read) throw invalid(told(read.wrong, 0));
  if (read.located.is === 'mapping') return read.located;
  throw invalid(told([{ at: read.located.at, why: `must be a mapping: "${example}"` }], 0));
}

/** The parser goes down into each level of what is nested. */
function attempt<Value>(act: () => Value, invalid: (problems: readonly string[]) => Failure): Value {
  try {
    return act();
  } catch (error) {
    throw invalid([`it cannot be read as YAML: ${partsOf(error).message}`]);
  }
}

interface Divided {
  readonly common: Mapping;
  readonly sections: ReadonlyMap<string, Mapping>;
  readonly wrong: readonly Wrong[];
}

/** The common values, and the section of each environment. */
function divided(whole: Mapping, path: readonly string[] | undefined): Divided {
  const { environments, ...common } = Object.fromEntries(whole.members);
  const sections = new Map<string, Mapping>();
  const wrong: Wrong[] = [];
  const refuse = (at: FilePlace, why: string) => wrong.push({ at, why });
  if (environments !== undefined && environments.value.is !== 'mapping')
    refuse(environments.at, 'environments must be a mapping, with a section for each environment');
  const members = environments?.value.is === 'mapping' ? environments.value.members : new Map();
  for (const [name, { at, value }] of members) {
    if (!environmentName.safeParse(name).success) refuse(at, `environments.${name} is no name of an environment`);
    else if (path?.includes(name) === false)
      refuse(at, `environments.${name} is not in promotion_path (${path.join(', ')})`);
    else if (value.is === 'mapping') sections.set(name, { ...value, at });
    else refuse(at, `environments.${name} must be a mapping: {} where it has nothing of its own`);
  }
  return { common: { ...whole, members: new Map(Object.entries(common)) }, sections, wrong };
}

interface WrongIn extends Wrong {
  readonly environment?: string;
}

interface JudgedSection<Value> {
  readonly value?: Value;
  readonly wrong: readonly WrongIn[];
}

function judge<Value>(effective: Mapping, environment: string, kind: FileKind<Value>): JudgedSection<Value> {
  const parsed = kind.schema.safeParse(saidIn(effective, kind.nullable));
  if (parsed.success) return { value: parsed.data, wrong: [] };
  return { wrong: parsed.error.issues.flatMap((issue) => wrongIn(effective, environment, issue)) };
}

/** What a section says. */
function saidIn(effective: Mapping, nullable: ReadonlySet<string>): unknown {
  const said = Object.entries(Object(plainValues(effective)));
  return Object.fromEntries(said.filter(([key, value]) => value !== null || nullable.has(key)));
}

/** What an issue tells, at the place of what it is about: each unknown key for itself. */
function wrongIn(effective: Located, environment: string, { message, path, ...issue }: z.core.$ZodIssue): WrongIn[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
  const paths = keys ? keys.map((key) => [...path, key]) : [path];
  const told = keys ? message.split('\n') : paths.map(() => message);
  const reasons = keys && path.length === 0 ? told.map((reason, index) => atTheTop(keys[index] ?? '', reason)) : told;
  return paths.map((each, index) => ({
    at: placeOf(effective, each),
    why: `${each.join('.')} ${reasons[index] ?? ''}`.trim(),
    environment,
  }));
}

/** The schema of a section does not know the key that holds them. */
function atTheTop(key: string, reason: string): string {
  if (!reason.startsWith(KNOWN_ARE)) return reason;
  return nearest(key, ['environments']) ? 'is not known: did you mean environments?' : `${reason}, environments`;
}

/** A line for each problem, in the order of the file. One that only some of the sections have says of which. */
function told(problems: readonly WrongIn[], sections: number): string[] {
  const ordered = [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const having = new Map<string, Set<string>>();
  for (const { at, why, environment } of ordered) {
    const line = `line ${at.line}, column ${at.column}: ${why}`;
    const of = having.get(line) ?? new Set();
    having.set(line, environment === undefined ? of : of.add(environment));
  }
  const lines = [...having].map(([line, of]) =>
    of.size === 0 || of.size === sections ? line : `${line} (for ${[...of].join(', ')})`,
  );
  const more = lines.length - MOST_PROBLEMS;
  return more > 0 ? [...lines.slice(0, MOST_PROBLEMS), `and ${more} more problems`] : lines;
}
