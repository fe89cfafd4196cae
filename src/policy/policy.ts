import { createHash } from 'node:crypto';
import { Failure } from '../ground/failure.ts';
import type { Context } from '../program/context.ts';
import { type PolicyInputs, policyNamed } from './inputs.ts';
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
  /** The first digits of the SHA-256 of its file: in the approval, and the same at the deployment. */
  readonly hash: string;
  readonly sources: readonly PolicySource[];
}

/** Hexadecimal digits of the hash that an approval has room for. */
const DIGITS = 12;

type PolicyReader = Pick<Context, 'job' | 'fileOfCommit'>;

/**
 * The policy of the job's environment, as its commit has it; `undefined` where the include names none. Throws a Failure when nobody
 * can be sure of it: a policy is never read from the folder, over which artifacts of earlier jobs are unpacked.
 */
export async function policyOf(
  { policy_file: file }: PolicyInputs,
  path: readonly string[],
  { job, fileOfCommit }: PolicyReader,
): Promise<Policy | undefined> {
  if (file === undefined) return undefined;
  if (!job.verified) throw unverified();
  const content = await fileOfCommit(policyNamed(file));
  const [{ readPolicyFile }, { rulesOf }] = await Promise.all([import('./policy-file.ts'), import('./sections.ts')]);
  const asked = (await readPolicyFile(file, content.toString('utf8'), path)).describe(job.environment);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, DIGITS);
  return { hash, sources: [{ name: file, rules: rulesOf(asked), passable: asked.emergency ?? [] }] };
}

function unverified(): Failure {
  return new Failure(
    'SMC-3303',
    'This job has no token that says of which commit it is, so nobody knows which policy counts.',
    'set role_arn to the role that this job assumes: its token says it. Or leave policy_file empty.',
  );
}
