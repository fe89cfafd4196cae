import { type Json, knowOnly, list, notDone, objectIn, unparsable } from './definition-parts.ts';
import { type Parameter, readParameters } from './parameters.ts';
import { checkExpressions } from './references.ts';
import type { Step } from './step.ts';
import { readStep, withBranches } from './step-definition.ts';

export interface Definition {
  readonly parameters: readonly Parameter[];
  readonly steps: readonly Step[];
}

/** The Python SDK writes all of them; experiments are nothing that the emulator could be asked about. */
const MEMBERS = ['Version', 'Metadata', 'Parameters', 'PipelineExperimentConfig', 'MlflowConfig', 'Steps'];

/** Reads an uploaded definition, refusing what SageMaker could not run and what the emulator does not execute. */
export function parseDefinition(text: string): Definition {
  const document = parsed(text);
  knowOnly('Pipeline', document, MEMBERS);
  if (document.Version !== undefined && document.Version !== '2020-12-01')
    throw unparsable(`Unknown version '${document.Version}'`);
  if (document.MlflowConfig !== undefined) throw notDone('execute pipelines with an MlflowConfig');
  if (list(document.Steps).length === 0) throw unparsable('The pipeline has no steps');
  const steps = list(document.Steps).map(readStep);
  const all = steps.flatMap(withBranches);
  checkNames(all);
  checkOrder(all);
  const parameters = readParameters(document.Parameters);
  const targets = {
    parameters: new Set(parameters.map(({ name }) => name)),
    steps: new Map(all.map((step) => [step.name, step])),
  };
  checkExpressions([document.Steps, document.PipelineExperimentConfig], targets);
  return { parameters, steps };
}

function parsed(text: string): Json {
  try {
    return objectIn(withoutNulls(JSON.parse(text)));
  } catch (error) {
    throw error instanceof SyntaxError ? unparsable('The definition is not valid JSON') : error;
  }
}

/** A member that is null is one that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(given.map(([name, one]) => [name, withoutNulls(one)]));
}

function checkNames(steps: readonly Step[]): void {
  const names = steps.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unparsable(`Step names must be unique: '${twice}' is used twice`);
  for (const step of steps) {
    const unknown = step.needs.find((name) => !names.includes(name));
    if (unknown !== undefined) throw unparsable(`Step '${step.name}' depends on '${unknown}', which does not exist`);
  }
}

/** Steps that wait for each other would never start, and a step of a branch waits for its condition. */
function checkOrder(steps: readonly Step[]): void {
  const after = new Map(steps.map(({ name, needs }) => [name, [...needs]]));
  for (const { name, ifSteps, elseSteps } of steps)
    for (const inside of [...ifSteps, ...elseSteps]) after.get(inside.name)?.push(name);
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) {
      const cycle = [...way.slice(way.indexOf(name)), name].join(' -> ');
      throw unparsable(`Cycle detected in pipeline step graph: ${cycle}`);
    }
    if (done.has(name)) return;
    for (const before of after.get(name) ?? []) visit(before, [...way, name]);
    done.add(name);
  };
  for (const { name } of steps) visit(name, []);
}
