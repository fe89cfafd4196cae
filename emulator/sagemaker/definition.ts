import { checkConditions } from './conditions.ts';
import { type Json, list, record, unparsable } from './definition-parts.ts';
import { references } from './expressions.ts';
import { type Parameter, readParameter } from './parameters.ts';

export interface Step {
  readonly name: string;
  readonly type: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly arguments: Json;
  readonly dependsOn: readonly string[];
  /** The branches of a Condition. */
  readonly ifSteps: readonly Step[];
  readonly elseSteps: readonly Step[];
}

export interface Definition {
  readonly parameters: readonly Parameter[];
  readonly steps: readonly Step[];
}

/** Reads an uploaded definition, refusing what SageMaker could not run. */
export function parseDefinition(text: string): Definition {
  const document = parsed(text);
  if (typeof document.Version !== 'string') throw unparsable("Property 'Version' is missing");
  if (!Array.isArray(document.Steps) || document.Steps.length === 0) throw unparsable('The pipeline has no steps');
  const steps = document.Steps.map(readStep);
  const names = everyStep(steps).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unparsable(`Step names must be unique: '${twice}' is used twice`);
  for (const step of everyStep(steps)) {
    const unknown = prerequisites(step).find((name) => !names.includes(name));
    if (unknown !== undefined) throw unparsable(`Step '${step.name}' depends on '${unknown}', which does not exist`);
  }
  const parameters = list(document.Parameters).map(readParameter);
  const known = new Set(parameters.map(({ name }) => name));
  const undeclared = references(document.Steps)
    .filter((path) => path.startsWith('Parameters.'))
    .map((path) => path.slice('Parameters.'.length))
    .find((name) => !known.has(name));
  if (undeclared !== undefined) throw unparsable(`Parameter '${undeclared}' is not declared`);
  return { parameters, steps };
}

function parsed(text: string): Json {
  try {
    return record(JSON.parse(text));
  } catch {
    throw unparsable('The definition is not valid JSON');
  }
}

function readStep(value: unknown): Step {
  const step = record(value);
  const { Name: name, Type: type } = step;
  if (typeof name !== 'string' || typeof type !== 'string') throw unparsable('Every step needs a Name and a Type');
  const given = record(step.Arguments);
  if (type === 'Condition') checkConditions(given.Conditions);
  return {
    name,
    type,
    ...(typeof step.DisplayName === 'string' && { displayName: step.DisplayName }),
    ...(typeof step.Description === 'string' && { description: step.Description }),
    arguments: given,
    dependsOn: list(step.DependsOn).map(String),
    ifSteps: list(given.IfSteps).map(readStep),
    elseSteps: list(given.ElseSteps).map(readStep),
  };
}

const everyStep = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step) => [step, ...everyStep(step.ifSteps), ...everyStep(step.elseSteps)]);

/** The steps that must have succeeded before this one: those it names, and those it refers to. */
export function prerequisites(step: Step): string[] {
  const { IfSteps: _, ElseSteps: __, ...own } = step.arguments;
  const referred = references(own)
    .filter((path) => path.startsWith('Steps.'))
    .map((path) => /^Steps\.([\w-]+)/.exec(path)?.[1] ?? '');
  return [...new Set([...step.dependsOn, ...referred])];
}
