import { readApproval, readValidation, type ValidationEntry } from './entries.ts';
import { hasContent, type ModelPackage } from './packages.ts';

/** Why a version has not passed an environment, as a clause about "it"; `next` where it is not a step that is missing. */
interface PassageFlaw {
  readonly is: 'flawed';
  readonly why: string;
  readonly next?: string;
}

/** What a version that passed an environment was validated with there, and the safety inputs that were open. */
interface Passage {
  readonly is: 'passed';
  readonly validation: ValidationEntry;
  readonly open: string | undefined;
}

/** Whether a version was approved and validated in an environment as it is now. */
export function passageOf(version: ModelPackage, environment: string): Passage | PassageFlaw {
  const approval = readApproval(version, environment);
  const validation = readValidation(version, environment);
  if (validation.is === 'absent') return flawed(`it is not validated in ${environment}`);
  if (validation.is === 'unreadable')
    return flawed(
      `its validation in ${environment} ${validation.why}: "${validation.raw}"`,
      writtenByOthers(environment),
    );
  if (approval.is === 'absent')
    return flawed(`it is validated in ${environment}, but nobody approved it for ${environment}`);
  if (approval.is === 'unreadable')
    return flawed(`its approval for ${environment} ${approval.why}: "${approval.raw}"`, writtenByOthers(environment));
  if ([validation.value, approval.value].every(({ content }) => hasContent(version, content)))
    return { is: 'passed', validation: validation.value, open: validation.value.open ?? approval.value.open };
  return flawed(
    `its content changed after it was approved and validated in ${environment}`,
    writtenByOthers(environment),
  );
}

function flawed(why: string, next?: string): PassageFlaw {
  return { is: 'flawed', why, ...(next !== undefined && { next }) };
}

function writtenByOthers(environment: string): string {
  return `find out who changed it in CloudTrail (UpdateModelPackage). Then promote a version through ${environment} again.`;
}
