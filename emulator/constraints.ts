import { type Member, type ServiceModel, type Shape, shapeOf } from './model.ts';
import { isRecord } from './wire.ts';
import { AwsError } from './world.ts';

/**
 * Two patterns of the model mean something else than they say: the metadata ones end in a malformed quantifier.
 * The pipeline definition's is skipped: it accepts everything and backtracks exponentially.
 */
const corrected: Readonly<Record<string, string | undefined>> = {
  CustomerMetadataKey: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}',
  CustomerMetadataValue: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}',
  PipelineDefinition: undefined,
};

const compiled = new Map<string, RegExp>();

/** The model's patterns are Java's, and match the whole value. */
function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const translated = pattern
    .replaceAll('\\p{ASCII}', '[\\u0000-\\u007f]')
    .replaceAll('[\\p{Print}]', '[ -~]')
    .replaceAll('\\p{Print}', '[ -~]')
    .replaceAll('\\p{Alnum}', 'a-zA-Z0-9')
    .replaceAll(/\\A|\\z/g, '');
  const made = withFlags(`^(?:${translated})$`);
  compiled.set(pattern, made);
  return made;
}

/** Some patterns use escapes that only the older dialect, without `u`, accepts. */
function withFlags(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

type Kind = 'required' | 'min' | 'max' | 'pattern' | 'enum';

/** One constraint of one operation: `path` is where it applies, as AWS writes it but without positions. */
export interface Constraint {
  readonly operation: string;
  readonly path: string;
  readonly kind: Kind;
}

const violated = new Set<string>();
const nameOf = ({ operation, path, kind }: Constraint): string => `${operation} ${path} ${kind}`;

/** Which (operation, constraint) pairs exist, and which of them a request of this process has violated so far. */
export function constraintCoverage(models: readonly ServiceModel[]): {
  all: Constraint[];
  violated: Constraint[];
  missed: Constraint[];
} {
  const all = models.flatMap((model) =>
    Object.keys(model.operations).flatMap((operation) => constraintsOf(model, operation)),
  );
  return {
    all,
    violated: all.filter((one) => violated.has(nameOf(one))),
    missed: all.filter((one) => !violated.has(nameOf(one))),
  };
}

export function constraintsOf(model: ServiceModel, operation: string): Constraint[] {
  const input = model.operations[operation]?.input;
  if (!input) return [];
  return [...walk(model, input.shape, '')].map((found) => ({ operation, ...found }));
}

type Found = Omit<Constraint, 'operation'>;

function* walk(model: ServiceModel, name: string, path: string): Generator<Found> {
  const shape = shapeOf(model, name);
  for (const kind of kindsOf(shape, name)) yield { path, kind };
  for (const [member, { shape: inner }] of Object.entries(shape.members ?? {})) {
    const at = join(path, camel(member));
    if (shape.required?.includes(member)) yield { path: at, kind: 'required' };
    yield* walk(model, inner, at);
  }
  if (shape.member) yield* walk(model, shape.member.shape, join(path, 'member'));
  if (shape.key) yield* walk(model, shape.key.shape, join(path, 'key'));
  if (shape.value) yield* walk(model, shape.value.shape, join(path, 'value'));
}

function kindsOf(shape: Shape, name: string): Kind[] {
  const kinds: Kind[] = [];
  // The runtime itself refuses a body that is too long, with a status of its own.
  if (shape.type === 'blob') return kinds;
  if (shape.min !== undefined && (shape.min > 0 || isNumeric(shape))) kinds.push('min');
  if (shape.max !== undefined) kinds.push('max');
  if (patternOf(shape, name)) kinds.push('pattern');
  if (shape.enum) kinds.push('enum');
  return kinds;
}

const isNumeric = (shape: Shape): boolean => ['integer', 'long', 'float', 'double'].includes(shape.type);

function patternOf(shape: Shape, name: string): string | undefined {
  return name in corrected ? corrected[name] : shape.pattern;
}

interface Violation {
  readonly constraint: Found;
  readonly at: string;
  readonly value: unknown;
  readonly text: string;
}

/** Throws AWS's ValidationException, naming every constraint that the (decoded) request violates. */
export function validate(model: ServiceModel, operation: string, request: unknown, code = 'ValidationException'): void {
  const input = model.operations[operation]?.input;
  if (!input) return;
  const found = [...violations(model, input.shape, request, '', '')];
  if (found.length === 0) return;
  for (const { constraint } of found) violated.add(nameOf({ operation, ...constraint }));
  throw new AwsError(code, sentence(found));
}

/** AWS joins what is wrong with one scalar of a list or map into one clause on the list or map. */
function sentence(found: readonly Violation[]): string {
  const clauses = found.map(
    ({ at, value, text }) => `Value ${shown(value)} at '${at}' failed to satisfy constraint: ${text}`,
  );
  const unique = [...new Set(clauses)];
  return `${unique.length} validation error${unique.length > 1 ? 's' : ''} detected: ${unique.join('; ')}`;
}

function* violations(
  model: ServiceModel,
  name: string,
  value: unknown,
  at: string,
  path: string,
): Generator<Violation> {
  const shape = shapeOf(model, name);
  for (const { kind, text } of scalarViolations(shape, name, value))
    yield { constraint: { path, kind }, at, value, text };
  if (shape.type === 'structure') yield* inStructure(model, shape, value, at, path);
  if (shape.type === 'list' && shape.member && Array.isArray(value))
    yield* inList(model, shape.member, value, at, path);
  if (shape.type === 'map' && shape.key && shape.value && isRecord(value)) {
    yield* inMap(model, { key: shape.key, value: shape.value }, value, at, path);
  }
}

function* inStructure(
  model: ServiceModel,
  shape: Shape,
  value: unknown,
  at: string,
  path: string,
): Generator<Violation> {
  const given = isRecord(value) ? value : {};
  for (const [member, { shape: inner }] of Object.entries(shape.members ?? {})) {
    const [innerAt, innerPath] = [join(at, camel(member)), join(path, camel(member))];
    if (given[member] !== undefined) yield* violations(model, inner, given[member], innerAt, innerPath);
    else if (shape.required?.includes(member)) {
      yield {
        constraint: { path: innerPath, kind: 'required' },
        at: innerAt,
        value: null,
        text: 'Member must not be null',
      };
    }
  }
}

function* inList(
  model: ServiceModel,
  member: Member,
  values: unknown[],
  at: string,
  path: string,
): Generator<Violation> {
  const shape = shapeOf(model, member.shape);
  for (const [index, value] of values.entries()) {
    if (shape.type === 'structure' || shape.type === 'list' || shape.type === 'map') {
      yield* violations(model, member.shape, value, `${at}.${index + 1}.member`, join(path, 'member'));
      continue;
    }
    const text = `Member must satisfy constraint: ${allOf(shape, member.shape)}`;
    for (const { kind } of scalarViolations(shape, member.shape, value)) {
      yield { constraint: { path: join(path, 'member'), kind }, at, value: values, text };
    }
  }
}

function* inMap(
  model: ServiceModel,
  member: { key: Member; value: Member },
  values: Record<string, unknown>,
  at: string,
  path: string,
): Generator<Violation> {
  const keyShape = shapeOf(model, member.key.shape);
  const valueShape = shapeOf(model, member.value.shape);
  const nested = valueShape.type === 'structure' || valueShape.type === 'list' || valueShape.type === 'map';
  for (const [key, value] of Object.entries(values)) {
    for (const { kind } of scalarViolations(keyShape, member.key.shape, key)) {
      const text = `Map keys must satisfy constraint: ${allOf(keyShape, member.key.shape)}`;
      yield { constraint: { path: join(path, 'key'), kind }, at, value: values, text };
    }
    if (nested) yield* violations(model, member.value.shape, value, `${at}.${key}.member`, join(path, 'value'));
    else {
      for (const { kind } of scalarViolations(valueShape, member.value.shape, value)) {
        const text = `Map value must satisfy constraint: ${allOf(valueShape, member.value.shape)}`;
        yield { constraint: { path: join(path, 'value'), kind }, at, value: values, text };
      }
    }
  }
}

function* scalarViolations(shape: Shape, name: string, value: unknown): Generator<{ kind: Kind; text: string }> {
  for (const kind of kindsOf(shape, name)) {
    if (breaks(kind, shape, name, value)) yield { kind, text: clause(kind, shape) };
  }
}

function breaks(kind: Kind, shape: Shape, name: string, value: unknown): boolean {
  if (kind === 'min') return sizeOf(value) < (shape.min ?? 0);
  if (kind === 'max') return sizeOf(value) > (shape.max ?? 0);
  if (typeof value !== 'string') return false;
  if (kind === 'enum') return !shape.enum?.includes(value);
  const pattern = patternOf(shape, name);
  // A value over the length limit is told so; some patterns would take very long to say it again.
  const tooLong = shape.max !== undefined && sizeOf(value) > shape.max;
  return pattern !== undefined && !tooLong && !compile(pattern).test(value);
}

/** Lengths are counted in characters, not in UTF-16 units. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  return isRecord(value) ? Object.keys(value).length : 0;
}

function clause(kind: Kind, shape: Shape): string {
  const measure = isNumeric(shape) ? 'value' : 'length';
  if (kind === 'min') return `Member must have ${measure} greater than or equal to ${shape.min}`;
  if (kind === 'max') return `Member must have ${measure} less than or equal to ${shape.max}`;
  if (kind === 'enum') return `Member must satisfy enum value set: [${shape.enum?.join(', ')}]`;
  return `Member must satisfy regular expression pattern: ${shape.pattern}`;
}

function allOf(shape: Shape, name: string): string {
  const order: readonly Kind[] = ['max', 'min', 'pattern', 'enum'];
  const present = kindsOf(shape, name);
  return `[${order
    .filter((kind) => present.includes(kind) || (kind === 'min' && present.includes('max') && shape.min !== undefined))
    .map((kind) => clause(kind, shape))
    .join(', ')}]`;
}

/** Values as Java prints them. */
function shown(value: unknown): string {
  return value === null ? 'null' : `'${printed(value)}'`;
}

function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}=${printed(one)}`)
      .join(', ')}}`;
  }
  return String(value);
}

const join = (path: string, member: string): string => (path ? `${path}.${member}` : member);
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
