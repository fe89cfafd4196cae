import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import { refusalOf, withCiVariables } from './ci-variables.ts';
import { includeInWords, isOfPromote, nameInPromote } from './include.ts';

/**
 * The variable that carries an input from the template to the program: `endpoint_name` travels as
 * `INPUT_ENDPOINT_NAME`.
 */
export function variableFor(input: string): string {
  return `INPUT_${input.toUpperCase()}`;
}

/**
 * The word of the script that carries a safety input, which no CI/CD variable may reach: `--require-validation=true`;
 * or a job input: `--comment='Looks good'`.
 */
export function optionFor(input: string): string {
  return `--${input.replaceAll('_', '-')}`;
}

/** Adds an error message for a value that zod is transforming. */
export function mistake(context: z.core.ParsePayload, message: string): never {
  context.issues.push({ code: 'custom', message, input: context.value });
  return z.NEVER;
}

/** A check that tells every problem which a function finds in a value. */
export function tells<Value>(problems: (value: Value) => readonly string[]) {
  return (context: z.core.ParsePayload<Value>): void => {
    for (const problem of problems(context.value)) mistake(context, problem);
  };
}

/** A text of one line, which must be there. */
export const line = z
  .string()
  .check(z.trim(), z.minLength(1, 'must not be empty'), z.regex(/^[^\n\r]*$/, 'must be one line'));

/** The pattern of the path of a file that decides. A template has the same. */
export const DECIDING_PATH = /^[\w./-]{1,255}$/;

/** The path of a file that decides: a word of the script, so that no CI/CD variable chooses another file. */
export const decidingPath = line.check(
  z.regex(DECIDING_PATH, 'must be a path of at most 255 letters, digits, and the signs _ . / -'),
);

/**
 * The pattern of a text that decides. GitLab puts it into the script, between single quotes, which an apostrophe would
 * end; and it does so by Ruby's `gsub`, which reads a backslash before some signs as something else. A template has the
 * same.
 */
const DECIDING_TEXT = /^([^'\\\p{Cc}]|\\[^'\\&`\dk\p{Cc}])*\\?$/u;

/** As `DECIDING_TEXT`, of several lines. */
const DECIDING_LINES = /^([^'\\]|\\[^'\\&`\dk])*\\?$/;

const WITHOUT_QUOTE = "without ' (an apostrophe), and without a backslash before another, a digit, k, & or `";

/** A text that decides: a word of the script, so that no CI/CD variable reaches it. */
export const decidingText = z.string().check(z.regex(DECIDING_TEXT, `must be one line, ${WITHOUT_QUOTE}`));

/**
 * The pattern of a job input that is a text. GitLab writes what a person types into the script, between single quotes,
 * and quotes nothing itself: the pattern keeps the text within them. A template has the same.
 */
export const JOB_INPUT_TEXT = /^[^'\p{Cc}]{0,200}$/u;

/** What a person types when they start a job; it may be empty. */
export const typedText = z
  .string()
  .check(z.regex(JOB_INPUT_TEXT, "must be one line of at most 200 characters, without ' (an apostrophe) or a tab"));

/** The pattern of a job input that is a number, or empty. A template has the same. */
export const JOB_INPUT_NUMBER = /^\d{0,9}$/;

/** A number that a person types when they start a job; `undefined` when they type none. */
export const typedNumber = z.pipe(
  z.string().check(z.regex(JOB_INPUT_NUMBER, 'must be a number of at most 9 digits, or empty')),
  z.transform((digits) => (digits === '' ? undefined : Number(digits))),
);

export const flag = z.pipe(
  z.enum(['true', 'false'], 'must be true or false'),
  z.transform((word) => word === 'true'),
);

/** A whole number within a range. `''` is not 0 and `15m` is not 15. */
export function wholeNumber(least: number, most: number) {
  const meaning = `must be a whole number from ${least} to ${most}`;
  return z.pipe(
    z.pipe(z.string().check(z.trim(), z.regex(/^\d{1,9}$/, meaning)), z.transform(Number)),
    z.number().check(z.minimum(least, meaning), z.maximum(most, meaning)),
  );
}

/** Empty, or something that the schema accepts; `undefined` when empty. */
export function optional<Schema extends z.ZodMiniType<unknown, string>>(schema: Schema) {
  return z.pipe(
    z.string(),
    z.transform((value, context): z.output<Schema> | undefined => {
      if (value.trim() === '') return undefined;
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      for (const { message } of parsed.error.issues) mistake(context, message);
      return z.NEVER;
    }),
  );
}

/**
 * What becomes of a "$" that GitLab leaves as it is: the program replaces variables, or it has a meaning of its own.
 */
export const dollars = z.registry<{ readonly dollar: 'replaced' | 'kept' }>();

/** Whether the program replaces variables of GitLab in an input of this schema. */
export function takesCiVariables(schema: z.core.$ZodType): boolean {
  return dollars.get(schema)?.dollar === 'replaced';
}

/** A variable in a value that GitLab expands where it is visible, and that is not visible in this job. */
export function invisibleIn(value: string, schema: z.core.$ZodType | undefined, env: Env): string | undefined {
  if (schema !== undefined && dollars.get(schema) !== undefined) return undefined;
  const names = [...value.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  // One that is defined but empty leaves no name behind.
  return names.find((name) => !env[name]);
}

const replaceable = z.object({ text: z.string(), env: z.custom<Env>() });

/** Calls `act` with what replaces the variables in a text, and then tells of all that it could not replace. */
function replacing<Value>(
  env: Env,
  context: z.core.ParsePayload,
  act: (replaced: (text: string) => string) => Value,
): Value {
  const signs: string[] = [];
  const refusals = { forbid: (sign: string) => void signs.push(sign), refuse: (why: string) => mistake(context, why) };
  const value = act((text) => withCiVariables(text, env, refusals));
  if (signs.length > 0) mistake(context, refusalOf(signs));
  return value;
}

/** A text in which the program replaces variables of GitLab. */
export const replacedText = z
  .pipe(
    replaceable,
    z.transform(({ text, env }, context) => replacing(env, context, (replaced) => replaced(text))),
  )
  .register(dollars, { dollar: 'replaced' });

const asAssignments = z.transform(({ text, env }: { text: string; env: Env }, context) =>
  replacing(env, context, (replaced) => {
    const pairs = new Map<string, string>();
    for (const entry of text.split('\n').filter((each) => each.trim() !== '')) {
      const at = entry.indexOf('=');
      const name = entry.slice(0, at).trim();
      const value = replaced(entry.slice(at + 1).trim());
      if (at < 1 || name === '') mistake(context, `must have one Name=Value per line; "${entry.trim()}" is not one`);
      else if (pairs.has(name)) mistake(context, `must not set "${name}" twice`);
      else pairs.set(name, value);
    }
    return pairs;
  }),
);

/**
 * Lines of `Name=Value`; blank lines are left out. A value may hold `=`, and variables of GitLab: they are replaced
 * when the lines are divided, because a value of several lines would be several assignments.
 */
export const assignments = z.pipe(replaceable, asAssignments).register(dollars, { dollar: 'replaced' });

/**
 * Lines of `Name=Value` that decide: a word of the script, as `decidingText`, but of several lines. A template has the
 * same.
 */
export const decidingAssignments = z
  .pipe(replaceable.check(z.refine(({ text }) => DECIDING_LINES.test(text), `must be ${WITHOUT_QUOTE}`)), asAssignments)
  .register(dollars, { dollar: 'replaced' });

interface InputSource {
  readonly component: string;
  readonly env: Env;
  /** The words after the component's name on the command line. */
  readonly args: readonly string[];
  /** Inputs that are words of the script, out of reach of CI/CD variables. */
  readonly safetyInputs: readonly string[];
  /** Inputs that are words of the script, too: what a person typed when they started the job. */
  readonly jobInputs?: readonly string[];
}

/** What an include gives: the values, or a line for each that is wrong. */
export type ReadInputs<Shared, Own> =
  | { readonly shared: Shared; readonly own: Own }
  | { readonly problems: readonly string[] };

/**
 * Reads every input, the shared ones and the component's own. A problem tells the input's name in the include, the
 * value received, and what would be right. Throws a Failure of kind "invalid input" for an unknown word of the script.
 */
export function readInputs<Shared extends z.ZodMiniObject, Own extends z.ZodMiniObject>(
  source: InputSource,
  shared: Shared,
  own: Own,
): ReadInputs<z.output<Shared>, z.output<Own>> {
  const words = optionsOf(source);
  refuseUnreplaced(source, words);
  const isWord = (name: string) => [...source.safetyInputs, ...(source.jobInputs ?? [])].includes(name);
  const carrier = (name: string) => (isWord(name) ? optionFor(name) : variableFor(name));
  const received = (name: string) => (isWord(name) ? words.get(optionFor(name)) : source.env[variableFor(name)]);

  const [sharedRead, ownRead] = [safeRead(shared, received, source.env), safeRead(own, received, source.env)];
  if (sharedRead.success && ownRead.success) return { shared: sharedRead.data, own: ownRead.data };
  const issues = [sharedRead, ownRead].flatMap(({ error }) => error?.issues ?? []);
  const problems = [...messagesOf(issues)].map(([name, messages]) => {
    const [value, shown] = [received(name), nameInInclude(source, name)];
    return value === undefined
      ? `${shown}: is missing; expected ${carrier(name)}=...`
      : inputProblem(shown, messages, { value, schema: own.shape[name], env: source.env });
  });
  return { problems };
}

/** As `readInputs`, and throws a Failure of kind "invalid input" that lists every problem. */
export function parseInputs<Shared extends z.ZodMiniObject, Own extends z.ZodMiniObject>(
  source: InputSource,
  shared: Shared,
  own: Own,
): { shared: z.output<Shared>; own: z.output<Own> } {
  const read = readInputs(source, shared, own);
  if ('problems' in read) throw invalidInputs(read.problems, includeInWords(source.env, source.component));
  return read;
}

/** The Failure that lists what is wrong with the inputs of an include, each problem once. */
export function invalidInputs(problems: readonly string[], include: string): Failure {
  const lines = [...new Set(problems)];
  return new Failure(
    'SMC-1001',
    `${lines.length === 1 ? 'Invalid input' : `${lines.length} inputs are invalid`}:\n  ${lines.join('\n  ')}`,
    `correct ${lines.length === 1 ? 'it' : 'them'} under "inputs:" of ${include}, then push. If a CI/CD variable is wrong or not visible, correct that and run this job again.`,
  );
}

/** Refuses a job input that arrives as the template has it: GitLab or its runner is too old to know job inputs. */
function refuseUnreplaced({ jobInputs = [] }: InputSource, words: ReadonlyMap<string, string>): void {
  const left = jobInputs.find((name) => words.get(optionFor(name))?.includes('${{'));
  if (left === undefined) return;
  throw new Failure(
    'SMC-1006',
    `${left}: received "${words.get(optionFor(left))}": nothing replaced "\${{" by what was typed when the job was started.`,
    'use GitLab 18.10 and GitLab Runner 18.9, or later ones, then run this job again. If you typed "${{" yourself, run this job again without it.',
  );
}

/** What a schema says of the values that are received for its inputs. */
export function safeRead<Schema extends z.ZodMiniObject>(
  schema: Schema,
  received: (input: string) => string | undefined,
  env: Env,
) {
  const given = Object.entries(schema.shape).map(([name, each]) => [name, givenTo(each, received(name), env)]);
  return schema.safeParse(Object.fromEntries(given));
}

/** What an input's schema reads: the text, with the variables that are replaced in it where it takes them. */
export function givenTo(schema: z.core.$ZodType, text: string | undefined, env: Env): unknown {
  return takesCiVariables(schema) ? { text, env } : text;
}

/** The messages about each input, by its name. */
export function messagesOf(issues: readonly z.core.$ZodIssue[]): ReadonlyMap<string, readonly string[]> {
  const messages = new Map<string, string[]>();
  for (const { path: member, message } of issues) {
    const name = String(member[0]);
    messages.set(name, [...(messages.get(name) ?? []), message]);
  }
  return messages;
}

function nameInInclude({ component, env }: InputSource, input: string): string {
  return isOfPromote(env) ? nameInPromote(component, input) : input;
}

interface WrongInput {
  readonly value: string;
  readonly schema: z.core.$ZodType | undefined;
  readonly env: Env;
}

/** What is wrong with an input, in a line. */
export function inputProblem(name: string, messages: readonly string[], { value, schema, env }: WrongInput): string {
  const invisible = invisibleIn(value, schema, env);
  if (invisible === 'CI_COMMIT_BRANCH')
    return `${name}: received "${value}", but this pipeline has no branch: it is the pipeline of a tag or of a merge request. Let the rules of this job add it to the pipelines of branches only, or set ${name} without CI_COMMIT_BRANCH.`;
  if (invisible !== undefined && /^\$\{?\w+\}?$/.test(value.trim()))
    return `${name}: received "${value}", but no CI/CD variable ${invisible} is visible in this job. ${whereToDefine(env)}`;
  const hint = invisible === undefined ? '' : ` No CI/CD variable ${invisible} is visible in this job.`;
  const shown = value.length > 200 ? `${value.slice(0, 200)}...` : value;
  return `${name}: received "${shown}"; ${[...new Set(messages)].join('; ')}.${hint}`;
}

/**
 * Where to define a variable that a job does not see. The pipeline of a merge request has no environment, and no
 * protected ref.
 */
function whereToDefine({ CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target }: Env): string {
  return target
    ? 'Define it with the scope *, and without protection: this job has no environment, and runs before the merge.'
    : "Define it with a scope that covers the job's environment (uat* covers uat and uat/approval).";
}

function optionsOf({ component, args, safetyInputs, jobInputs = [] }: InputSource): ReadonlyMap<string, string> {
  const inputs = [...safetyInputs, ...jobInputs];
  const options = new Map<string, string>();
  for (const word of args) {
    const [option = '', value] = word.split(/=(.*)/s);
    if (value === undefined || !inputs.some((input) => optionFor(input) === option)) {
      const known = inputs.map((input) => `${optionFor(input)}=...`).join(', ') || 'no option';
      throw new Failure(
        'SMC-1003',
        `${component} does not know the option "${word}".`,
        `use the template's own script. ${component} accepts ${known}.`,
      );
    }
    if (options.has(option))
      throw new Failure('SMC-1004', `${component} received ${option} twice.`, "use the template's own script.");
    options.set(option, value);
  }
  return options;
}
