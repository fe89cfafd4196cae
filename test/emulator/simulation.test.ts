import { expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { emulated } from '../components/job.ts';

const ROLE = 'arn:aws:iam::111122223333:role/jobs';
const PASSED = 'arn:aws:iam::111122223333:role/execution';

/** An account with a role that may pass one role, to SageMaker only, and must delete nothing. */
async function account(): Promise<Emulator> {
  const emulator = await emulated();
  const Statement = [
    {
      Effect: 'Allow' as const,
      Action: 'iam:PassRole',
      Resource: PASSED,
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    },
    { Effect: 'Deny' as const, Action: 'sagemaker:Delete*', Resource: '*' },
  ];
  emulator.roles.set(ROLE, { arn: ROLE, audience: 'none', subject: 'none', policies: [{ Statement }] });
  return emulator;
}

async function simulated(emulator: Emulator, fields: Readonly<Record<string, string>>) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${emulator.env.AWS_ACCESS_KEY_ID}/x`;
  const body = new URLSearchParams({ Action: 'SimulatePrincipalPolicy', PolicySourceArn: ROLE, ...fields });
  const response = await fetch(emulator.url, { method: 'POST', headers: { authorization }, body });
  const text = await response.text();
  const content = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1];
  return { decision: content('EvalDecision'), missing: content('MissingContextValues'), code: content('Code') };
}

const passing = { 'ActionNames.member.1': 'iam:PassRole', 'ResourceArns.member.1': PASSED };
const toSageMaker = {
  'ContextEntries.member.1.ContextKeyName': 'iam:PassedToService',
  'ContextEntries.member.1.ContextKeyType': 'string',
  'ContextEntries.member.1.ContextKeyValues.member.1': 'sagemaker.amazonaws.com',
};

it.each([
  ['what a statement allows under its condition', { ...passing, ...toSageMaker }, 'allowed', ''],
  ['what a condition asks for', passing, 'implicitDeny', '<member>iam:PassedToService</member>'],
  ['what nothing allows', { 'ActionNames.member.1': 'sagemaker:CreateModel' }, 'implicitDeny', ''],
  ['what a Deny names', { 'ActionNames.member.1': 'sagemaker:DeleteModel' }, 'explicitDeny', ''],
])("IAM's simulator tells %s", async (_, fields, decision, missing) => {
  expect(await simulated(await account(), fields)).toMatchObject({ decision, missing });
});

it("IAM's simulator knows only roles of the account", async () => {
  const fields = { ...passing, PolicySourceArn: 'arn:aws:iam::111122223333:role/nobody' };
  expect(await simulated(await account(), fields)).toMatchObject({ code: 'NoSuchEntity' });
});
