import type { Job } from '../../gitlab/job.ts';
import { Failure } from '../../ground/failure.ts';
import { asksForProtection } from '../../registry/approval.ts';

/**
 * Where GitLab must restrict who may approve, it must protect the approval's environment, or anybody could start the
 * job, and the branch, or anybody could change it. Throws a Failure of kind "refused" unless it does; with
 * require_protected: false returns the safety input that is open. A tag stands for the branch where a tag started it.
 */
export function openProtection(shown: { promotion_path: readonly string[] }, wanted: boolean, job: Job): string[] {
  if (!asksForProtection(shown, job.environment)) return [];
  if (job.environmentProtected === true && job.refProtected === true) return [];
  if (!wanted) return ['protected'];
  if (job.environmentProtected === undefined || job.refProtected === undefined) throw unknown(job);
  if (!job.environmentProtected) throw unprotectedEnvironment(job);
  throw job.refType === 'tag' ? unprotectedTag(job) : unprotectedBranch(job);
}

function unknown(job: Job): Failure {
  return new Failure(
    'SMC-3106',
    `This job has no token that says whether the GitLab environment "${job.gitlabEnvironment}" and the ${job.refType} are protected.`,
    'set role_arn to the role that this job assumes: its token says whether they are protected.',
  );
}

function unprotectedEnvironment(job: Job): Failure {
  const environment = job.gitlabEnvironment;
  const request = JSON.stringify({ name: environment, deploy_access_levels: [{ access_level: 40 }] });
  return new Failure(
    'SMC-3104',
    `The GitLab environment "${environment}" is not protected: anybody who can run this pipeline could approve.`,
    `protect it, then run this job again (40 is Maintainer; to name the approvers, use {"group_id": ...} or {"user_id": ...} instead): curl --fail-with-body --request POST --header "PRIVATE-TOKEN: $TOKEN" --header "Content-Type: application/json" --data '${request}' "${projectApi(job)}/protected_environments"`,
  );
}

function unprotectedBranch(job: Job): Failure {
  return new Failure(
    'SMC-3105',
    `The branch "${job.ref}" is not protected: anybody who can push to it can change what this pipeline does.`,
    `protect it, then start a new pipeline (40 is Maintainer): curl --fail-with-body --request POST --header "PRIVATE-TOKEN: $TOKEN" "${projectApi(job)}/protected_branches?name=${encodeURIComponent(job.ref)}&push_access_level=0&merge_access_level=40"`,
  );
}

function unprotectedTag(job: Job): Failure {
  return new Failure(
    'SMC-3107',
    `The tag "${job.ref}" is not protected: anybody who can push can create such a tag on a commit of their own.`,
    `protect it, or all tags like it by a pattern such as v*, then start a new pipeline (40 is Maintainer): curl --fail-with-body --request POST --header "PRIVATE-TOKEN: $TOKEN" "${projectApi(job)}/protected_tags?name=${encodeURIComponent(job.ref)}&create_access_level=40"`,
  );
}

function projectApi({ projectUrl, project }: Job): string {
  const server = projectUrl.slice(0, -project.length - 1);
  return `${server}/api/v4/projects/${encodeURIComponent(project)}`;
}
