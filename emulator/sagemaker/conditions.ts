import { arrayIn, type Json, knowOnly, list, notDone, objectIn, record, unparsable } from './definition-parts.ts';
import { resolve, type Scope } from './expressions.ts';

const orders = new Map<unknown, (a: number, b: number) => boolean>([
  ['LessThan', (a, b) => a < b],
  ['LessThanOrEqualTo', (a, b) => a <= b],
  ['GreaterThan', (a, b) => a > b],
  ['GreaterThanOrEqualTo', (a, b) => a >= b],
]);

const COMPARED = ['LeftValue', 'RightValue'];

/** Type of condition -> its members, as the SageMaker Python SDK writes them. */
const membersOf = new Map<unknown, readonly string[]>([
  ['Equals', COMPARED],
  ...[...orders.keys()].map((order) => [order, COMPARED] as const),
  ['In', ['QueryValue', 'Values']],
  ['Not', ['Condition']],
  ['Or', ['Conditions']],
]);

/** Types in the schema of definitions that AWS publishes, which no SDK writes. */
const UNWRITTEN: readonly unknown[] = ['NotEquals', 'NotIn'];

/** Refuses conditions that could not be evaluated once their step is reached. */
export function checkConditions(conditions: unknown): void {
  for (const condition of arrayIn(conditions)) checkOne(objectIn(condition));
}

function checkOne({ Type: type, ...given }: Json): void {
  if (UNWRITTEN.includes(type)) throw notDone(`evaluate conditions of type '${type}'`);
  const members = membersOf.get(type);
  if (!members) throw unparsable(`Unknown condition type '${String(type)}'`);
  knowOnly('Condition', given, members);
  const missing = members.find((member) => given[member] === undefined);
  if (missing !== undefined) throw unparsable(`Condition of type '${String(type)}' lacks '${missing}'`);
  if (type === 'Not') checkOne(objectIn(given.Condition));
  if (type === 'Or') checkConditions(given.Conditions);
}

/** Whether all conditions of a Condition step hold. */
export function holds(conditions: unknown, scope: Scope): boolean {
  return list(conditions).every((one) => holdsOne(record(one), scope));
}

function holdsOne(condition: Json, scope: Scope): boolean {
  const { Type: type } = condition;
  if (type === 'Not') return !holdsOne(record(condition.Condition), scope);
  if (type === 'Or') return list(condition.Conditions).some((one) => holdsOne(record(one), scope));
  if (type === 'In') {
    return list(condition.Values).some((one) => resolve(one, scope) === resolve(condition.QueryValue, scope));
  }
  const left = resolve(condition.LeftValue, scope);
  const right = resolve(condition.RightValue, scope);
  if (type === 'Equals') return left === right;
  const [a, b] = [numberOf(left), numberOf(right)];
  const order = orders.get(type);
  if (!order || Number.isNaN(a) || Number.isNaN(b))
    throw new Error(`ClientError: ${String(type)} cannot compare ${String(left)} with ${String(right)}.`);
  return order(a, b);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
