import { type Ref, refOf, type Team } from './team.ts';

/** Lets jobs on the environment's branch or tag, and no others, assume a role. */
export function trustPolicyOf(team: Team, environment: string) {
  return trustOf(team, refOf(team, environment));
}

/** Lets jobs on a branch or tag, and no others, assume a role. */
export function trustOf(team: Team, ref: Ref) {
  const host = new URL(team.gitlab).host;
  const [audience, subject] = [{ [`${host}:aud`]: team.gitlab }, { [`${host}:sub`]: subjectOf(team, ref) }];
  // IAM expands "*" by StringLike only: what is whole is compared whole.
  const isPattern = ref.name.includes('*');
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${team.account}:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: isPattern
          ? { StringEquals: audience, StringLike: subject }
          : { StringEquals: { ...audience, ...subject } },
      },
    ],
  };
}

/** The subject of the tokens of jobs on a branch or tag, as GitLab writes it. In the pipeline of a merge request, that is the branch to be merged. */
export function subjectOf({ project }: Team, { type, name }: Ref): string {
  return `project_path:${project}:ref_type:${type}:ref:${name}`;
}
