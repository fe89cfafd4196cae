import type { Channel } from '../notify/channel.ts';
import type { Context } from '../program/context.ts';
import { type PolicyInputs, policyInputs, policyNamed } from './inputs.ts';

/** The input of a job that no policy holds up, and that tells people what it does. */
export const channelInputs = { policy_file: policyInputs.policy_file };

/** A word of the script, as where a policy is held. */
export const CHANNEL_SAFETY_INPUTS = ['policy_file'] as const;

/**
 * Where the policy of the job's commit tells what happens in its environment. A job of which no token says whose it is tells nobody:
 * nobody knows which policy counts.
 */
export async function channelsOf(
  { policy_file: file }: Pick<PolicyInputs, 'policy_file'>,
  { job, fileOfCommit }: Pick<Context, 'job' | 'fileOfCommit'>,
): Promise<readonly Channel[]> {
  if (file === undefined || !job.verified) return [];
  const content = await fileOfCommit(policyNamed(file));
  const { readPolicyFile } = await import('./policy-file.ts');
  return (await readPolicyFile(file, content.toString('utf8'))).describe(job.environment).notify ?? [];
}
