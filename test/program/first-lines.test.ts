import { expect, it } from 'vitest';
import type { Job } from '../../src/gitlab/job.ts';
import { firstLines } from '../../src/program/first-lines.ts';

const job: Pick<Job, 'ref' | 'refType' | 'user' | 'userId' | 'verified'> = {
  ref: 'dev',
  refType: 'branch',
  user: 'jane',
  userId: '57',
  verified: true,
};
const SHA = 'a'.repeat(40);

it.each([
  ['the version and the commit', `deploy-model 1.4.2 ${SHA} 1`, `deploy-model 1.4.2 ${SHA}`],
  ['at a branch, the branch', `deploy-model  ${SHA} main`, `deploy-model @main (not a released version) ${SHA}`],
  ['at a commit, the commit', `deploy-model  ${SHA} ${SHA}`, `deploy-model @${SHA} (not a released version) ${SHA}`],
  ['with the templates of before, what they tell', `deploy-model 1.4.1 ${SHA}`, `deploy-model 1.4.1 ${SHA}`],
  ['nothing where no template said it', undefined, 'not named'],
])('the log names the component: %s', (_, told, line) => {
  const lines = firstLines({
    job: job as Job,
    session: { account: '111122223333', arn: 'arn' },
    shared: {
      environment: 'dev',
      gitlab_environment_suffix: '',
      role_arn: 'none',
      aws_region: 'ap-southeast-1',
      expected_account_id: undefined,
    },
    env: told === undefined ? {} : { SAGEMAKER_COMPONENT: told },
  });
  expect(lines.at(-1)).toBe(`component    ${line}`);
  expect(lines).toContain('started by   jane (user ID 57)');
});
