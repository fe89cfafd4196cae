import * as z from 'zod/mini';
import type { Env } from '../ground/env.ts';
import { Failure } from '../ground/failure.ts';
import { withCiVariables } from './ci-variables.ts';

/**
 * The variable that carries an input from the template to the program: `endpoint_name` travels as
 * `INPUT_ENDPOINT_NAME`.
 */
export function variableFor(input: string): string {
  return `INPUT_${input.toUpperCase()}`;
}

/**
 * The word of the script that carries a safety input, which no CI/CD variable may reach: `--require-validation=true`.
 */
export function optionFor(input: string): string {
  return `--${input.replaceAll('_', '-')}`;
}

/** Adds an error message for a value that zod is transforming. */
export function mistake(context: z.core.ParsePayload, message: string): never {
  context.issues.push({ code: 'custom', message, input: context.value });
  return z.NEVER;
}

/** A text of one line, which must be there. */
export const line = z
  .string()
  .check(z.trim(), z.minLength(1, 'must not be empty'), z.regex(/^[^\n\r]*$/, 'must be one line'));

/** A path in the project. `$NAME` alone is refused: GitLab would have put the value of a defined variable here. */
export const path = line.check(z.regex(/^(?!\$\{?\w+\}?$)/, 'must be a path'));

/** A text that may be empty or have several lines. */
export const text = z.string();

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

/** Knows the schemas of inputs in which the program replaces variables of GitLab. */
const replacing = z.registry<{ readonly variables: true }>();

/** Whether the program replaces variables of GitLab in an input of this schema. */
export function takesCiVariables(schema: z.core.$ZodType): boolean {
  return replacing.get(schema) !== undefined;
}

/**
 * Lines of `Name=Value`; blank lines are left out. A value may hold `=`, and variables of GitLab: they are replaced
 * when the lines are divided, because a value of several lines would be several assignments.
 */
export const assignments = z
  .pipe(
    z.object({ text: z.string(), env: z.custom<Env>() }),
    z.transform(({ text, env }, context) => {
      const pairs = new Map<string, string>();
      for (const entry of text.split('\n').filter((each) => each.trim() !== '')) {
        const at = entry.indexOf('=');
        const name = entry.slice(0, at).trim();
        const value = withCiVariables(entry.slice(at + 1).trim(), env, (why) => mistake(context, why));
        if (at < 1 || name === '') mistake(context, `must have one Name=Value per line; "${entry.trim()}" is not one`);
        else if (pairs.has(name)) mistake(context, `must not set "${name}" twice`);
        else pairs.set(name, value);
      }
      return pairs;
    }),
  )
  .register(replacing, { variables: true });

interface InputSource {
  readonly component: string;
  readonly env: Env;
  /** The words after the component's name on the command line. */
  readonly args: readonly string[];
  /** Inputs that are words of the script, out of reach of CI/CD variables. */
  readonly safetyInputs: readonly string[];
}

/**
 * Reads every input, the shared ones and the component's own. Throws a Failure of kind "invalid input" that lists every
 * mistake: the input's name in the template, the value received, and what would be right.
 */
export function parseInputs<Shared extends z.ZodMiniObject, Own extends z.ZodMiniObject>(
  source: InputSource,
  shared: Shared,
  own: Own,
): { shared: z.output<Shared>; own: z.output<Own> } {
  const words = optionsOf(source);
  const received = (name: string) =>
    source.safetyInputs.includes(name) ? words.get(optionFor(name)) : source.env[variableFor(name)];
  const given = (name: string, schema: z.core.$ZodType) =>
    takesCiVariables(schema) ? { text: received(name), env: source.env } : received(name);
  const read = <Schema extends z.ZodMiniObject>(schema: Schema) =>
    schema.safeParse(Object.fromEntries(Object.entries(schema.shape).map(([name, each]) => [name, given(name, each)])));

  const [sharedRead, ownRead] = [read(shared), read(own)];
  if (sharedRead.success && ownRead.success) return { shared: sharedRead.data, own: ownRead.data };

  const messages = new Map<string, string[]>();
  for (const { path: member, message } of [sharedRead, ownRead].flatMap(({ error }) => error?.issues ?? [])) {
    const name = String(member[0]);
    messages.set(name, [...(messages.get(name) ?? []), message]);
  }
  const problems = [...messages].map(([name, each]) => {
    const [value, carrier] = [received(name), source.safetyInputs.includes(name) ? optionFor(name) : variableFor(name)];
    const schema = own.shape[name];
    // What GitLab does not expand waits for no variable.
    const env = schema && takesCiVariables(schema) ? undefined : source.env;
    return value === undefined
      ? `  ${name}: is missing; expected ${carrier}=...`
      : `  ${problem(name, [...new Set(each)].join('; '), { value, env })}`;
  });
  throw new Failure(
    'SMC-1001',
    `${problems.length === 1 ? 'Invalid input' : `${problems.length} inputs are invalid`}:\n${problems.join('\n')}`,
    `correct ${problems.length === 1 ? 'it' : 'them'} under "inputs:" of the include that adds ${source.component}, then push.`,
  );
}

function problem(name: string, message: string, { value, env }: { value: string; env: Env | undefined }): string {
  const unset = env && /^\$\{?(\w+)\}?$/.exec(value.trim())?.[1];
  if (unset)
    return `${name}: received "${value}", but no CI/CD variable ${unset} is visible in this job. Define it with a scope that covers the job's environment (uat* covers uat and uat/approval).`;
  const named = env && /\$\{?([A-Za-z_]\w*)/.exec(value)?.[1];
  const hint = named && env[named] === undefined ? ` No CI/CD variable ${named} is visible in this job.` : '';
  return `${name}: received "${value.length > 200 ? `${value.slice(0, 200)}...` : value}"; ${message}.${hint}`;
}

function optionsOf({ component, args, safetyInputs }: InputSource): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const word of args) {
    const [option = '', value] = word.split(/=(.*)/s);
    if (value === undefined || !safetyInputs.some((safetyInput) => optionFor(safetyInput) === option)) {
      const known = safetyInputs.map((safetyInput) => `${optionFor(safetyInput)}=...`).join(', ') || 'no option';
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
