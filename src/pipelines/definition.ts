import * as z from 'zod/mini';
import { readProjectFile } from '../gitlab/project-file.ts';
import { canonicalJson } from '../ground/canonical-json.ts';
import { definitionFile, definitionText, invalidDefinition, refusedFile } from './definition-file.ts';
import { parseExactly } from './exact-json.ts';
import { declaredParameter, parameterProblems } from './parameters.ts';

/** A SageMaker Pipeline's definition, as it is uploaded and as it is compared. */
export interface PipelineDefinition {
  /** JSON: that of the file, or what a YAML file means. */
  readonly text: string;
  readonly value: unknown;
}

interface DefinitionSource {
  /** The path in the project, as the input gives it. */
  readonly file: string;
  readonly content: Buffer;
  /** What the execution is started with. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The longest definition that SageMaker takes inline. */
const MAX_LENGTH = 1_048_576;

const step = z.looseObject({ Name: z.string('must have a Name'), Type: z.string('must have a Type') });

/**
 * The part of https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/ that
 * every definition needs: only Steps are required.
 */
const shape = z.looseObject(
  {
    Version: z.optional(z.string('must be a text like "2020-12-01"')),
    Parameters: z.nullish(z.array(declaredParameter, 'must be a list')),
    Steps: z.array(step, 'must be a list of steps'),
  },
  'must be an object with Steps',
);

/**
 * Reads the definition, JSON or YAML, and checks it and the parameters that it declares. Throws a Failure of kind
 * "invalid input" that lists every mistake.
 */
export async function readDefinition({ file, content, parameters }: DefinitionSource): Promise<PipelineDefinition> {
  const text = await definitionText(file, content);
  if (text.length > MAX_LENGTH)
    throw refusedFile(file, `it has ${text.length} characters, and SageMaker accepts at most ${MAX_LENGTH}`);
  const value = meaningOf(text, file);
  const checked = check(value, file);
  if (!checked.success) {
    const wrong = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'} ${message}`);
    throw invalidDefinition(wrong.map((each) => `definition_file: received "${file}"; ${each}.`));
  }
  const problems = parameterProblems(parameters, checked.data.Parameters ?? [], file);
  if (problems.length > 0) throw invalidDefinition(problems);
  return { text, value };
}

/** As `readDefinition`, of the file in the folder of the project. */
export async function definitionInFolder(
  root: string,
  { file, parameters }: Omit<DefinitionSource, 'content'>,
): Promise<PipelineDefinition> {
  return readDefinition({ file, content: readProjectFile({ root, ...definitionFile(file) }), parameters });
}

/** The more mistakes zod finds, the more arguments it gives to one call, and JavaScript allows about 100,000. */
function check(value: unknown, file: string) {
  try {
    return shape.safeParse(value);
  } catch {
    throw refusedFile(file, 'too many of its steps or parameters are wrong to name them');
  }
}

/** Whoever compares definitions goes down into each level of them. */
function meaningOf(text: string, file: string): unknown {
  try {
    const value = parseExactly(text);
    canonicalJson(value);
    return value;
  } catch {
    throw refusedFile(file, 'its lists and objects are nested too deeply');
  }
}

/** A step as the definition names it. */
export interface DefinedStep {
  readonly name: string;
  readonly type: string;
}

/** The steps of a definition, those in the branches of conditions too: rather one too many than one too few. */
export function definedSteps({ value }: Pick<PipelineDefinition, 'value'>): DefinedStep[] {
  return typeof value === 'object' && value !== null && 'Steps' in value ? stepsWithin(value.Steps) : [];
}

function stepsWithin(value: unknown): DefinedStep[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Name: name, Type: type }: { Name?: unknown; Type?: unknown } = value;
  const within = Object.values(value).flatMap(stepsWithin);
  return typeof name === 'string' && typeof type === 'string' ? [{ name, type }, ...within] : within;
}

/** Whether a step of the definition registers a model by its type, also in a branch of a condition. */
export function hasRegisterStep(definition: Pick<PipelineDefinition, 'value'>): boolean {
  return definedSteps(definition).some(({ type }) => type === 'RegisterModel');
}
