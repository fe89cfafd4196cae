import * as z from 'zod/mini';
import type { SetupPlan } from '../setup-plan.ts';
import type { GitLabClient } from './client.ts';
import type { PipelineFile } from './includes.ts';
import { Refusal, type Why } from './refusal.ts';

const member = z.nullish(z.object({ access_level: z.number() }));

const project = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  default_branch: z.nullish(z.string()),
  empty_repo: z.optional(z.boolean()),
  ci_config_path: z.nullish(z.string()),
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

const level = z.object({
  id: z.number(),
  access_level: z.nullish(z.number()),
  access_level_description: z.nullish(z.string()),
  user_id: z.nullish(z.number()),
  group_id: z.nullish(z.number()),
  deploy_key_id: z.nullish(z.number()),
});

const protectedBranch = z.object({
  name: z.string(),
  push_access_levels: z.array(level),
  merge_access_levels: z.array(level),
  allow_force_push: z.optional(z.boolean()),
  inherited: z.optional(z.boolean()),
});

const protectedTag = z.object({ name: z.string(), create_access_levels: z.array(level) });

const environment = z.object({ id: z.number(), name: z.string(), tier: z.nullish(z.string()) });

const protectedEnvironment = z.object({
  name: z.string(),
  deploy_access_levels: z.array(level),
  approval_rules: z.optional(
    z.array(z.object({ id: z.number(), group_id: z.nullish(z.number()), required_approvals: z.number() })),
  ),
});

const resourceGroup = z.object({ key: z.string(), process_mode: z.string() });
const group = z.object({ id: z.number(), full_path: z.string() });
const person = z.object({ state: z.string() });
const file = z.object({ content: z.string() });

type FoundProject = z.output<typeof project>;
export type FoundVariable = z.output<typeof variable>;
export type FoundLevel = z.output<typeof level>;
export type FoundProtectedBranch = z.output<typeof protectedBranch>;
export type FoundProtectedEnvironment = z.output<typeof protectedEnvironment>;

/** A group of approvers. */
export interface FoundGroup extends z.output<typeof group> {
  /** How many people it has; `undefined` where this token does not see them. */
  readonly people: number | undefined;
}

/** The settings of a project, as GitLab answers. */
export interface Found {
  readonly project: FoundProject;
  /** Those of the wanted branches that are there. */
  readonly branches: ReadonlySet<string>;
  readonly protectedBranches: readonly FoundProtectedBranch[];
  readonly protectedTags: readonly z.output<typeof protectedTag>[];
  readonly environments: readonly z.output<typeof environment>[];
  /** `undefined` where this GitLab does not have them. */
  readonly protectedEnvironments: readonly FoundProtectedEnvironment[] | undefined;
  readonly variables: readonly FoundVariable[];
  readonly resourceGroups: readonly z.output<typeof resourceGroup>[];
  /** Path -> the group, of those that are named and there. */
  readonly groups: ReadonlyMap<string, FoundGroup>;
}

/** The path of a project in the API. */
export function pathOf(name: string): string {
  return `/projects/${encodeURIComponent(name)}`;
}

/** Reads a project. Throws a Refusal. */
async function readProject(client: GitLabClient, name: string): Promise<FoundProject> {
  return read(project, await client.get(pathOf(name)), 'the project');
}

/** Reads all settings of a project that are compared. Throws a Refusal. */
export async function readSettings(client: GitLabClient, { project: name, environments }: SetupPlan): Promise<Found> {
  const path = pathOf(name);
  // Whether the project is there, and whose token it is, is told before anything in it.
  const own = await readProject(client, name);
  const all = <Schema extends z.ZodMiniType>(below: string, schema: Schema) =>
    listOf(client, `${path}${below}`, schema);
  const branches = environments.flatMap(({ ref }) =>
    ref.type === 'branch' && !ref.name.includes('*') ? ref.name : [],
  );
  const approvers = environments.flatMap((each) => each.approvers ?? []);
  const branchAt = (branch: string) => ifThere(client.get(`${path}/repository/branches/${encodeURIComponent(branch)}`));
  return {
    project: own,
    branches: new Set((await present(branches, branchAt)).keys()),
    protectedBranches: await all('/protected_branches', protectedBranch),
    protectedTags: await all('/protected_tags', protectedTag),
    environments: await all('/environments', environment),
    protectedEnvironments: await ifThere(all('/protected_environments', protectedEnvironment)),
    variables: await all('/variables', variable),
    resourceGroups: await all('/resource_groups', resourceGroup),
    groups: await present(approvers, (each) => groupAt(client, each)),
  };
}

/** A file on a branch; `undefined` where it is not there. Throws a Refusal. */
export async function readFileOf(
  client: GitLabClient,
  name: string,
  at: Pick<PipelineFile, 'path' | 'branch'>,
): Promise<PipelineFile | undefined> {
  const path = `${pathOf(name)}/repository/files/${encodeURIComponent(at.path)}?ref=${encodeURIComponent(at.branch)}`;
  const answer = await ifThere(client.get(path));
  if (answer === undefined) return undefined;
  return { ...at, text: Buffer.from(read(file, answer, at.path).content, 'base64').toString('utf8') };
}

async function groupAt(client: GitLabClient, path: string): Promise<FoundGroup | undefined> {
  const at = `/groups/${encodeURIComponent(path)}`;
  const answer = await ifThere(client.get(at));
  if (answer === undefined) return undefined;
  const people = await ifSeen(listOf(client, `${at}/members/all`, person));
  return { ...read(group, answer, path), people: people?.filter(({ state }) => state === 'active').length };
}

/** Name -> what is there, of those that are. */
async function present<Value>(
  names: readonly string[],
  find: (name: string) => Promise<Value | undefined>,
): Promise<Map<string, Value>> {
  const found = await Promise.all([...new Set(names)].map(async (name) => [name, await find(name)] as const));
  return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Only "not found" is not there. */
function ifThere<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  return unless(asked, ['not found']);
}

/** What others may not see is not told apart from what is not there. */
function ifSeen<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  return unless(asked, ['not found', 'forbidden']);
}

async function unless<Value>(asked: Promise<Value>, reasons: readonly Why[]): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal && reasons.includes(error.why)) return undefined;
    throw error;
  }
}

async function listOf<Schema extends z.ZodMiniType>(
  client: GitLabClient,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  return (await client.list(path)).map((each) => read(schema, each, path));
}

/** An answer that has what GitLab's pages say it has. */
function read<Schema extends z.ZodMiniType>(schema: Schema, answer: unknown, about: string): z.output<Schema> {
  const parsed = z.safeParse(schema, answer);
  if (!parsed.success) throw new Refusal('not GitLab', `GitLab's answer about ${about} is not as its pages say`);
  return parsed.data;
}
