import { extname } from 'node:path';
import * as z from 'zod/mini';
import { readProjectFile } from '../gitlab/project-file.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';

/** A SageMaker Pipeline's definition, as it is uploaded and as it is compared. */
export interface PipelineDefinition {
  /** JSON, in the order of the file. */
  readonly text: string;
  readonly value: unknown;
}

interface DefinitionSource {
  /** The folder of the project. */
  readonly root: string;
  /** The path in the project, as the input gives it. */
  readonly file: string;
  /** What the execution is started with. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The longest definition that SageMaker takes inline. */
const MAX_LENGTH = 1_048_576;

const named = z.looseObject({ Name: z.string('must have a Name'), Type: z.string('must have a Type') });

/** What a value of each type of parameter looks like. */
const TYPES = {
  String: /^/,
  Integer: /^[+-]?\d+$/,
  Float: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  Boolean: /^(true|false)$/i,
} as const;

const parameter = z.extend(named, {
  Type: z.enum(['String', 'Integer', 'Float', 'Boolean'], 'must be String, Integer, Float or Boolean'),
});

/**
 * The part of https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/ that
 * every definition needs.
 */
const shape = z.looseObject(
  {
    Version: z.string('must be a text like "2020-12-01"'),
    Parameters: z.nullish(z.array(parameter, 'must be a list')),
    Steps: z.array(named, 'must be a list of steps').check(z.minLength(1, 'must have at least one step')),
  },
  'must be an object with a Version and Steps',
);

/**
 * Reads the definition, JSON or YAML, and checks it and the parameters that it declares. Throws a Failure of kind
 * "invalid input" that lists every mistake.
 */
export async function readDefinition({ root, file, parameters }: DefinitionSource): Promise<PipelineDefinition> {
  const value = await parsed(file, content(root, file));
  const checked = shape.safeParse(value);
  if (!checked.success) {
    const wrong = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'} ${message}`);
    throw refusal(wrong.map((each) => `definition_file: received "${file}"; ${each}.`));
  }
  const text = JSON.stringify(value);
  const declared = (checked.data.Parameters ?? []).map((each) => ({
    name: each.Name,
    type: each.Type,
    optional: 'DefaultValue' in each,
  }));
  const problems = [
    ...(text.length > MAX_LENGTH
      ? [
          `definition_file: received "${file}"; it has ${text.length} characters, and SageMaker accepts at most ${MAX_LENGTH}.`,
        ]
      : []),
    ...undeclared(parameters, declared, file),
    ...missing(parameters, declared, file),
    ...mistyped(parameters, declared, file),
  ];
  if (problems.length > 0) throw refusal(problems);
  return { text, value };
}

function content(root: string, file: string): string {
  const otherwise = 'write it with render-pipeline and pass its artifacts to this job';
  return readProjectFile({ root, input: 'definition_file', file, otherwise }).toString('utf8');
}

async function parsed(file: string, text: string): Promise<unknown> {
  const json = /^\.ya?ml$/.test(extname(file).toLowerCase()) ? false : extname(file) === '.json' || /^\s*\{/.test(text);
  try {
    return json ? JSON.parse(text) : (await import('./yaml.ts')).parseYaml(text);
  } catch (error) {
    throw refusal([
      `definition_file: received "${file}"; it is not valid ${json ? 'JSON' : 'YAML'}: ${partsOf(error).message.trim()}`,
    ]);
  }
}

interface DeclaredParameter {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly optional: boolean;
}

function undeclared(
  given: DefinitionSource['parameters'],
  declared: readonly DeclaredParameter[],
  file: string,
): string[] {
  const known = new Set(declared.map(({ name }) => name));
  const list = [...known].join(', ') || 'none';
  return [...given.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `parameters: received "${name}", which ${file} does not declare; it declares ${list}.`);
}

function missing(
  given: DefinitionSource['parameters'],
  declared: readonly DeclaredParameter[],
  file: string,
): string[] {
  return declared
    .filter(({ name, optional }) => !optional && !given.has(name))
    .map(({ name }) => `parameters: "${name}" is missing, and has no DefaultValue in ${file}.`);
}

function mistyped(
  given: DefinitionSource['parameters'],
  declared: readonly DeclaredParameter[],
  file: string,
): string[] {
  return declared.flatMap(({ name, type }) => {
    const value = given.get(name);
    if (value === undefined || TYPES[type].test(value)) return [];
    return [`parameters: received "${name}=${value}", but ${file} declares ${name} as ${type}.`];
  });
}

function refusal(problems: readonly string[]): Failure {
  return new Failure(
    'invalid input',
    `Invalid pipeline definition:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    'correct the definition, or the inputs of the include that adds deploy-pipeline, then push.',
  );
}
