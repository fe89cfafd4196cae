import type { Channel } from '../notify/channel.ts';
import type { Context } from '../program/context.ts';
import { type PolicyInputs, policyNamed } from './inputs.ts';

/**
 * Where the policy of the job's commit tells what happens in its environment. A job of which no token says whose it is tells nobody:
 * nobody knows which policy counts.
 */
export async function channelsOf(
  { policy_file: file }: PolicyInputs,
  { job, fileOfCommit }: Pick<Context, 'job' | 'fileOfCommit'>,
): Promise<readonly Channel[]> {
  if (file === undefined || !job.verified) return [];
  const content = await fileOfCommit(policyNamed(file));
  const { readPolicyFile } = await import('./policy-file.ts');
  return (await readPolicyFile(file, content.toString('utf8'))).describe(job.environment).notify ?? [];
}
