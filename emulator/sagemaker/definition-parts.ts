import type { AwsError } from '../world.ts';
import { invalid } from './service.ts';

export type Json = Readonly<Record<string, unknown>>;

export const unparsable = (why: string): AwsError => invalid(`Unable to parse pipeline definition. ${why}.`);

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
