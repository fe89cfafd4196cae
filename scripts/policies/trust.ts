import { refOf, type Team } from './team.ts';

/** Lets jobs on the environment's branch or tag, and no others, assume a role. */
export function trustPolicyOf(team: Team, environment: string) {
  const host = new URL(team.gitlab).host;
  const [audience, subject] = [{ [`${host}:aud`]: team.gitlab }, { [`${host}:sub`]: subjectOf(team, environment) }];
  // IAM expands "*" by StringLike only: what is whole is compared whole.
  const isPattern = refOf(team, environment).name.includes('*');
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

/** The subject of the tokens of an environment's jobs, as GitLab writes it. */
export function subjectOf(team: Team, environment: string): string {
  const { type, name } = refOf(team, environment);
  return `project_path:${team.project}:ref_type:${type}:ref:${name}`;
}
