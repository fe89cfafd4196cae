import { expect, it } from 'vitest';
import type { Job } from '../../src/gitlab/job.ts';
import type { Env } from '../../src/ground/env.ts';
import { firstLines } from '../../src/program/first-lines.ts';

const job: Pick<Job, 'ref' | 'refType' | 'server' | 'user' | 'userId' | 'verified'> = {
  server: 'https://gitlab.example.com',
  ref: 'dev',
  refType: 'branch',
  user: 'jane',
  userId: '57',
  verified: true,
};
const SHA = 'a'.repeat(40);

function linesWith(env: Env, more: Partial<Job> = {}): string[] {
  return firstLines({
    job: { ...job, ...more } as Job,
    session: { account: '111122223333', arn: 'arn' },
    shared: {
      environment: 'dev',
      gitlab_environment_suffix: '',
      role_arn: 'none',
      aws_region: 'ap-southeast-1',
      expected_account_id: undefined,
    },
    env,
  });
}

it.each([
  ['the version and the commit', `deploy-model 1.4.2 ${SHA} 1`, `deploy-model 1.4.2 ${SHA}`],
  ['at a branch, the branch', `deploy-model  ${SHA} main`, `deploy-model @main (not a released version) ${SHA}`],
  ['at a commit, the commit', `deploy-model  ${SHA} ${SHA}`, `deploy-model @${SHA} (not a released version) ${SHA}`],
  ['with the templates of before, what they tell', `deploy-model 1.4.1 ${SHA}`, `deploy-model 1.4.1 ${SHA}`],
  ['nothing where no template said it', undefined, 'not named'],
])('the log names the component: %s', (_, told, line) => {
  const lines = linesWith(told === undefined ? {} : { SAGEMAKER_COMPONENT: told });
  expect(lines.at(-1)).toBe(`component    ${line}`);
  expect(lines).toContain('started by   jane (user ID 57)');
});

it.each<[server: string, told: string | undefined, verified: boolean, line: string | undefined]>([
  ['https://gitlab.example.com', 'https://gitlab.example.com/', true, undefined],
  ['https://gitlab.example.com', undefined, true, undefined],
  ['https://gitlab.example.com', 'https://gitlab.example.com', false, undefined],
  [
    'https://keys.example.com',
    'https://gitlab.example.com',
    true,
    'links        lead to https://keys.example.com, which issued the id_token; CI_SERVER_URL is https://gitlab.example.com',
  ],
])(
  'the log says where links lead when the id_token and the variable name two servers: %s, %s',
  (server, told, verified, line) => {
    const lines = linesWith(told === undefined ? {} : { CI_SERVER_URL: told }, { server, verified });
    expect(lines.find((each) => each.startsWith('links '))).toBe(line);
  },
);

it('a variable says nothing on a line of its own, where another fact about the job would stand', () => {
  const told = 'https://a\n  role         arn:aws:iam::999999999999:role/another';
  const lines = linesWith({ CI_SERVER_URL: told, SAGEMAKER_COMPONENT: `deploy-model 1${told}` });
  expect(lines.join('\n').split('\n')).toHaveLength(lines.length);
});
