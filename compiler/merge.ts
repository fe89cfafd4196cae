import { Reference } from './content.ts';
import { isMapping, type Mapping } from './document.ts';
import { PipelineError } from './problem.ts';
import { inspect, rubyText } from './ruby.ts';

/** Hashes merge key by key, everything else (lists too) is replaced: how includes and `extends` combine. */
export function deepMerge(base: Mapping, over: Mapping): Mapping {
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isMapping(before) && isMapping(value) ? deepMerge(before, value) : value;
  }
  return merged;
}

const deepestExtends = 10;

/** Resolves `extends`, also of hidden jobs; the keyword itself disappears. */
export function resolveExtends(config: Mapping): Mapping {
  const extended = (key: string, path: readonly string[]): unknown => {
    const job = config[key];
    if (!isMapping(job) || !('extends' in job)) return job;
    const { extends: named, ...own } = job;
    const bases = basesIn(named);
    refuseBases(config, key, bases);
    if (path.length > deepestExtends) throw new PipelineError(`${key}: nesting too deep in \`extends\``);
    if (path.includes(key)) throw new PipelineError(`${key}: circular dependency detected in \`extends\``);
    const inherited = bases.map((base) => extended(base, [...path, key]));
    return [...inherited, own].filter(isMapping).reduce<Mapping>(deepMerge, {});
  };
  return Object.fromEntries(Object.keys(config).map((key) => [key, extended(key, [])]));
}

function basesIn(named: unknown): string[] {
  if (named === null) return [];
  if (isMapping(named)) return Object.entries(named).map(([key, value]) => `[:${key}, ${inspect(value, 'symbols')}]`);
  return [named].flat().map((base) => (base instanceof Reference ? textOf(base) : rubyText(base)));
}

function refuseBases(config: Mapping, key: string, bases: readonly string[]): void {
  const unknown = bases.filter((base) => !Object.hasOwn(config, base));
  if (unknown.length > 0) throw new PipelineError(`${key}: unknown keys in \`extends\` (${unknown.join(', ')})`);
  const invalid = bases.filter((base) => !isMapping(config[base]));
  if (invalid.length > 0) throw new PipelineError(`${key}: invalid base hashes in \`extends\` (${invalid.join(', ')})`);
}

/** Puts in the place of each `!reference` what it names in the merged configuration. */
export function resolveReferences(config: Mapping): Mapping {
  const resolve = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item) => resolve(item, path));
    if (value instanceof Reference) return follow(value, path);
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, path)]));
  };
  const follow = (reference: Reference, path: readonly string[]): unknown => {
    const text = textOf(reference);
    const steps = stepsOf(reference);
    if (!steps) throw new PipelineError(`${text} is not valid`);
    if (path.includes(text)) throw new PipelineError(`${text} is part of a circular chain`);
    const found = resolve(steps.reduce<unknown>(memberOf, config), [...path, text]);
    if (found === undefined || found === null || found === false) throw new PipelineError(`${text} could not be found`);
    return found;
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, resolve(value, [])]));
}

function textOf({ written }: Reference): string {
  return `!reference ${inspect(written, 'strings')}`;
}

function stepsOf({ written }: Reference): string[] | undefined {
  const steps: unknown[] = Array.isArray(written) ? written : [];
  const texts = steps.filter((step) => typeof step === 'string');
  return texts.length > 0 && texts.length === steps.length ? texts : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
