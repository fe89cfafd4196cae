import { canonicalJson } from '../ground/canonical-json.ts';
import type { PipelineDefinition } from './definition.ts';
import { parseExactly } from './exact-json.ts';

/**
 * The places where an uploaded text differs from our definition, like `Steps.Train.Arguments.TrainingImage`; the whole
 * of it when the text is no JSON.
 */
export function differingPlaces(uploaded: string, { value }: PipelineDefinition): string[] {
  try {
    return differences(parseExactly(uploaded), value, '');
  } catch {
    return [WHOLE];
  }
}

const WHOLE = 'the whole definition';

function differences(before: unknown, now: unknown, place: string): string[] {
  if (canonicalJson(before) === canonicalJson(now)) return [];
  const [was, is] = [membersOf(before), membersOf(now)];
  if (!was || !is) return [place || WHOLE];
  const names = new Set([...was.keys(), ...is.keys()]);
  const deeper = [...names].flatMap((name) =>
    differences(was.get(name), is.get(name), place ? `${place}.${name}` : name),
  );
  // The same members in another order.
  return deeper.length > 0 ? deeper : [place];
}

/** The members of an object or list: those of a list by their names, where all have one of their own. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const names = value.map(nameOf);
  const named = new Set(names).size === names.length && !names.includes(undefined);
  return new Map(value.map((each, index) => [named ? String(names[index]) : String(index), each]));
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'Name' in value ? value.Name : undefined;
}
