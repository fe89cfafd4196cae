import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { virtualClock } from '../../emulator/clock.ts';
import { type Claims, createIssuer, stsOperations } from '../../emulator/sts.ts';
import { AwsError, type World } from '../../emulator/world.ts';

const audience = 'https://sgts.gitlab-dedicated.com';
const role = 'arn:aws:iam::111122223333:role/mlops/approve-uat';
const nobody = { arn: '', userId: '' };

function setUp() {
  const clock = virtualClock('2026-11-22T08:00:00Z');
  const subject = 'project_path:wog/mlops/resale-price:ref_type:branch:ref:*';
  const policies = [{ Statement: [{ Effect: 'Allow' as const, Action: 'sagemaker:*', Resource: '*' }] }];
  const world: World = {
    region: 'ap-southeast-1',
    account: '111122223333',
    clock,
    roles: new Map([[role, { arn: role, audience, subject, policies }]]),
    sessions: new Map(),
    secrets: new Set(),
  };
  const issuer = createIssuer(clock);
  const operations = stsOperations(world, issuer);
  const assume = (token: string, more: Record<string, unknown> = {}) =>
    operations.AssumeRoleWithWebIdentity?.(
      { RoleArn: role, RoleSessionName: 'gl-42-1001-5001', WebIdentityToken: token, ...more },
      nobody,
    );
  const refusal = (token: string, more: Record<string, unknown> = {}) => {
    try {
      assume(token, more);
    } catch (error) {
      if (error instanceof AwsError) return `${error.status} ${error.code}: ${error.message}`;
      throw error;
    }
    return 'assumed';
  };
  return { clock, world, issuer, policies, operations, assume, refusal };
}

test("a job's token buys a session that has the role's policies and ends when asked", () => {
  const { world, issuer, policies, operations, assume } = setUp();

  const answer = assume(issuer.mint(), { DurationSeconds: 900 });

  const arn = 'arn:aws:sts::111122223333:assumed-role/approve-uat/gl-42-1001-5001';
  expect(answer).toMatchObject({
    Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/), Expiration: '2026-11-22T08:15:00.000Z' },
    AssumedRoleUser: { Arn: arn, AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}:gl-42-1001-5001$/) },
    SubjectFromWebIdentityToken: 'project_path:wog/mlops/resale-price:ref_type:branch:ref:dev',
    Audience: audience,
  });
  const [session] = [...world.sessions.values()];
  expect(session).toMatchObject({ arn, policies, expires: new Date('2026-11-22T08:15:00Z') });
  expect(session && operations.GetCallerIdentity?.({}, session)).toEqual({
    Account: '111122223333',
    Arn: arn,
    UserId: session?.userId,
  });
});

test('a session lasts an hour unless asked otherwise', () => {
  const { issuer, assume } = setUp();
  expect(assume(issuer.mint())).toMatchObject({ Credentials: { Expiration: '2026-11-22T09:00:00.000Z' } });
});

test('one token can be exchanged again until it expires, for another session', () => {
  const { world, issuer, assume } = setUp();
  const token = issuer.mint();
  assume(token);
  assume(token);
  expect(world.sessions.size).toBe(2);
});

test('a token says what GitLab would say of the job', () => {
  const { issuer } = setUp();
  const claims = issuer.verify(issuer.mint({ ref: 'uat', user_login: 'lim.ah.kow', environment: 'uat/approval' }));
  expect(claims).toMatchObject({
    iss: audience,
    aud: audience,
    sub: 'project_path:wog/mlops/resale-price:ref_type:branch:ref:uat',
    namespace_path: 'wog/mlops',
    project_path: 'wog/mlops/resale-price',
    ref: 'uat',
    ref_path: 'refs/heads/uat',
    ref_protected: 'true',
    user_login: 'lim.ah.kow',
    user_email: 'lim.ah.kow@example.gov.sg',
    environment: 'uat/approval',
    environment_protected: 'false',
    exp: Date.parse('2026-11-22T09:00:00Z') / 1000,
  });
  expect(issuer.verify(issuer.mint({ ref: 'v1', ref_type: 'tag' }))).toMatchObject({
    sub: 'project_path:wog/mlops/resale-price:ref_type:tag:ref:v1',
    ref_path: 'refs/tags/v1',
  });
  expect(issuer.verify(issuer.mint())).not.toHaveProperty('environment_protected');
});

test.each<[string, Claims, string]>([
  [
    'another project',
    { project_path: 'wog/mlops/other' },
    '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
  ],
  [
    'a subject that is spelled differently',
    { sub: 'project_path:wog/mlops/resale-price:ref_type:tag:ref:dev' },
    '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
  ],
  ['an audience not asked for', { aud: 'sts.amazonaws.com' }, '400 InvalidIdentityToken: Incorrect token audience'],
  ['no audience', { aud: undefined }, '400 InvalidIdentityToken: Missing a required claim: aud'],
  [
    'another issuer',
    { iss: 'https://gitlab.com' },
    '400 InvalidIdentityToken: No OpenIDConnect provider found in your account for https://gitlab.com',
  ],
  ['several audiences, one of them ours', { aud: ['vault', audience] }, 'assumed'],
])('a token for %s', (_, claims, expected) => {
  const { issuer, refusal } = setUp();
  expect(refusal(issuer.mint(claims))).toBe(expected);
});

test('a token is worthless from its expiry on', () => {
  const { clock, issuer, refusal } = setUp();
  const token = issuer.mint();
  clock.advance(3_599_000);
  expect(refusal(token)).toBe('assumed');
  clock.advance(1000);
  expect(refusal(token)).toBe(
    '400 ExpiredTokenException: Token expired: current date/time 1795338000 must be before the expiration date/time 1795338000',
  );
});

test('a token is worthless before its time', () => {
  const { issuer, refusal } = setUp();
  expect(refusal(issuer.mint({ nbf: 1_795_334_401 }))).toBe('400 InvalidIdentityToken: Token is not yet valid');
});

test('a role that does not exist is refused like one that does not trust the job', () => {
  const { issuer, refusal } = setUp();
  expect(refusal(issuer.mint(), { RoleArn: `${role}-missing` })).toContain('403 AccessDenied: Not authorized');
});

test('only the key of the issuer makes a token', () => {
  const { clock, issuer, refusal } = setUp();
  const [head, , signature] = issuer.mint().split('.');
  const forged = Buffer.from(JSON.stringify({ iss: audience, aud: audience, exp: 9e9 })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  const anotherKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(refusal(createIssuer(clock, () => anotherKey).mint())).toContain("Couldn't retrieve verification key");
  expect(refusal(`${head}.${forged}.${signature}`)).toContain("Couldn't retrieve verification key");
  expect(refusal(`${none}.${forged}.`)).toContain('not a valid JWT');
  expect(refusal('glpat-x')).toContain('not a valid JWT');
});
