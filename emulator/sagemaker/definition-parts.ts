import type { AwsError } from '../world.ts';
import { invalid } from './service.ts';

export type Json = Readonly<Record<string, unknown>>;

export const unparsable = (why: string): AwsError => invalid(`Unable to parse pipeline definition. ${why}.`);

/** For what SageMaker does with a definition and the emulator does not: better refused than passed over. */
export const notDone = (what: string): AwsError => invalid(`This emulator does not ${what}.`);

/** In the words that SageMaker has for a member of arguments that it does not know. */
export function knowOnly(kind: string, given: Json, members: readonly string[]): void {
  const unknown = Object.keys(given).find((member) => !members.includes(member));
  if (unknown !== undefined) throw unparsable(`Unknown ${kind} member '${unknown}'`);
}

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
