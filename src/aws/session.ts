import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Clock, Deadline } from '../ground/clock.ts';
import type { Env } from '../ground/env.ts';
import { partsOf } from '../ground/error-parts.ts';
import { Failure } from '../ground/failure.ts';
import { parseArn } from './arn.ts';
import { handConfigFiles } from './config-files.ts';
import { AwsHandler, type HandlerOptions } from './handler.ts';
import { answeredByAnother, type HostAddress, isTrusted, isTrustedForObjects } from './hosts.ts';
import type { Objects, ObjectText, OpenedObject } from './objects.ts';
import type { Presence } from './presence.ts';
import { httpsProxy } from './proxy.ts';
import { createRetryStrategy } from './retry.ts';
import type { Simulated, SimulatedRequest } from './simulation.ts';

/** What every AWS client is built with. */
interface ClientConfig extends ReturnType<typeof settings> {
  readonly credentials?: () => Promise<Credentials>;
}

/** What the clients need from outside: the time, until when to try, and the variables that name a proxy. */
export interface Outside {
  readonly clock: Clock;
  /** The end of the job's time, as far as it is known by now: no attempt begins after it. */
  limit(): Deadline | undefined;
  readonly env: Env;
}

function settings(region: string, { clock, limit, env }: Outside) {
  // The SDK makes agents of its own, which honour HTTPS_PROXY and NO_PROXY only when they are told to.
  const httpsAgent = { proxyEnv: httpsProxy(env) };
  // Without them a request that is never answered would outlast the job.
  const patience = {
    connectionTimeout: 10_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
    wholeTimeout: 60_000,
  };
  const requestHandler = { httpAgent: {}, httpsAgent, ...patience };
  return { region, retryStrategy: createRetryStrategy(clock, limit), requestHandler };
}

/** What a client is made of: each has connections of its own. */
function client<Config extends { readonly requestHandler: HandlerOptions }>({ requestHandler, ...config }: Config) {
  return { ...config, requestHandler: new AwsHandler(requestHandler) };
}

/** A client without a log of its requests: the SDK would put one together for each, for a logger that writes nothing. */
function silent<Client extends Pick<SageMakerClient, 'middlewareStack'>>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Access to one AWS account, confirmed by an answer of STS. */
export interface Session {
  readonly config: ClientConfig;
  readonly account: string;
  /** The caller as STS names it. */
  readonly arn: string;
  /** The addresses of S3, STS and ECR, as the SDK would find them. */
  readonly urls: ServiceUrls;
}

interface ServiceUrls {
  readonly objects: string;
  readonly identity: string;
  /** That of a region: an image may be in another one. */
  images(region: string): string;
  /** IAM has one address, and one region that requests are signed for. */
  readonly permissions: { readonly url: string; readonly where: string };
}

/** As variables say, which were checked before anything else, or those of the region. */
function urlsIn(region: string, env: Env): ServiceUrls {
  const { AWS_ENDPOINT_URL_S3: ofObjects, AWS_ENDPOINT_URL_ECR: ofImages, AWS_ENDPOINT_URL: every } = env;
  const { AWS_ENDPOINT_URL_STS: ofIdentity, AWS_ENDPOINT_URL_IAM: ofPermissions } = env;
  const isChina = region.startsWith('cn-');
  const iam = isChina ? 'https://iam.cn-north-1.amazonaws.com.cn' : 'https://iam.amazonaws.com';
  const domain = (where: string) => `${where}.amazonaws.com${where.startsWith('cn-') ? '.cn' : ''}`;
  return {
    objects: ofObjects || every || `https://s3.${domain(region)}`,
    identity: ofIdentity || every || `https://sts.${domain(region)}`,
    permissions: { url: ofPermissions || every || iam, where: isChina ? 'cn-north-1' : 'us-east-1' },
    images: (where) => ofImages || every || `https://api.ecr.${domain(where)}`,
  };
}

interface WebIdentity {
  readonly token: string;
  readonly roleArn: string;
  /** Appears in CloudTrail and as the package's last modifier: 2-64 characters of `[\w+=,.@-]`. */
  readonly sessionName: string;
}

/** Milliseconds before their end at which credentials are renewed. */
const RENEW_BEFORE = 5 * 60_000;

/**
 * A session by GitLab's id_token (AWS: AssumeRoleWithWebIdentity). The same token renews the credentials shortly before
 * they expire, while it is valid; after that they are used until they expire. The passed-in clock decides when, not the
 * SDK's, which knows only the machine's.
 */
export async function assumeRole(region: string, identity: WebIdentity, outside: Outside): Promise<Session> {
  // Not where the SDK finds the credentials itself: it reads those files again.
  handConfigFiles(outside.env);
  const config = settings(region, outside);
  const sts = new STSClient(client(config));
  const assume = () => exchange(sts, identity);

  let current = await assume();
  const credentials = async () => {
    const left = current.expires.getTime() - outside.clock.now().getTime();
    if (left < RENEW_BEFORE) current = await assume().catch((error) => (left > 0 ? current : Promise.reject(error)));
    // An expiration in the past makes the SDK ask here before each request instead of keeping time itself.
    return { ...current.credentials, expiration: new Date(0) };
  };
  const { arn } = current;
  return {
    config: { ...config, credentials },
    arn,
    account: accountOf(arn),
    urls: urlsIn(region, outside.env),
  };
}

async function exchange(sts: STSClient, { token, roleArn, sessionName }: WebIdentity) {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
  });
  const { Credentials: given, AssumedRoleUser: user } = await sts.send(command);
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration || !user?.Arn) {
    throw answeredByAnother(' (AssumeRoleWithWebIdentity without credentials)');
  }
  return {
    arn: user.Arn,
    expires: given.Expiration,
    credentials: {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    },
  };
}

/**
 * A session with the credentials that the SDK finds: static keys in CI/CD variables, the runner's instance profile, or
 * a developer's own.
 */
export async function ambientSession(region: string, outside: Outside): Promise<Session> {
  const config = settings(region, outside);
  const { Arn: arn } = await new STSClient(client(config)).send(new GetCallerIdentityCommand({}));
  if (!arn) throw answeredByAnother(' (GetCallerIdentity without an ARN)');
  return { config, arn, account: accountOf(arn), urls: urlsIn(region, outside.env) };
}

function accountOf(arn: string): string {
  return parseArn(arn)?.account ?? '';
}

/**
 * Turns STS's refusal into a Failure that names what to check. It shows the token's claims, never the token. Returns
 * any other error as it is.
 */
export function explainTokenRefusal(
  error: unknown,
  { roleArn, claims }: { roleArn: string; claims: { iss: string; aud: string; sub: string } },
): unknown {
  const { name, message } = partsOf(error);
  if (!/^(AccessDenied|InvalidIdentityToken|ExpiredToken|IDPCommunicationError|IDPRejectedClaim)/.test(name))
    return error;
  const seen = `  role      ${roleArn}\n  issuer    ${claims.iss}\n  audience  ${claims.aud}\n  subject   ${claims.sub}`;
  return new Failure(
    /^IDPCommunicationError/.test(name) || /verification key/.test(message) ? 'SMC-1210' : 'SMC-1209',
    `AWS did not accept this job's token: ${name}: ${message}\n${seen}`,
    nextAfter(name, message),
    error,
  );
}

function nextAfter(name: string, message: string): string {
  if (/verification key/.test(message) || /^IDPCommunicationError/.test(name)) {
    return "run this job again. If it fails again, allow AWS to reach the GitLab instance's /.well-known/openid-configuration.";
  }
  if (/^ExpiredToken/.test(name)) return 'run this job again: it gets a new token.';
  if (/audience|aud\b/i.test(message))
    return "set the input oidc_audience and the trust policy's :aud to the client ID of the IAM OIDC provider.";
  if (/OpenIDConnect provider/.test(message))
    return 'create the IAM OIDC provider for the issuer above in this account (docs/setup-by-hand.md, "1. Create the OIDC provider").';
  return 'compare the trust policy of the role with the audience and subject above. StringEquals does not expand "*".';
}

/** The clients of one session. Those that few jobs need are loaded when they are asked for. */
export interface Aws {
  readonly region: string;
  readonly account: string;
  readonly sagemaker: SageMakerClient;
  runtime(): Promise<import('@aws-sdk/client-sagemaker-runtime').SageMakerRuntimeClient>;
  /** Many equal requests to one endpoint, each ended after so many milliseconds. */
  invocations(
    input: import('@aws-sdk/client-sagemaker-runtime').InvokeEndpointCommandInput,
    timeout: number,
  ): Promise<import('./invocations.ts').Invocations>;
  logs(): Promise<import('@aws-sdk/client-cloudwatch-logs').CloudWatchLogsClient>;
  cloudwatch(): Promise<import('@aws-sdk/client-cloudwatch').CloudWatchClient>;
  autoscaling(): Promise<import('@aws-sdk/client-application-auto-scaling').ApplicationAutoScalingClient>;
  /** Reads an object of S3, of so many bytes at most. */
  object(address: string, mostBytes: number): Promise<ObjectText>;
  /** Opens an object of S3 of any size. */
  openObject(address: string): Promise<OpenedObject>;
  /** Puts, finds and deletes objects of S3. */
  objects(): Promise<Objects>;
  /** Whether there is an object of S3, or any whose key begins so. */
  hasObject(place: { readonly address: string; readonly isPrefix: boolean }): Promise<Presence>;
  /** Whether ECR has an image. */
  hasImage(image: string): Promise<Presence>;
  /** What IAM's simulator says of a request by a role. */
  simulate(request: SimulatedRequest): Promise<Simulated>;
  /** The time that STS tells, to the second; `undefined` where its answer tells none. */
  timeOfSts(): Promise<Date | undefined>;
}

/** Milliseconds: a large object takes its time, and a job has a deadline of its own. */
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Milliseconds: what is only good to know is not waited for long. */
const BRIEF = 10_000;

/** A service that is asked without a client of its own. */
interface Service {
  readonly url: string;
  trusts(host: HostAddress): boolean;
  /** Its region, where it is another one. */
  readonly where?: string;
}

/** Builds the clients. */
export function connect({ config, account, urls }: Session): Aws {
  const sagemaker = silent(new SageMakerClient(client(config)));
  let cloudwatch: ReturnType<Aws['cloudwatch']> | undefined;
  let autoscaling: ReturnType<Aws['autoscaling']> | undefined;
  const objects = { url: urls.objects, trusts: isTrustedForObjects };
  const accessTo = ({ url, trusts, where }: Service, wholeTimeout = BRIEF) => {
    const { credentials, region, sha256 } = sagemaker.config;
    const patience = { connectionTimeout: 5_000, requestTimeout: 10_000, wholeTimeout };
    const handler = new AwsHandler({ ...config.requestHandler, ...patience, trusts });
    return { url, signing: { credentials, region: where ?? region, sha256 }, handler };
  };
  return {
    region: config.region,
    account,
    sagemaker,
    async runtime() {
      const { SageMakerRuntimeClient } = await import('./sagemaker-runtime.ts');
      const { retryStrategy: _, requestHandler, ...once } = config;
      // A model answers within 60 seconds or never; a repeated request would hide what validation measures.
      const answering = { ...requestHandler, requestTimeout: 0, wholeTimeout: 70_000 };
      return new SageMakerRuntimeClient(client({ ...once, maxAttempts: 1, requestHandler: answering }));
    },
    async invocations(input, timeout) {
      const { prepareInvocations } = await import('./invocations.ts');
      const { retryStrategy: _, requestHandler, ...once } = config;
      const { proxyEnv } = requestHandler.httpsAgent;
      return prepareInvocations({ config: { ...once, maxAttempts: 1 }, proxyEnv, timeout }, input);
    },
    async logs() {
      const { CloudWatchLogsClient } = await import('./cloudwatch-logs.ts');
      return new CloudWatchLogsClient(client(config));
    },
    cloudwatch() {
      cloudwatch ??= import('./cloudwatch.ts').then(({ CloudWatchClient }) => new CloudWatchClient(client(config)));
      return cloudwatch;
    },
    autoscaling() {
      autoscaling ??= import('./application-auto-scaling.ts').then(
        ({ ApplicationAutoScalingClient }) => new ApplicationAutoScalingClient(client(config)),
      );
      return autoscaling;
    },
    async object(address, mostBytes) {
      const { readObject } = await import('./objects.ts');
      return readObject(accessTo(objects), address, mostBytes);
    },
    async openObject(address) {
      const { openObject } = await import('./objects.ts');
      return openObject(accessTo(objects, HOUR), address);
    },
    async hasObject(place) {
      const { lookForObject } = await import('./objects.ts');
      return lookForObject(accessTo(objects), place);
    },
    async hasImage(image) {
      const { lookForImage } = await import('./images.ts');
      return lookForImage(image, (where) => accessTo({ url: urls.images(where), trusts: isTrusted, where }));
    },
    async simulate(request) {
      const { simulate } = await import('./simulation.ts');
      return simulate(accessTo({ ...urls.permissions, trusts: isTrusted }), request);
    },
    async timeOfSts() {
      const { timeOfSts } = await import('./service-time.ts');
      return timeOfSts(accessTo({ url: urls.identity, trusts: isTrusted }));
    },
    async objects() {
      const { objectsBy } = await import('./objects.ts');
      return objectsBy(accessTo(objects, MINUTE));
    },
  };
}
