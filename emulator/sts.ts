import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import { matches } from './iam.ts';
import { AwsError, type EmulatorClock, type Operation, type Operations, type Role, type World } from './world.ts';

const ISSUER = 'https://sgts.gitlab-dedicated.com';
const ID_TOKEN_SECONDS = 3600;
const UNKNOWN_KEY =
  "Couldn't retrieve verification key from your identity provider, " +
  'please reference AssumeRoleWithWebIdentity documentation for requirements';

export type Claims = Readonly<Record<string, unknown>>;

/** For `fault()`: STS could not ask GitLab for its key just now (an own code, and one that also means a forged token). */
export const identityProviderTrouble = {
  unreachable: {
    code: 'IDPCommunicationError',
    message: `Unable to reach the identity provider ${ISSUER}`,
    status: 400,
  },
  noKey: { code: 'InvalidIdentityToken', message: UNKNOWN_KEY, status: 400 },
};

/** What GitLab's side of the exchange does: it signs a job's token with a key that STS can look up. */
export interface Issuer {
  /** A job's id_token. What is not given is what GitLab fills in for a push to `dev` of the example project. */
  mint(claims?: Claims): string;
  /** Makes another OIDC provider known: of a GitLab on this machine, say. */
  trust(issuer: string): void;
  /** The claims of a token that this issuer signed; their dates and audience are for the reader to judge. */
  verify(token: string): Claims;
}

type KeyPair = Readonly<Record<'publicKey' | 'privateKey', KeyObject>>;

/**
 * GitLab has one key, and making one takes time: all issuers of a process share it unless told otherwise. It is shorter than
 * GitLab's, because thousands of tokens are signed with it and it protects nothing.
 */
const gitlabKey = (() => {
  let pair: KeyPair | undefined;
  return () => {
    pair ??= generateKeyPairSync('rsa', { modulusLength: 1024 });
    return pair;
  };
})();

export function createIssuer(clock: EmulatorClock, keys: () => KeyPair = gitlabKey): Issuer {
  const known = new Set([ISSUER]);
  return {
    trust: (issuer) => void known.add(issuer),
    mint(claims = {}) {
      const head = { typ: 'JWT', alg: 'RS256', kid: 'emulator' };
      const signed = `${encode(head)}.${encode({ ...gitlabClaims(claims, clock), ...claims })}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), keys().privateKey).toString('base64url')}`;
    },
    verify(token) {
      const { claims, signed, signature } = decode(token);
      if (!known.has(String(claims.iss))) {
        throw invalidToken(`No OpenIDConnect provider found in your account for ${String(claims.iss)}`);
      }
      if (!verify('sha256', Buffer.from(signed), keys().publicKey, signature)) throw invalidToken(UNKNOWN_KEY);
      return claims;
    },
  };
}

/** GitLab writes identifiers and truths as text, and no claim about an environment for a job without one. */
function gitlabClaims(given: Claims, clock: EmulatorClock): Claims {
  const now = seconds(clock.now());
  const project = String(given.project_path ?? 'wog/mlops/resale-price');
  const namespace = project.slice(0, project.lastIndexOf('/'));
  const type = String(given.ref_type ?? 'branch');
  const ref = String(given.ref ?? 'dev');
  const path = `refs/${type === 'tag' ? 'tags' : 'heads'}/${ref}`;
  const sha = String(given.sha ?? '5f2b3c1d8e9a47b06c5d4e3f2a1b0c9d8e7f6a5b');
  const login = String(given.user_login ?? 'tan.mei.ling');
  const deployment = { environment_protected: 'false', deployment_tier: 'development', environment_action: 'start' };
  return {
    iss: ISSUER,
    aud: ISSUER,
    sub: `project_path:${project}:ref_type:${type}:ref:${ref}`,
    exp: now + ID_TOKEN_SECONDS,
    nbf: now - 5,
    iat: now,
    jti: randomUUID(),
    namespace_id: '72',
    namespace_path: namespace,
    project_id: '42',
    project_path: project,
    project_visibility: 'private',
    user_id: '7',
    user_login: login,
    user_email: `${login}@example.gov.sg`,
    user_access_level: 'maintainer',
    pipeline_id: '1001',
    pipeline_source: 'push',
    job_id: '5001',
    ref,
    ref_type: type,
    ref_path: path,
    ref_protected: 'true',
    sha,
    ...('environment' in given ? deployment : {}),
    runner_id: 9,
    runner_environment: 'self-hosted',
    ci_config_ref_uri: `${new URL(ISSUER).host}/${project}//.gitlab-ci.yml@${path}`,
    ci_config_sha: sha,
  };
}

export function stsOperations(world: World, issuer: Issuer): Operations {
  return {
    AssumeRoleWithWebIdentity: (input) => assumeRole(world, issuer, input),
    GetCallerIdentity: (_input, principal) => ({
      UserId: principal.userId,
      Account: world.account,
      Arn: principal.arn,
    }),
  };
}

function assumeRole(world: World, issuer: Issuer, input: Parameters<Operation>[0]): unknown {
  const session = String(input.RoleSessionName ?? '');
  const duration = Number(input.DurationSeconds ?? 3600);
  const claims = issuer.verify(String(input.WebIdentityToken ?? ''));
  const role = trusting(world, String(input.RoleArn ?? ''), claims);

  const name = role.arn.slice(role.arn.lastIndexOf('/') + 1);
  const arn = `arn:aws:sts::${world.account}:assumed-role/${name}/${session}`;
  const userId = `${uniqueId('AROA', createHash('sha256').update(role.arn).digest())}:${session}`;
  const expires = new Date(world.clock.now().getTime() + duration * 1000);
  const accessKeyId = uniqueId('ASIA', randomBytes(32));
  const secretAccessKey = randomBytes(30).toString('base64');
  const sessionToken = randomBytes(270).toString('base64');
  world.sessions.set(accessKeyId, { arn, userId, policies: role.policies, expires, token: sessionToken });
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) world.secrets.add(secret);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expires.toISOString(),
    },
    SubjectFromWebIdentityToken: String(claims.sub),
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    Provider: `arn:aws:iam::${world.account}:oidc-provider/${new URL(ISSUER).host}`,
    Audience: role.audience,
  };
}

/** STS looks at the token before the trust policy, and never says which condition of the policy did not hold. */
function trusting({ roles, clock }: World, arn: string, claims: Claims): Role {
  const role = roles.get(arn);
  const now = seconds(clock.now());
  if (now >= Number(claims.exp)) {
    const message = `Token expired: current date/time ${now} must be before the expiration date/time ${claims.exp}`;
    throw new AwsError('ExpiredTokenException', message, 400);
  }
  if (now < Number(claims.nbf ?? 0)) throw invalidToken('Token is not yet valid');
  if (claims.aud === undefined) throw invalidToken('Missing a required claim: aud');
  if (role && ![claims.aud].flat().includes(role.audience)) throw invalidToken('Incorrect token audience');
  if (!role || !matches(role.subject, String(claims.sub))) {
    throw new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
  }
  return role;
}

function invalidToken(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, 400);
}

function decode(token: string): { claims: Claims; signed: string; signature: Buffer } {
  const [head = '', body = '', signature = ''] = token.split('.');
  const algorithm = parse(head)?.alg;
  const claims = parse(body);
  if (algorithm !== 'RS256' || !claims) {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
  return { claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

function parse(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function encode(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** IAM's unique ids: a prefix for the kind, then sixteen capitals and digits. */
function uniqueId(prefix: string, bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + [...bytes.subarray(0, 16)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}
