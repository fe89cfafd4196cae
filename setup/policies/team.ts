/** A branch or tag of GitLab whose jobs serve an environment. In its name, `*` stands for any text. */
export interface Ref {
  readonly type: 'branch' | 'tag';
  readonly name: string;
}

/** The names that a team's policies are made of. */
export interface Team {
  readonly region: string;
  readonly account: string;
  readonly gitlab: string;
  readonly project: string;
  /** The ID of the project in GitLab, where it is known. */
  readonly projectId?: string;
  /** The environments in order. */
  readonly environments: readonly [string, ...string[]];
  /** Environment -> the ref whose jobs serve it; a branch of the same name, where nothing else is said. */
  readonly refs?: Readonly<Record<string, Ref>>;
  readonly group: string;
  /** The account of the model registry, where it is another one. */
  readonly registryAccount?: string;
  readonly pipeline: string;
  /** Begins the name of every endpoint; the environment ends it. */
  readonly endpoint: string;
  readonly pipelineRole: string;
  readonly executionRole: string;
  /** What the addresses of the training's reports (ModelMetrics) begin with in S3, where check-model may read them. */
  readonly reports?: string;
  /** What the addresses of labelled data begin with in S3, where evaluate-model may read it. */
  readonly labelledData?: string;
  /** Where evaluate-model keeps predictions in S3: a bucket, and what the keys begin with. Then follows the environment. */
  readonly predictions?: string;
  /** The ECR repository of the images. */
  readonly images?: string;
  /** What the addresses of the model data begin with in S3. */
  readonly modelData?: string;
  /** Whether endpoint files say how endpoints are scaled. */
  readonly autoscaling?: boolean;
  /** Whether endpoint files put containers into a VPC. */
  readonly vpc?: boolean;
  /** The ARN of the key of KMS that encrypts the volumes of the instances, where endpoint files name one. */
  readonly volumeKey?: string;
  /**
   * Where asynchronous endpoints have their objects in S3: a bucket, and what the keys begin with. Then follow the name of the
   * endpoint, and the folders `input`, `output` and `failure`.
   */
  readonly asynchronous?: string;
}

/** How many characters of an endpoint's name every model and endpoint config of it begins with. */
export const SURE_LENGTH = 40;

export function refOf({ refs = {} }: Team, environment: string): Ref {
  return refs[environment] ?? { type: 'branch', name: environment };
}

/**
 * The branches that are merged into that of an environment: any into the first, the one of the environment before into each
 * later one. `undefined` where nobody can say which: tags serve one of the two, or one branch serves both.
 */
export function mergedInto(team: Team, environment: string): Ref | undefined {
  const [into, before] = [refOf(team, environment), team.environments[team.environments.indexOf(environment) - 1]];
  if (into.type === 'tag') return undefined;
  if (before === undefined) return { type: 'branch', name: '*' };
  const from = refOf(team, before);
  return from.type === 'tag' || from.name === into.name ? undefined : from;
}

export function endpointOf({ endpoint }: Pick<Team, 'endpoint'>, environment: string): string {
  return `${endpoint}-${fileName(environment)}`;
}

/** An environment, GitLab's or ours, as a part of a name that has no slash: `uat-approval`. */
export function fileName(environment: string): string {
  return environment.replaceAll(/[^A-Za-z0-9]+/g, '-');
}
