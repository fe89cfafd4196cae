import { decidingPath, optional } from '../gitlab/inputs.ts';
import { type NamedFile, readProjectFile } from '../gitlab/project-file.ts';
import type { Viewpoint } from '../program/context.ts';

/** The inputs that say which policies an approval must satisfy. */
export const policyInputs = { policy_file: optional(decidingPath) };

/** Words of the script: no CI/CD variable chooses another policy, or none. */
export const POLICY_SAFETY_INPUTS = ['policy_file'] as const;

export interface PolicyInputs {
  readonly policy_file: string | undefined;
}

/**
 * Refuses what the policy in the folder of the project says wrongly, for any environment, before AWS is reached. A job that does not
 * fetch the project has none there: it reads the commit's.
 */
export async function checkPolicyFile(
  { policy_file: file }: Partial<PolicyInputs>,
  { root, env }: Viewpoint,
): Promise<void> {
  if (file === undefined || env.GIT_STRATEGY === 'empty') return;
  const content = readProjectFile({ root, ...policyNamed(file) });
  const { readPolicyFile } = await import('./policy-file.ts');
  await readPolicyFile(file, content.toString('utf8'));
}

/** The policy as the file that an input names. */
export function policyNamed(file: string): NamedFile {
  return { input: 'policy_file', file };
}
