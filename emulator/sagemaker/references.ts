import { models, shapeOf } from '../model.ts';
import { arrayIn, isObject, type Json, knowOnly, notDone, objectIn, unparsable } from './definition-parts.ts';
import { type Expression, expressionOf, keysOf } from './expressions.ts';
import type { Step } from './step.ts';
import { stepType } from './step-types.ts';

/** What the expressions of a definition can lead to. */
interface Targets {
  readonly parameters: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, Step>;
}

const EXECUTION = new Set([
  'CurrentDateTime',
  'PipelineArn',
  'PipelineExecutionArn',
  'PipelineExecutionId',
  'PipelineName',
  'ProcessingJobName',
  'StartDateTime',
  'TrainingJobName',
]);

/** Names and positions only: of JsonPath, this is what the emulator reads. */
const PLAIN_PATH = /^\$?(?:\.?[^.[\]'"*?@()]+|\[(?:'[^']*'|"[^"]*"|\d+)\])+$/;

/** Every path that is got anywhere inside. */
export function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  const expression = expressionOf(value);
  if (expression?.name === 'Get') return [String(expression.argument)];
  return Object.values(value).flatMap(references);
}

/** Refuses expressions that no execution could find a value for. */
export function checkExpressions(value: unknown, targets: Targets): void {
  const expression = expressionOf(value);
  if (expression) checkExpression(expression, targets);
  else if (Array.isArray(value)) for (const one of value) checkExpressions(one, targets);
  else if (isObject(value)) checkExpressions(Object.values(value), targets);
}

function checkExpression({ name, argument }: Expression, targets: Targets): void {
  if (name === 'Get') checkReference(String(argument), targets);
  else if (name === 'Std:Join') checkJoin(objectIn(argument));
  else if (name === 'Std:JsonGet') checkJsonGet(objectIn(argument));
  else throw unparsable(`Unknown function '${name}'`);
  checkExpressions(argument, targets);
}

function checkJoin(argument: Json): void {
  knowOnly('Std:Join', argument, ['On', 'Values']);
  arrayIn(argument.Values);
}

function checkJsonGet(argument: Json): void {
  knowOnly('Std:JsonGet', argument, ['PropertyFile', 'S3Uri', 'Path']);
  const { PropertyFile: file, S3Uri: uri, Path: path } = argument;
  if ((file === undefined) === (uri === undefined)) throw unparsable('Std:JsonGet needs either PropertyFile or S3Uri');
  if (typeof path !== 'string') throw unparsable('Std:JsonGet needs a Path');
  if (!PLAIN_PATH.test(path)) throw notDone(`read the JsonPath '${path}': it reads names and positions`);
  const leads = expressionOf(file)?.argument;
  if (file !== undefined && !/^Steps\.[^.]+\.PropertyFiles\./.test(String(leads)))
    throw unparsable('PropertyFile of Std:JsonGet must get a property file');
}

function checkReference(path: string, { parameters, steps }: Targets): void {
  const [root, name = '', ...rest] = keysOf(path);
  if (root === 'Steps') checkProperty(path, steps.get(name), rest);
  else if (root === 'Parameters' && !(parameters.has(name) && rest.length === 0)) {
    throw unparsable(`Parameter '${path.slice('Parameters.'.length)}' is not declared`);
  } else if (root !== 'Parameters' && !(root === 'Execution' && EXECUTION.has(name) && rest.length === 0)) {
    throw unparsable(`Unknown reference '${path}'`);
  }
}

function checkProperty(path: string, step: Step | undefined, keys: readonly string[]): void {
  const [member, file = ''] = keys;
  const { properties } = step ? stepType(step.type, step.name) : { properties: [] };
  const isKnown =
    member === 'PropertyFiles'
      ? keys.length === 2 && step?.propertyFiles.some(({ name }) => name === file)
      : keys.length > 0 && (typeof properties === 'string' ? leads(properties, keys) : isOneOf(properties, keys));
  if (!isKnown) throw unparsable(`Unknown property reference '${path}'`);
}

const isOneOf = (members: readonly string[], [key = '', ...more]: readonly string[]): boolean =>
  members.includes(key) && more.length === 0;

/** Whether the API describes something there; what is in a list is found by its position or its name. */
function leads(name: string, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  const shape = shapeOf(models.sagemaker, name);
  const inner = shape.members ? shape.members[key] : (shape.member ?? shape.value);
  return inner !== undefined && leads(inner.shape, rest);
}
