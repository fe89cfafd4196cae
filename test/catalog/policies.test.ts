import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { deployed, EXECUTION_ROLE, register } from '../../emulator/scene.ts';
import type { Role } from '../../emulator/world.ts';
import { dutiesOf, pipelineRoleDeny } from '../../setup/policies/policies.ts';
import { endpointOf, type Ref, refOf, type Team } from '../../setup/policies/team.ts';
import { trustOf } from '../../setup/policies/trust.ts';
import { type Acts, forbidden, type Hands, olderOf, temporaryOf, type Versions, workOf } from './acts.ts';
import { permissionsPage } from './permissions-page.ts';
import { otherNames, resalePrice, roleOf } from './policies.ts';
import { programsOfRoles } from './programs.ts';
import { stale } from './tell.ts';

const teams = [
  ['dev, uat and main', resalePrice],
  ['branches and tags of other names', otherNames],
] as const;

let emulator: Emulator;
const clients: { destroy(): void }[] = [];

beforeEach(async () => {
  emulator = await startEmulator();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
});

function setScene(team: Team): Versions {
  for (const role of dutiesOf(team, programsOfRoles).map((duty) => roleOf(team, duty)))
    emulator.roles.set(role.arn, role);
  const own = register(emulator);
  // S3 says of what is not there what it says of what is denied.
  for (const environment of team.environments)
    for (const key of ['output/a.out', 'failure/a-error.out', 'input/job-1/payload'])
      emulator.objects.put(`${team.asynchronous}${endpointOf(team, environment)}/${key}`, '');
  for (const environment of team.environments) {
    setEndpoint(endpointOf(team, environment), own);
    setTemporary(environment, own);
  }
  return { own, foreign: register(emulator, { group: 'ChurnModelGroup' }) };
}

/** An endpoint, and what deploy-model made for it before. */
function setEndpoint(endpoint: string, version: string): void {
  deployed(emulator, { endpoint, package: version });
  const name = olderOf(endpoint);
  const Tags = [{ Key: 'sagemaker-components:endpoint', Value: endpoint }];
  const PrimaryContainer = { ModelPackageName: version };
  emulator.do('CreateModel', { ModelName: name, PrimaryContainer, ExecutionRoleArn: EXECUTION_ROLE, Tags });
  const variant = { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
  emulator.do('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: [variant], Tags });
}

/** What a comparison made that was killed. */
function setTemporary(environment: string, version: string): void {
  const name = temporaryOf(environment);
  deployed(emulator, { endpoint: name, package: version, name });
  const tags = [{ Key: 'sagemaker-components:environment', Value: environment }];
  const { endpoints, models } = emulator;
  for (const arn of [endpoints.arn(name), models.configArn(name), models.modelArn(name)]) emulator.tags.put(arn, tags);
}

/** Assumes a role with the token of a job on a branch or tag. */
async function assume({ arn: RoleArn }: Role, { type, name }: Ref): Promise<Hands> {
  const place = { endpoint: emulator.url, region: emulator.region, maxAttempts: 1 };
  const sts = new STSClient({ ...place, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  clients.push(sts);
  const { Credentials: given } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn,
      RoleSessionName: 'gl-42-1001-5001',
      WebIdentityToken: emulator.mintToken({ ref: name, ref_type: type }),
    }),
  );
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = given ?? {};
  const settings = { ...place, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  const hands = {
    sagemaker: new SageMakerClient(settings),
    runtime: new SageMakerRuntimeClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    autoscaling: new ApplicationAutoScalingClient(settings),
  };
  clients.push(...Object.values(hands));
  return { ...hands, s3: requesting({ accessKeyId, sessionToken }) };
}

/** Asks S3 as the holder of a session, whose signature the emulator does not check. */
function requesting({ accessKeyId, sessionToken }: { accessKeyId: string; sessionToken: string }): Hands['s3'] {
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/${emulator.region}/s3/aws4_request`;
  return async (method, path) => {
    const headers = { authorization, 'x-amz-security-token': sessionToken };
    const { status } = await fetch(`${emulator.url}/${path}`, { method, headers });
    if (status === 403) throw Object.assign(new Error(path), { name: 'AccessDeniedException' });
  };
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

/** A ref of a pattern, where it is one. */
function jobRef({ type, name }: Ref): Ref {
  return { type, name: name.replace('*', '1.4.0') };
}

describe.each(teams)('on %s', (_, team) => {
  const duties = dutiesOf(team, programsOfRoles);
  /** The duties whose work is known; complete.test.ts tells of another. */
  const known = duties.filter(({ name }) => name in workOf({ own: '', foreign: '' }, team));

  test.each(known.map((duty) => [duty.name, duty] as const))(
    '%s does its own work and nobody else’s',
    async (_, duty) => {
      const versions = setScene(team);
      const work = workOf(versions, team);
      const everything = { ...Object.assign({}, ...Object.values(work)), ...forbidden(versions, team) };
      expect(Object.keys(everything).length).toBeGreaterThan(60);

      const hands = await assume(roleOf(team, duty), jobRef(duty.ref));

      expect(new Set(await allowed(hands, everything))).toEqual(new Set(Object.keys(work[duty.name] ?? {})));
    },
  );

  test('a role is assumed from the branch or tags of its environment only; for a plan, from those that are merged', async () => {
    setScene(team);
    const refs = team.environments.flatMap((environment): Ref[] => {
      const { type, name } = jobRef(refOf(team, environment));
      const other = type === 'branch' ? 'tag' : 'branch';
      return [
        { type, name },
        { type: other, name },
        { type, name: `x${name}` },
      ];
    });
    for (const duty of duties) {
      const trusted = jobRef(duty.ref);
      for (const ref of refs) {
        const answer = await assume(roleOf(team, duty), ref).then(
          () => 'assumed',
          (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
        );
        const isTrusted = ref.type === trusted.type && (duty.ref.name === '*' || ref.name === trusted.name);
        const expected = isTrusted ? 'assumed' : 'AccessDenied';
        expect({ duty: duty.name, ref, answer }).toEqual({ duty: duty.name, ref, answer: expected });
      }
    }
  });

  test('the same holds where SageMaker writes the group in lower case', async () => {
    emulator.registry.habits.lowerCaseArns = true;
    const versions = setScene(team);
    expect(versions.own).toContain('model-package/resalepricemodelgroup/1');
    for (const duty of duties.filter(({ environment }) => environment === team.environments[1])) {
      const own = workOf(versions, team)[duty.name] ?? {};
      const hands = await assume(roleOf(team, duty), jobRef(duty.ref));
      expect(await allowed(hands, own)).toEqual(Object.keys(own));
    }
  });

  test('the policies hold what the components of their duty declare, and nothing more', () => {
    for (const { name, components, policy, ref } of duties) {
      const permissions = programsOfRoles
        .filter((program) => components.includes(program.name))
        .flatMap((one) => one.permissions);
      const held = policy.Statement.flatMap(({ Action }) => Action);
      const needed = permissions
        .map(({ action }) => action)
        .filter((action) => ref.name !== '*' || !action.startsWith('s3:'));
      expect(new Set(held), name).toEqual(new Set(needed));
    }
  });

  test('no policy allows a wildcard action, everything, or more than IAM takes', () => {
    for (const { name, policy } of duties) {
      for (const { Action, Resource } of policy.Statement) {
        expect([Action].flat().join(), name).not.toContain('*');
        // Of what there is, of what is measured and of what is scaled, a policy can name no resource.
        const isWide = (action: string) =>
          /^(sagemaker:List(EndpointConfigs|Endpoints|Models)|cloudwatch:GetMetricData|application-autoscaling:Describe\w+)$/.test(
            action,
          );
        if (![Action].flat().every(isWide)) expect([Resource].flat(), name).not.toContain('*');
      }
      expect(JSON.stringify(policy).length, name).toBeLessThan(6144);
      expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size, name).toBe(policy.Statement.length);
    }
  });

  test('the Deny for the role of the SageMaker Pipeline fits into one policy', () => {
    expect(JSON.stringify(pipelineRoleDeny(team)).length).toBeLessThan(6144);
  });

  test('the trust policy that is printed is the one that the emulator applies', () => {
    for (const duty of duties) {
      const { audience, subject } = roleOf(team, duty);
      const [aud, sub] = ['sgts.gitlab-dedicated.com:aud', 'sgts.gitlab-dedicated.com:sub'];
      expect(trustOf(team, duty.ref).Statement[0]?.Condition).toEqual(
        subject.includes('*')
          ? { StringEquals: { [aud]: audience }, StringLike: { [sub]: subject } }
          : { StringEquals: { [aud]: audience, [sub]: subject } },
      );
    }
  });
});

/** A team without asynchronous endpoints. */
const { asynchronous: _, ...synchronous } = resalePrice;

test('only check-model and the plan read the reports of the training in S3, and only evaluate-model and compare-models labelled data; no branch that anybody may push', () => {
  const { predictions: _, ...keepingNone } = synchronous;
  const reading = dutiesOf(keepingNone, programsOfRoles).flatMap(({ name, policy }) =>
    policy.Statement.filter(({ Action }) => [Action].flat().includes('s3:GetObject')).map((statement) => [
      name,
      statement.Action,
      statement.Resource,
    ]),
  );
  expect(reading).toEqual(
    [
      'check-dev',
      'evaluate-dev',
      'compare-dev',
      'plan-uat',
      'check-uat',
      'evaluate-uat',
      'compare-uat',
      'plan-main',
      'check-main',
      'evaluate-main',
      'compare-main',
    ].map((duty) => [
      duty,
      ['s3:GetObject'],
      `arn:aws:s3:::${/^(evaluate|compare)/.test(duty) ? resalePrice.labelledData : resalePrice.reports}*`,
    ]),
  );
});

test('only evaluate-model writes and reads predictions in S3, each environment its own', () => {
  const writing = dutiesOf(synchronous, programsOfRoles).flatMap(({ name, policy }) =>
    policy.Statement.filter(({ Action }) => [Action].flat().includes('s3:PutObject')).map((statement) => [
      name,
      statement.Action,
      statement.Resource,
    ]),
  );
  expect(writing).toEqual(
    ['dev', 'uat', 'main'].map((environment) => [
      `evaluate-${environment}`,
      ['s3:GetObject', 's3:PutObject'],
      `arn:aws:s3:::${resalePrice.predictions}${environment}/*`,
    ]),
  );
});

test('a rollback lists no key of S3 but those of the model data, and reads none', () => {
  const statements = dutiesOf(synchronous, programsOfRoles).flatMap(({ policy }) => policy.Statement);
  const listing = statements.filter(({ Action }) => [Action].flat().includes('s3:ListBucket'));
  const onlyData = { Resource: 'arn:aws:s3:::resale-price-models', Condition: { StringLike: { 's3:prefix': ['*'] } } };
  expect(listing).toEqual(resalePrice.environments.map(() => expect.objectContaining(onlyData)));
});

test('docs/permissions.md says what the programs declare', async () => {
  const page = permissionsPage(resalePrice, programsOfRoles, dutiesOf(resalePrice, programsOfRoles));
  await expect(page, stale('docs/permissions.md')).toMatchFileSnapshot(
    new URL('../../docs/permissions.md', import.meta.url).pathname,
  );
});
