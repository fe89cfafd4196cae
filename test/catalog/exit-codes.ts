import { EXIT_CODES, type FailureKind } from '../../src/ground/failure.ts';
import { table } from './markdown.ts';

const MEANINGS: Readonly<Record<FailureKind, string>> = {
  refused:
    'The answer is no: refused, failed, rolled back, superseded by another deployment, or a check that did not hold. The log says which.',
  'invalid input':
    'An input, a file of the project or a setting is wrong or missing. The log names each, with what would be right.',
  'AWS trouble':
    'AWS throttled, failed or could not be reached, after several attempts. GitLab runs the job again by itself, twice; an approval is for a person to repeat.',
  'not allowed': 'The credentials are missing, expired or not allowed to do it. The log names the missing IAM actions.',
  'nothing to promote': 'There is nothing, or nothing new, to promote.',
  'out of time':
    'Time ran out while AWS was still working, and AWS goes on. The job run again takes up where this one left.',
  stopped:
    'GitLab cancelled the job, or its runner was stopped. The log says what AWS goes on with. Run the job again to go on from there.',
};

/** Every way in which a job ends. */
export function exitCodeTable(): string {
  const codes = Object.entries(MEANINGS).flatMap(([kind, meaning]) =>
    Object.entries(EXIT_CODES).flatMap(([known, code]) => (known === kind ? [[`\`${code}\``, meaning]] : [])),
  );
  return table(['exit code', 'meaning'], [['`0`', 'Done, or there was nothing left to do.'], ...codes]);
}
