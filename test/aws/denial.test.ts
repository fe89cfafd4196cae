import { describe, expect, it } from 'vitest';
import { explain } from '../../src/program/explain.ts';

const USER = 'User: arn:aws:sts::111122223333:assumed-role/deploy-dev/gl-42-1-2';
const ON = 'on resource: arn:aws:sagemaker:ap-southeast-1:111122223333:model/m';
const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
const SCP = 'arn:aws:organizations::444455556666:policy/o-1/service_control_policy/p-1';

/** What a job of deploy-model tells of AWS's words about its call. */
function told(why: string) {
  const message = `${USER} is not authorized to perform: sagemaker:CreateModel ${ON} ${why}`;
  const error = Object.assign(new Error(message), { name: 'AccessDeniedException' });
  return explain(error, [{ action: 'sagemaker:CreateModel', on: 'model' }]);
}

/** AWS's words: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const ROWS: readonly [why: string, who: string, next: RegExp][] = [
  [
    `with an explicit deny in a service control policy: ${SCP}`,
    'A service control policy',
    /^ask the administrators of your AWS organization to remove the Deny of sagemaker:CreateModel for the job's role in the service control policy \(arn:aws:organizations::444455556666:policy\/o-1\/service_control_policy\/p-1\)\. No policy of the role can allow it\.$/,
  ],
  [
    'with an explicit deny in a service control policy',
    'A service control policy',
    /to remove the Deny of sagemaker:CreateModel for the job's role in the service control policy\./,
  ],
  [
    'because no service control policy allows the sagemaker:CreateModel action',
    'A service control policy',
    /^ask the administrators of your AWS organization to allow sagemaker:CreateModel/,
  ],
  [
    'with an explicit deny in a resource control policy',
    'A resource control policy',
    /^ask the administrators of your AWS organization .* in the resource control policy\./,
  ],
  [
    'because no permissions boundary allows the sagemaker:CreateModel action',
    'A permissions boundary',
    /^ask whoever set the permissions boundary of the job's role to allow sagemaker:CreateModel there\./,
  ],
  [
    `with an explicit deny in a permissions boundary: ${BOUNDARY}`,
    'A permissions boundary',
    /set the permissions boundary \(arn:aws:iam::111122223333:policy\/boundary\) of the job's role to remove the Deny/,
  ],
  [
    'because no session policy allows the sagemaker:CreateModel action',
    'A session policy',
    /^allow sagemaker:CreateModel in the session policy .* with role_arn none it is the runner's\.$/,
  ],
  [
    'because no resource-based policy allows the sagemaker:CreateModel action',
    'A resource-based policy',
    /^ask the owners of the resource that AWS names to allow sagemaker:CreateModel/,
  ],
  [
    'because no VPC endpoint policy allows the sagemaker:CreateModel action',
    'A VPC endpoint policy',
    /^ask whoever manages the network of the runner to allow sagemaker:CreateModel in the VPC endpoint policy/,
  ],
  [
    'with an explicit deny in a newer kind of policy',
    'A newer kind of policy',
    /^ask whoever manages the newer kind of policy that AWS names to remove the Deny of sagemaker:CreateModel there\.$/,
  ],
  [
    'with an explicit deny in an identity-based policy',
    'AWS',
    /^use the role of this duty \(docs\/permissions\.md\): the identity-based policy of the job's role denies sagemaker:CreateModel on purpose\./,
  ],
  [
    'because no identity-based policy allows the sagemaker:CreateModel action',
    'AWS',
    /^add sagemaker:CreateModel to the policy of the job's role, or correct name_prefix\./,
  ],
  ['', 'AWS', /^add sagemaker:CreateModel to the policy of the job's role, or correct name_prefix\./],
];

describe('a call that is denied', () => {
  it.each(ROWS)('%s: names who can change that', (why, who, next) => {
    const failure = told(why);
    expect(failure.code).toBe('SMC-1208');
    expect(failure.message).toMatch(new RegExp(`^${who} denied the call: AccessDeniedException: User: arn:aws:sts::`));
    expect(failure.next).toMatch(next);
  });

  it('asks only whoever can change it, never for a policy of the role that cannot help', () => {
    const elsewhere = ROWS.filter(([why]) => why !== '' && !why.includes('identity-based'));
    for (const [why] of elsewhere) expect(told(why).next, why).not.toContain("to the policy of the job's role");
  });
});
