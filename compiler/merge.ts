import { Reference } from './content.ts';
import { isMapping, type Mapping } from './document.ts';
import { PipelineError } from './problem.ts';

/** Hashes merge key by key, everything else (lists too) is replaced: how includes and `extends` combine. */
export function deepMerge(base: Mapping, over: Mapping): Mapping {
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isMapping(before) && isMapping(value) ? deepMerge(before, value) : value;
  }
  return merged;
}

const deepestExtends = 11;

/** Resolves `extends`, also of hidden jobs; the keyword itself disappears. */
export function resolveExtends(config: Mapping): Mapping {
  const extended = (key: string, path: readonly string[]): unknown => {
    const job = config[key];
    if (!isMapping(job) || !('extends' in job)) return job;
    if (path.includes(key)) throw new PipelineError(`${path[0] ?? key}: circular dependency detected in \`extends\``);
    if (path.length >= deepestExtends) {
      throw new PipelineError(`${path[0] ?? key}: nesting too deep in \`extends\``);
    }
    const { extends: named, ...own } = job;
    const bases = named === null ? [] : [named].flat().map(String);
    const unknown = bases.filter((base) => !isMapping(config[base]));
    if (unknown.length > 0) throw new PipelineError(`${key}: unknown keys in \`extends\` (${unknown.join(', ')})`);
    return [...bases.map((base) => extended(base, [...path, key])), own]
      .filter(isMapping)
      .reduce<Mapping>(deepMerge, {});
  };
  return Object.fromEntries(Object.keys(config).map((key) => [key, extended(key, [])]));
}

const deepestReference = 10;

/** Puts in the place of each `!reference` what it names in the merged configuration. */
export function resolveReferences(config: Mapping): Mapping {
  const resolve = (value: unknown, depth: number): unknown => {
    if (value instanceof Reference) return resolve(target(config, value, depth), depth + 1);
    if (Array.isArray(value)) return value.map((item) => resolve(item, depth));
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, depth)]));
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, resolve(value, 0)]));
}

function target(config: Mapping, { written: steps }: Reference, depth: number): unknown {
  const path = Array.isArray(steps) ? steps.map(String) : [];
  const written = `!reference ${JSON.stringify(steps)}`;
  if (depth >= deepestReference) throw new PipelineError(`${written} is nested too deep`);
  const found = path.reduce<unknown>((value, step) => (isMapping(value) ? value[step] : undefined), config);
  if (found === undefined || found === null) throw new PipelineError(`${written} could not be found`);
  return found;
}
