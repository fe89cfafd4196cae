import { createHash } from 'node:crypto';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import { type PlatformPolicy, type PolicyInputs, policyNamed } from './inputs.ts';
import type { Rule } from './rule.ts';

/** The policy of one file: where it stands, and what it asks of this environment. */
export interface PolicySource {
  /** `policy.yml`. */
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Which of them an approval in an emergency may pass: the names of sections. */
  readonly passable: readonly string[];
}

/** What an approval for an environment must satisfy. */
export interface Policy {
  /** The first digits of the hash of its files: in the approval, and the same at the deployment. */
  readonly hash: string;
  readonly sources: readonly PolicySource[];
}

/** Hexadecimal digits of the hash that an approval has room for. */
const DIGITS = 12;

type PolicyReader = Pick<Context, 'job' | 'fileOfCommit' | 'fileOfProject'>;

/**
 * The policy of the job's environment, as its commit has it, and that of the platform team, at the commit that the include names: the
 * rules of both count. `undefined` where the include names neither. Throws a Failure when nobody can be sure of one: a policy is never
 * read from the folder, over which artifacts of earlier jobs are unpacked.
 */
export async function policyOf(
  { policy_file: own, platform_policy: platform }: PolicyInputs,
  path: readonly string[],
  context: PolicyReader,
): Promise<Policy | undefined> {
  if (own === undefined && platform === undefined) return undefined;
  if (!context.job.verified) throw unverified();
  // In this order they are hashed, and told.
  const texts = [
    ...(platform === undefined ? [] : [await platformText(platform, context)]),
    ...(own === undefined ? [] : [await ownText(own, path, context)]),
  ];
  return policyIn(texts, context.job.environment);
}

/** A policy as it was read. */
export interface PolicyText {
  readonly name: string;
  readonly content: Buffer;
  /** The environments in order, for no others of which the file has sections; `undefined` of a platform team's, for many projects. */
  readonly path: readonly string[] | undefined;
}

async function ownText(file: string, path: readonly string[], { fileOfCommit }: PolicyReader): Promise<PolicyText> {
  return { name: file, content: await fileOfCommit(policyNamed(file)), path };
}

/** The platform team's, as the commit has it that the include names. */
export async function platformText(
  { file, ...other }: PlatformPolicy,
  { fileOfProject }: Pick<Context, 'fileOfProject'>,
): Promise<PolicyText> {
  const content = await fileOfProject({ input: 'platform_policy', file }, other);
  const name = `${file} of project ${other.projectId} at ${other.commit.slice(0, 12)}`;
  return { name, content, path: undefined };
}

/** What policies ask of an environment, together. */
export async function policyIn(texts: readonly PolicyText[], environment: string): Promise<Policy> {
  const [{ readPlatformPolicy, readPolicyFile }, { rulesOf }] = await Promise.all([
    import('./policy-file.ts'),
    import('./sections.ts'),
  ]);
  const sources: PolicySource[] = [];
  for (const { name, content, path } of texts) {
    const text = content.toString('utf8');
    const read = await (path === undefined ? readPlatformPolicy(name, text) : readPolicyFile(name, text, path));
    const asked = read.describe(environment);
    sources.push({ name, rules: rulesOf(asked), passable: asked.emergency ?? [] });
  }
  return { hash: hashOf(texts.map(({ content }) => content)).slice(0, DIGITS), sources };
}

/** The SHA-256 of a file; of two, that of the lines of their hashes, so that nothing of one passes for a part of the other. */
function hashOf(contents: readonly Buffer[]): string {
  const [only = '', ...more] = contents.map(sha256);
  return more.length === 0 ? only : sha256([only, ...more].map((each) => `${each}\n`).join(''));
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

function unverified(): Failure {
  return new Failure(
    'SMC-3303',
    'This job has no token that says of which commit it is, so nobody knows which policy counts.',
    'set role_arn to the role that this job assumes: its token says it. Or leave policy_file and platform_policy empty.',
  );
}
