import { isOfPromote } from '../gitlab/include.ts';
import type { LookAhead } from '../program/inputs-and-files.ts';

/** The jobs that may be the first of a pipeline: on uat and main nothing is trained. */
const FIRST = ['deploy-pipeline', 'check-model'];

/**
 * How a job looks at what promote gives to those after it; `undefined` where it is not the first. It alone pays for
 * loading what the others are.
 */
export function lookAheadAfter(component: string): LookAhead | undefined {
  if (!FIRST.includes(component)) return undefined;
  return async (host) =>
    isOfPromote(host.env) ? (await import('./promote.ts')).lookAhead(host, component) : undefined;
}
