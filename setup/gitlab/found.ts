import * as z from 'zod/mini';
import type { GitLabClient } from './client.ts';
import { Refusal } from './refusal.ts';

const member = z.nullish(z.object({ access_level: z.number() }));

const project = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  default_branch: z.nullish(z.string()),
  ci_pipeline_variables_minimum_override_role: z.optional(z.string()),
  resource_group_default_process_mode: z.optional(z.string()),
  shared_with_groups: z.optional(
    z.array(z.object({ group_id: z.number(), group_full_path: z.string(), group_access_level: z.number() })),
  ),
  permissions: z.optional(z.object({ project_access: member, group_access: member })),
});

const variable = z.object({
  key: z.string(),
  value: z.nullish(z.string()),
  variable_type: z.optional(z.string()),
  protected: z.boolean(),
  masked: z.optional(z.boolean()),
  environment_scope: z.string(),
});

export type FoundProject = z.output<typeof project>;
export type FoundVariable = z.output<typeof variable>;

/** The settings of a project, as GitLab answers. */
export interface Found {
  readonly project: FoundProject;
  readonly variables: readonly FoundVariable[];
}

/** The path of a project in the API. */
export function pathOf(name: string): string {
  return `/projects/${encodeURIComponent(name)}`;
}

/** Reads a project. Throws a Refusal. */
export async function readProject(client: GitLabClient, name: string): Promise<FoundProject> {
  return read(project, await client.get(pathOf(name)), 'the project');
}

/** Reads all settings of a project that are compared. Throws a Refusal. */
export async function readSettings(client: GitLabClient, name: string): Promise<Found> {
  const path = pathOf(name);
  const [own, variables] = await Promise.all([readProject(client, name), client.list(`${path}/variables`)]);
  return { project: own, variables: variables.map((each) => read(variable, each, 'a variable')) };
}

/** An answer that has what GitLab's pages say it has. */
function read<Schema extends z.ZodMiniType>(schema: Schema, answer: unknown, about: string): z.output<Schema> {
  const { data, error } = z.safeParse(schema, answer);
  if (error) throw new Refusal('not GitLab', `GitLab's answer about ${about} is not as its pages say`);
  return data as z.output<Schema>;
}
