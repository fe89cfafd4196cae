import * as z from 'zod/mini';
import type { PipelineDefinition } from './definition.ts';

const registerStep = z.object({
  Type: z.literal('RegisterModel'),
  Arguments: z.object({ ModelPackageGroupName: z.unknown() }),
});

const parameters = z.object({ Parameters: z.array(z.object({ Name: z.string(), DefaultValue: z.unknown() })) });

const reference = z.object({ Get: z.string().check(z.startsWith('Parameters.')) });

/**
 * The model package groups, by name or ARN, in which the steps of a definition register versions; also those in a branch
 * of a condition. `undefined` when there is no such step, or when a group is known only at run time.
 */
export function registeredGroups(
  { value }: Pick<PipelineDefinition, 'value'>,
  given: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  const groups = registerSteps(value).map((written) => nameOf(written, value, given));
  const known = groups.filter((group) => group !== undefined);
  return known.length > 0 && known.length === groups.length ? known : undefined;
}

/** What each step that registers a model names as its group. */
function registerSteps(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const step = registerStep.safeParse(value);
  if (step.success) return [step.data.Arguments.ModelPackageGroupName];
  return 'Type' in value && value.Type === 'RegisterModel' ? [undefined] : Object.values(value).flatMap(registerSteps);
}

/** A text, or the value of a parameter. */
function nameOf(written: unknown, definition: unknown, given: ReadonlyMap<string, string>): string | undefined {
  if (typeof written === 'string') return written;
  const named = reference.safeParse(written);
  if (!named.success) return undefined;
  const name = named.data.Get.slice('Parameters.'.length);
  const declared = parameters.safeParse(definition).data?.Parameters.find((each) => each.Name === name);
  const fallback = declared?.DefaultValue;
  return given.get(name) ?? (typeof fallback === 'string' ? fallback : undefined);
}
