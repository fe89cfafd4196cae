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

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object as it is, and nothing in the place of anything else. */
export const record = (value: unknown): Json => (isObject(value) ? value : {});

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function objectIn(value: unknown): Json {
  if (!isObject(value)) throw unparsable('Expecting start of Json Object');
  return value;
}

export function arrayIn(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unparsable('Expecting start of Json Array');
  return value;
}
