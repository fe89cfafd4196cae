import * as z from 'zod/mini';
import type { GitLabClient } from '../gitlab/client.ts';
import { pathOf } from '../gitlab/found.ts';

/** What a project has in GitLab already. */
export interface InGitLab {
  readonly projectId: number | undefined;
  readonly defaultBranch: string | undefined;
  /** Without those of one branch or model (`review/x`), from development to production. */
  readonly environments: readonly string[];
}

const project = z.object({ id: z.number(), default_branch: z.nullish(z.string()) });
const environment = z.object({ name: z.string(), tier: z.nullish(z.string()) });

/** Reads what a project has. Throws a Refusal. */
export async function readInGitLab(client: GitLabClient, name: string): Promise<InGitLab> {
  const own = z.safeParse(project, await client.get(pathOf(name)));
  const all = z.safeParse(z.array(environment), await client.list(`${pathOf(name)}/environments`));
  const found = (all.data ?? []).filter((each) => !each.name.includes('/'));
  return {
    projectId: own.data?.id,
    defaultBranch: own.data?.default_branch ?? undefined,
    environments: found.sort((a, b) => rankOf(a.tier) - rankOf(b.tier)).map((each) => each.name),
  };
}

/** From the first of a promotion to the last: GitLab calls what it cannot guess "other", and mostly that is not the first. */
const ORDER: readonly string[] = ['development', 'testing', 'staging', 'other', 'production'];

function rankOf(tier: string | null | undefined): number {
  return ORDER.indexOf(tier ?? '');
}
