import { type Json, list, record } from './definition-parts.ts';
import { resolve, type Scope } from './expressions.ts';

/** Whether all conditions of a Condition step hold. */
export function holds(conditions: unknown, scope: Scope): boolean {
  return list(conditions).every((one) => holdsOne(record(one), scope));
}

function holdsOne(condition: Json, scope: Scope): boolean {
  const { Type: type } = condition;
  if (type === 'Not') return !holdsOne(record(condition.Expression), scope);
  if (type === 'Or') return list(condition.Conditions).some((one) => holdsOne(record(one), scope));
  if (type === 'In') {
    return list(condition.Values).some((one) => resolve(one, scope) === resolve(condition.QueryValue, scope));
  }
  const left = resolve(condition.LeftValue, scope);
  const right = resolve(condition.RightValue, scope);
  if (type === 'Equals') return left === right;
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b))
    throw new Error(`ClientError: ${String(type)} cannot compare ${String(left)} with ${String(right)}.`);
  if (type === 'LessThan') return a < b;
  if (type === 'LessThanOrEqualTo') return a <= b;
  if (type === 'GreaterThan') return a > b;
  if (type === 'GreaterThanOrEqualTo') return a >= b;
  throw new Error(`ClientError: Unknown condition type ${String(type)}.`);
}
