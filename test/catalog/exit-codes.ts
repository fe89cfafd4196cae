import { EXIT_CODES, type FailureKind } from '../../src/ground/failure-codes.ts';
import { table } from './markdown.ts';

const MEANINGS: Readonly<Record<FailureKind, string>> = {
  refused:
    'The job refused the action, a run or deployment failed, SageMaker rolled back, another deployment replaced this one, a check failed, or an unknown error occurred. The log shows which.',
  'invalid input':
    'An input, a project file or a setting is wrong or missing. The log lists each problem and what is correct.',
  'AWS trouble':
    'AWS throttled the requests, failed, or could not be reached, after several attempts; or GitLab did not give a file of the commit. GitLab retries the job up to two times. Approval jobs are not retried; run them again yourself.',
  'not allowed':
    'The credentials are missing, have expired, or do not allow the action. The log names the missing IAM actions.',
  'nothing to promote': 'There is no version, or no new version, to promote.',
  'out of time': 'Time ran out while AWS was still working. AWS continues. Run the job again to continue waiting.',
  stopped:
    'GitLab cancelled the job, or the runner was stopped. The log says what AWS continues. Run the job again to continue from there.',
};

/** Every way in which a job ends. */
export function exitCodeTable(): string {
  const codes = Object.entries(MEANINGS).flatMap(([kind, meaning]) =>
    Object.entries(EXIT_CODES).flatMap(([known, code]) => (known === kind ? [[`\`${code}\``, meaning]] : [])),
  );
  return table(['exit code', 'meaning'], [['`0`', 'Done, or there was nothing left to do.'], ...codes]);
}
