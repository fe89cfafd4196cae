import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { deployed, register } from '../../emulator/scene.ts';
import { type Acts, forbidden, type Hands, type Versions, workOf } from './acts.ts';
import { permissionsPage } from './permissions-page.ts';
import { type Duty, dutiesOf, resalePrice, roleOf, trustPolicyOf } from './policies.ts';
import { programs } from './programs.ts';
import { stale } from './tell.ts';

const duties = dutiesOf(resalePrice, programs);

let emulator: Emulator;
const clients: { destroy(): void }[] = [];

beforeEach(async () => {
  emulator = await startEmulator();
  for (const duty of duties) {
    const role = roleOf(resalePrice, duty);
    emulator.roles.set(role.arn, role);
  }
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
});

function setScene(): Versions {
  const own = register(emulator);
  for (const environment of resalePrice.environments) {
    deployed(emulator, { endpoint: `resale-price-${environment}`, package: own });
  }
  return { own, foreign: register(emulator, { group: 'ChurnModelGroup' }) };
}

/** Assumes the duty's role with the token of a job on a branch. */
async function assume(duty: Duty, ref: string): Promise<Hands> {
  const place = { endpoint: emulator.url, region: emulator.region, maxAttempts: 1 };
  const sts = new STSClient({ ...place, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  clients.push(sts);
  const { Credentials: given } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleOf(resalePrice, duty).arn,
      RoleSessionName: 'gl-42-1001-5001',
      WebIdentityToken: emulator.mintToken({ ref }),
    }),
  );
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = given ?? {};
  const settings = { ...place, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  const hands = { sagemaker: new SageMakerClient(settings), runtime: new SageMakerRuntimeClient(settings) };
  clients.push(hands.sagemaker, hands.runtime);
  return hands;
}

/** The acts that AWS lets these hands do, whether or not they then succeed. */
async function allowed(hands: Hands, acts: Acts): Promise<string[]> {
  const done: string[] = [];
  for (const [name, act] of Object.entries(acts)) {
    const refusal = await act(hands).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    if (refusal === 'EmulatorMistake') throw new Error(`The emulator failed to ${name}.`);
    if (refusal !== 'AccessDeniedException') done.push(name);
  }
  return done;
}

/** The duties whose work is known; complete.test.ts tells of another. */
const known = duties.filter(({ name }) => name in workOf({ own: '', foreign: '' }));

test.each(known.map((duty) => [duty.name, duty] as const))(
  '%s does its own work and nobody else’s',
  async (_, duty) => {
    const versions = setScene();
    const work = workOf(versions);
    const everything = { ...Object.assign({}, ...Object.values(work)), ...forbidden(versions) };
    expect(Object.keys(everything).length).toBeGreaterThan(60);

    const hands = await assume(duty, duty.environment);

    expect(await allowed(hands, everything)).toEqual(Object.keys(work[duty.name] ?? {}));
  },
);

test('a role is assumed from the branch of its environment only', async () => {
  for (const duty of duties) {
    for (const ref of [...resalePrice.environments, 'feature']) {
      const answer = await assume(duty, ref).then(
        () => 'assumed',
        (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
      );
      expect({ duty: duty.name, ref, answer }).toEqual({
        duty: duty.name,
        ref,
        answer: ref === duty.environment ? 'assumed' : 'AccessDenied',
      });
    }
  }
});

test('the same holds where SageMaker writes the group in lower case', async () => {
  emulator.registry.habits.lowerCaseArns = true;
  const versions = setScene();
  expect(versions.own).toContain('model-package/resalepricemodelgroup/1');
  for (const duty of duties.filter(({ environment }) => environment === 'uat')) {
    const own = workOf(versions)[duty.name] ?? {};
    expect(await allowed(await assume(duty, 'uat'), own)).toEqual(Object.keys(own));
  }
});

test('the policies hold what the components of their duty declare, and nothing more', () => {
  for (const { name, components, policy } of duties) {
    const permissions = programs
      .filter((program) => components.includes(program.name))
      .flatMap((one) => one.permissions);
    const held = policy.Statement.flatMap(({ Action }) => Action);
    expect(new Set(held), name).toEqual(new Set(permissions.map(({ action }) => action)));
  }
});

test('no policy allows a wildcard action, everything, or more than IAM takes', () => {
  for (const { name, policy } of duties) {
    for (const { Action, Resource } of policy.Statement) {
      expect([Action].flat().join(), name).not.toContain('*');
      expect([Resource].flat(), name).not.toContain('*');
    }
    expect(JSON.stringify(policy).length, name).toBeLessThan(6144);
    expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size, name).toBe(policy.Statement.length);
  }
});

test('the trust policy that is printed is the one that the emulator applies', () => {
  for (const duty of duties) {
    const { audience, subject } = roleOf(resalePrice, duty);
    expect(trustPolicyOf(resalePrice, duty.environment).Statement[0]?.Condition).toEqual({
      StringEquals: { 'sgts.gitlab-dedicated.com:aud': audience, 'sgts.gitlab-dedicated.com:sub': subject },
    });
  }
});

test('docs/permissions.md says what the programs declare', async () => {
  const page = permissionsPage(resalePrice, programs, duties);
  await expect(page, stale('docs/permissions.md')).toMatchFileSnapshot(
    new URL('../../docs/permissions.md', import.meta.url).pathname,
  );
});
