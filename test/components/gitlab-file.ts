import { onTestFinished } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { type GitLab, startGitLab } from '../../emulator/gitlab.ts';
import { COMMIT, type JobOptions } from './job.ts';

/** A GitLab whose jobs the account trusts; the commit of every pipeline has these files. */
export async function gitlabWith(
  emulator: Emulator,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<GitLab> {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  gitlab.commit(COMMIT, files);
  emulator.trust(gitlab.url);
  return gitlab;
}

/** What a job of that GitLab has that does not fetch the project: a token that it issued, and its own job token. */
export function jobOf({ url, jobToken }: GitLab): Required<Pick<JobOptions, 'claims' | 'env'>> {
  return { claims: { iss: url }, env: { CI_JOB_TOKEN: jobToken, GIT_STRATEGY: 'empty' } };
}

/** The inputs of an include that describes its endpoint in a file. */
export const BY_FILE = {
  endpoint_file: 'endpoint.yml',
  instance_type: '',
  instance_count: '',
  variant_name: '',
  model_environment: '',
  tags: '',
};

/** The GitLab whose jobs an account trusts. */
const hosts = new WeakMap<Emulator, GitLab>();

/** A GitLab whose commit has these files. */
export async function hostOf(
  emulator: Emulator,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<GitLab> {
  const gitlab = await gitlabWith(emulator, files);
  hosts.set(emulator, gitlab);
  return gitlab;
}

/** A job that describes its endpoint in a file, and does not fetch the project. */
export function describedByFile(emulator: Emulator): Partial<JobOptions> {
  const gitlab = hosts.get(emulator);
  if (gitlab === undefined) throw new Error('No GitLab was started.');
  const its = jobOf(gitlab);
  return { ...its, env: { ...its.env, GIT_STRATEGY: 'empty' }, inputs: BY_FILE };
}
