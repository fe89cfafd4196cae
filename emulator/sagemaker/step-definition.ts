import { checkConditions } from './conditions.ts';
import { arrayIn, type Json, knowOnly, objectIn, unparsable } from './definition-parts.ts';
import { references } from './references.ts';
import type { PropertyFile, Step } from './step.ts';
import { checkArguments } from './step-arguments.ts';
import { readCacheConfig } from './step-cache.ts';
import { readRetryPolicies } from './step-retries.ts';
import { stepType } from './step-types.ts';

const COMMON = ['Name', 'Type', 'Arguments', 'DisplayName', 'Description', 'DependsOn'];
/** In the schema of definitions that AWS publishes. */
const NAME = /^[A-Za-z0-9\-_]{1,64}$/;

/** Reads one step and those of its branches, refusing what SageMaker would refuse and what the emulator does not do. */
export function readStep(value: unknown): Step {
  const step = objectIn(value);
  const { Name: name, Type: type } = step;
  if (typeof name !== 'string' || typeof type !== 'string') throw unparsable('Every step needs a Name and a Type');
  if (!NAME.test(name)) throw unparsable(`Step name '${name}' does not match ${NAME.source}`);
  const kind = stepType(type, name);
  knowOnly('Step', step, [...COMMON, ...kind.members]);
  const given = objectIn(step.Arguments);
  if (typeof kind.arguments === 'string') checkArguments(kind.arguments, given, kind.refused);
  else knowOnly('Argument', given, kind.arguments);
  if (type === 'Condition') checkConditions(given.Conditions);
  return {
    name,
    type,
    ...(typeof step.DisplayName === 'string' && { displayName: step.DisplayName }),
    ...(typeof step.Description === 'string' && { description: step.Description }),
    arguments: given,
    propertyFiles: readPropertyFiles(step.PropertyFiles),
    needs: needsOf(step, given),
    retryPolicies: readRetryPolicies(step.RetryPolicies),
    cachedFor: readCacheConfig(step.CacheConfig),
    ifSteps: branch(given.IfSteps, name),
    elseSteps: branch(given.ElseSteps, name),
  };
}

/** A step and those of its branches. */
export const withBranches = (step: Step): Step[] => [
  step,
  ...[...step.ifSteps, ...step.elseSteps].flatMap(withBranches),
];

function branch(steps: unknown, condition: string): Step[] {
  const read = (steps === undefined ? [] : arrayIn(steps)).map(readStep);
  const nested = read.find(({ type }) => type === 'Condition');
  if (nested) throw unparsable(`Condition step '${nested.name}' cannot be a step of condition step '${condition}'`);
  return read;
}

function needsOf({ DependsOn: named = [] }: Json, { IfSteps: _, ElseSteps: __, ...own }: Json): string[] {
  const referred = references(own).flatMap((path) => /^Steps\.([\w-]+)/.exec(path)?.[1] ?? []);
  return [...new Set([...arrayIn(named).map(String), ...referred])];
}

function readPropertyFiles(files: unknown = []): PropertyFile[] {
  return arrayIn(files).map((file) => {
    const { PropertyFileName: name, OutputName: output, FilePath: path, ...others } = objectIn(file);
    knowOnly('PropertyFile', others, []);
    if (typeof name !== 'string' || typeof output !== 'string' || typeof path !== 'string') {
      throw unparsable('Every property file needs a PropertyFileName, an OutputName and a FilePath');
    }
    return { name, output, path };
  });
}
