import * as z from 'zod/mini';
import type { GitLabClient } from '../gitlab/client.ts';
import { pathOf } from '../gitlab/found.ts';
import { Refusal } from '../gitlab/refusal.ts';

/** What a project has in GitLab already. */
export interface InGitLab {
  readonly projectId: number | undefined;
  readonly defaultBranch: string | undefined;
  /** Without those of one branch or model (`review/x`), from development to production. */
  readonly environments: readonly string[];
  readonly region: string | undefined;
  /** Scope of a variable, as `*` or `uat` -> the AWS account that it names. */
  readonly accounts: ReadonlyMap<string, string>;
  /** The path of the group that may deploy to a protected environment. */
  readonly approvers: string | undefined;
}

/** Where nothing of a project can be read. */
export const NOTHING: InGitLab = {
  ...{ projectId: undefined, defaultBranch: undefined, region: undefined, approvers: undefined },
  environments: [],
  accounts: new Map(),
};

const group = z.object({ group_id: z.number(), group_full_path: z.string() });
const project = z.object({
  id: z.number(),
  default_branch: z.nullish(z.string()),
  shared_with_groups: z.optional(z.array(group)),
});
const environment = z.object({ name: z.string(), tier: z.nullish(z.string()) });
const variable = z.object({ key: z.string(), value: z.nullish(z.string()), environment_scope: z.string() });
const protectedEnvironment = z.object({
  deploy_access_levels: z.array(z.object({ group_id: z.nullish(z.number()) })),
});

/** Reads what a project has. Throws a Refusal. */
export async function readInGitLab(client: GitLabClient, name: string): Promise<InGitLab> {
  const path = pathOf(name);
  const own = z.safeParse(project, await client.get(path)).data;
  const environments = partsIn(environment, await client.list(`${path}/environments`));
  const variables = partsIn(variable, await ifShown(client.list(`${path}/variables`)));
  const restricted = partsIn(protectedEnvironment, await ifShown(client.list(`${path}/protected_environments`)));
  const found = environments.filter((each) => !each.name.includes('/'));
  const deployers = restricted.flatMap((each) => each.deploy_access_levels.map(({ group_id: id }) => id));
  return {
    projectId: own?.id,
    defaultBranch: own?.default_branch ?? undefined,
    environments: found.sort((a, b) => rankOf(a.tier) - rankOf(b.tier)).map((each) => each.name),
    region: variables.find(({ key }) => key === 'AWS_REGION')?.value ?? undefined,
    accounts: accountsIn(variables),
    approvers: own?.shared_with_groups?.find(({ group_id: id }) => deployers.includes(id))?.group_full_path,
  };
}

/** The account of each scope, by the ID of the account or by the role. */
function accountsIn(variables: readonly z.output<typeof variable>[]): ReadonlyMap<string, string> {
  const named = (key: string, pattern: RegExp) =>
    variables.flatMap((each) => {
      const account = each.key === key ? pattern.exec(each.value ?? '')?.[1] : undefined;
      return account === undefined ? [] : [[each.environment_scope, account] as const];
    });
  return new Map([...named('AWS_ROLE_ARN', /^arn:aws:iam::(\d{12}):/), ...named('AWS_ACCOUNT_ID', /^(\d{12})$/)]);
}

/** Those of a list that are as GitLab's pages say. */
function partsIn<Schema extends z.ZodMiniType>(schema: Schema, list: readonly unknown[]): z.output<Schema>[] {
  return list.flatMap((each) => {
    const { success, data } = z.safeParse(schema, each);
    return success ? [data] : [];
  });
}

/** What this token may not see, or this GitLab does not have, is not proposed. */
async function ifShown(asked: Promise<readonly unknown[]>): Promise<readonly unknown[]> {
  return asked.catch((error: unknown) => {
    if (error instanceof Refusal && ['forbidden', 'not found'].includes(error.why)) return [];
    throw error;
  });
}

/** From the first of a promotion to the last: GitLab calls what it cannot guess "other", and mostly that is not the first. */
const ORDER: readonly string[] = ['development', 'testing', 'staging', 'other', 'production'];

function rankOf(tier: string | null | undefined): number {
  return ORDER.indexOf(tier ?? '');
}
