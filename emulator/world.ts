/** Who makes a request. Without policies it is an administrator (static keys); an assumed role has the policies of its role. */
export interface Principal {
  readonly arn: string;
  readonly userId: string;
  readonly policies?: readonly PolicyDocument[];
  /** When the credentials stop working; never, for static keys. */
  readonly expires?: Date;
  /** What a session's requests carry beside its key. */
  readonly token?: string;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[];
}

type OneOrMany<T> = T | readonly T[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** In a resource policy: whom it is about. */
  readonly Principal?: { readonly AWS: string };
  readonly Action: OneOrMany<string>;
  readonly Resource: OneOrMany<string>;
  /** operator -> condition key -> values, as in IAM. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany<string>>>>>;
}

/** What IAM sees of one request: the action, every resource it touches, and the condition keys that are present. */
export interface AccessRequest {
  readonly action: string;
  readonly resources: readonly string[];
  readonly context: Readonly<Record<string, OneOrMany<string>>>;
}

/** A role that a GitLab job may assume: what its trust policy asks of the token, and what it may do. */
export interface Role {
  readonly arn: string;
  readonly audience: string;
  /** The token's `sub`; `*` is a wildcard, as in StringLike. */
  readonly subject: string;
  readonly policies: readonly PolicyDocument[];
}

/** The emulator's time: a test moves it by hand, `npm run emulator` lets it follow the machine's. */
export interface EmulatorClock {
  now(): Date;
  /** Milliseconds since some moment, with fractions. */
  elapsed(): number;
  /** Moves time forward by so many milliseconds. */
  advance(milliseconds: number): void;
  /** An answer takes so long. Returns the milliseconds for which the server has to wait with it: none where the clock has moved. */
  takes(milliseconds: number): number;
}

/** One line of the log of calls. `answer` is 'ok', an AWS error code, or what a fault did to the connection. */
export interface Call {
  readonly service: 'sagemaker' | 'runtime' | 'sts' | 'iam' | 'logs' | 's3' | 'ecr' | 'autoscaling' | 'cloudwatch';
  readonly operation: string;
  readonly input: unknown;
  readonly principal: string;
  answer: string;
  /** What IAM was asked for before the request took effect. */
  actions: readonly string[];
}

/** An error in AWS's own words. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the answer's body (InvokeEndpoint's OriginalMessage, say). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** What every part of the emulator shares. */
export interface World {
  readonly region: string;
  readonly account: string;
  readonly clock: EmulatorClock;
  /** Role ARN -> role. */
  readonly roles: Map<string, Role>;
  /** Access key id of a session that STS handed out -> who it is. */
  readonly sessions: Map<string, Principal>;
  /** Every token that was minted and every secret that STS handed out: none of them may be seen in a log or file. */
  readonly secrets: Set<string>;
}

/** An operation takes a request that already satisfies the API's constraints and returns the members of its answer. */
export type Operation = (input: Record<string, unknown>, principal: Principal) => unknown;
export type Operations = Readonly<Record<string, Operation>>;
