import type { ValidationEntry } from './entries.ts';
import { flawOf } from './flaw.ts';
import type { ModelPackage } from './packages.ts';
import { passageOf } from './passage.ts';

/** Where a version may be brought back. */
export interface ReturnPlace {
  readonly environment: string;
  /** The environments in order. */
  readonly path: readonly string[];
  /** The model package group, by name or ARN. */
  readonly group: string;
}

/** Whether a version may be brought back, with its validation in the environment; or why not, as a clause about "it". */
export type Returnable =
  | { is: 'fit'; validation: ValidationEntry }
  | { is: 'unfit'; why: string; next?: string | undefined };

/** Only what this environment approved and validated as it is now, and what nobody withdrew, may be brought back. */
export function judgeReturn(version: ModelPackage, { environment, path, group }: ReturnPlace): Returnable {
  const flaw = flawOf(version, { group, environments: [environment, ...path] });
  if (flaw) return { is: 'unfit', why: flaw.why, next: flaw.next };
  if (version.approval !== 'Approved') return { is: 'unfit', why: `it is ${version.approval}` };
  const passage = passageOf(version, environment);
  if (passage.is === 'flawed') return { is: 'unfit', why: passage.why, next: passage.next };
  return { is: 'fit', validation: passage.validation };
}

/**
 * The endpoint config with which a version was validated on an endpoint; `undefined` where it was validated on another one of
 * the environment, which says that the version is good, and nothing of a config.
 */
export function validatedConfig(
  { validation }: Extract<Returnable, { is: 'fit' }>,
  endpoint: string,
): string | undefined {
  return validation.endpoint === endpoint ? validation.config : undefined;
}
