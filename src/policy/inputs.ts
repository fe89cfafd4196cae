import * as z from 'zod/mini';
import type { OtherCommit } from '../gitlab/commit-file.ts';
import { decidingPath, line, optional } from '../gitlab/inputs.ts';
import { LONGEST_DESCRIPTION, type NamedFile, readProjectFile } from '../gitlab/project-file.ts';
import type { Viewpoint } from '../program/context.ts';

const PLATFORM_POLICY = /^(\d{1,15})@([0-9a-f]{40}):([\w./-]{1,255})$/;

/** A policy of another project, at one commit: nobody of this project can change it. */
export interface PlatformPolicy extends OtherCommit {
  readonly file: string;
}

const platformPolicy = z.pipe(
  line.check(
    z.regex(
      PLATFORM_POLICY,
      'must be the ID of a project, a commit of 40 digits and a path, like 77@8b1a9953c4611296a827abf8c47804d7e6c49c6b:policy.yml',
    ),
  ),
  z.transform((text): PlatformPolicy => {
    const [, projectId = '', commit = '', file = ''] = PLATFORM_POLICY.exec(text) ?? [];
    return { projectId, commit, file };
  }),
);

/** The inputs that say which policies an approval must satisfy. */
export const policyInputs = { policy_file: optional(decidingPath), platform_policy: optional(platformPolicy) };

/** When a job reads what only a policy asks for: the end of a sentence. */
export const A_POLICY = 'policy_file or platform_policy is given';

/** Words of the script: no CI/CD variable chooses another policy, or none. */
export const POLICY_SAFETY_INPUTS = ['policy_file', 'platform_policy'] as const;

export interface PolicyInputs {
  readonly policy_file: string | undefined;
  readonly platform_policy: PlatformPolicy | undefined;
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
  return { input: 'policy_file', file, maxBytes: LONGEST_DESCRIPTION };
}
