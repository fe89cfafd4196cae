import { z } from 'zod';
import { GitLabClient } from '../../../setup/gitlab/client.ts';
import { Refusal, type Why } from '../../../setup/gitlab/refusal.ts';
import type { Answers } from './answers.ts';
import { type Finding, notSeen, ok, toDo, type World } from './finding.ts';
import { lookAtVariables, variablesSchema } from './variables.ts';

const level = z.object({ access_level: z.nullish(z.number()) });
const projectSchema = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  visibility: z.string(),
  description: z.nullish(z.string()),
  default_branch: z.nullish(z.string()),
  ci_pipeline_variables_minimum_override_role: z.nullish(z.string()),
});
const protectedSchema = z.array(z.object({ name: z.string(), create_access_levels: z.array(level) }));
const branchesSchema = z.array(z.object({ name: z.string() }));
const runnersSchema = z.array(z.object({ status: z.optional(z.string()), paused: z.optional(z.boolean()) }));
const catalogSchema = z.object({
  data: z.object({ project: z.nullish(z.object({ isCatalogResource: z.boolean() })) }),
});

type Project = z.output<typeof projectSchema>;

/** Whether the project is what a release needs: every setting that the API shows to the token. */
export async function lookAtGitLab(world: World, answers: Answers): Promise<Finding[]> {
  const about = 'project';
  const token = world.env.GITLAB_TOKEN?.trim() ?? '';
  if (token === '')
    return [
      notSeen(
        about,
        'GITLAB_TOKEN is not set: nothing of the project was looked at.',
        'export GITLAB_TOKEN, an access token of a Maintainer with the scope read_api, then run this again.',
      ),
    ];
  const { env, sleep } = world;
  const client = new GitLabClient({ gitlab: answers.gitlab, token, env, sleep });
  try {
    const project = read(projectSchema, await client.get(`/projects/${encodeURIComponent(answers.project)}`));
    return await lookAtProject(client, project, answers);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [notSeen(about, `${answers.gitlab} did not show the project: ${error.message}.`, NEXT[error.why](answers))];
  }
}

/** Each part by itself: a token may see one and not another. */
async function lookAtProject(client: GitLabClient, project: Project, answers: Answers): Promise<Finding[]> {
  const own = `/projects/${project.id}`;
  const parts: readonly [about: string, look: () => Promise<Finding[]>][] = [
    [
      'catalog',
      async () => catalog(read(catalogSchema, await client.query(CATALOG, { path: project.path_with_namespace }))),
    ],
    ['protected tags', async () => [protectedTags(read(protectedSchema, await client.list(`${own}/protected_tags`)))]],
    [
      'default branch',
      async () => [protectedBranch(project, read(branchesSchema, await client.list(`${own}/protected_branches`)))],
    ],
    ['variables', async () => lookAtVariables(await variablesOf(client, own, project), answers)],
    [
      'runners',
      async () => [runners(read(runnersSchema, await client.get(`${own}/runners?tag_list=ship_docker&status=online`)))],
    ],
  ];
  const found = parts.map(([about, look]) =>
    look().catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      return [notSeen(about, `GitLab did not show it: ${error.message}.`, NEXT_OF_A_PART)];
    }),
  );
  return [...settings(project, answers), ...(await Promise.all(found)).flat()];
}

/** Its own variables, then those of its groups, the nearest first: the first of a name counts. */
async function variablesOf(client: GitLabClient, own: string, { path_with_namespace: path }: Project) {
  const names = path.split('/').slice(0, -1);
  const groups = names.map((_, index) => names.slice(0, names.length - index).join('/'));
  const inherited = groups.map((group) =>
    client.list(`/groups/${encodeURIComponent(group)}/variables`).catch((error: unknown) => {
      // Only an Owner of a group sees them.
      if (error instanceof Refusal && ['forbidden', 'not found'].includes(error.why)) return [];
      throw error;
    }),
  );
  return read(variablesSchema, (await Promise.all([client.list(`${own}/variables`), ...inherited])).flat());
}

const NEXT_OF_A_PART = 'use the token of a Maintainer with the scope read_api, then run this again.';

function read<Type>(schema: z.ZodType<Type>, answer: unknown): Type {
  const { data, success } = schema.safeParse(answer);
  if (!success) throw new Refusal('not GitLab', "what answered does not answer as GitLab's API does");
  return data;
}

function settings(project: Project, { project: asked }: Answers): Finding[] {
  const least = project.ci_pipeline_variables_minimum_override_role;
  return [
    project.path_with_namespace === asked
      ? ok('project', `${asked} is there.`)
      : toDo(
          'project',
          `GitLab writes ${asked} as ${project.path_with_namespace}.`,
          'write it so, too: upper and lower case count.',
        ),
    project.visibility === 'private'
      ? toDo(
          'visibility',
          'The project is private: only its members can include the components.',
          'set it to internal: Settings > General > Visibility.',
        )
      : ok('visibility', `The project is ${project.visibility}.`),
    project.description
      ? ok('description', 'The project has a description.')
      : toDo(
          'description',
          'The project has no description, and the catalog wants one.',
          'write one: Settings > General.',
        ),
    least === 'no_one_allowed'
      ? ok('pipeline variables', 'Nobody may start a pipeline with variables.')
      : toDo(
          'pipeline variables',
          `Pipeline variables are open to ${least ?? 'whom GitLab does not say'}, and override every other variable.`,
          'glab api --method PUT projects/:id --field ci_pipeline_variables_minimum_override_role=no_one_allowed.',
        ),
  ];
}

const CATALOG = 'query($path: ID!) { project(fullPath: $path) { isCatalogResource } }';

function catalog({ data: { project } }: z.output<typeof catalogSchema>): Finding[] {
  if (!project)
    return [
      notSeen(
        'catalog',
        'GitLab did not say whether the project is in the catalog.',
        'look at Settings > General > Visibility.',
      ),
    ];
  return project.isCatalogResource
    ? [ok('catalog', 'The project is a CI/CD Catalog project.')]
    : [
        toDo(
          'catalog',
          'The project is no CI/CD Catalog project, so that the job release would publish nothing.',
          'an Owner enables it: Settings > General > Visibility > CI/CD Catalog project.',
        ),
      ];
}

const MAINTAINER = 40;

function protectedTags(tags: z.output<typeof protectedSchema>): Finding {
  const next = "glab api --method POST projects/:id/protected_tags --field name='*' --field create_access_level=40.";
  const all = tags.find(({ name }) => name === '*');
  if (!all) return toDo('protected tags', 'Not all tags are protected: there is no protection of *.', next);
  // A user or a group that is named has no level.
  const levels = all.create_access_levels.map(({ access_level }) => access_level ?? MAINTAINER);
  const again = `remove the protection of *, then ${next}`;
  if (levels.every((each) => each === 0))
    return toDo('protected tags', 'Tags are protected, and nobody may create them.', again);
  return levels.some((each) => each > 0 && each < MAINTAINER)
    ? toDo('protected tags', 'Tags are protected, but Developers may create them, and so release.', again)
    : ok('protected tags', 'Only Maintainers, or whom you named, create tags.');
}

function protectedBranch({ default_branch: branch }: Project, branches: z.output<typeof branchesSchema>): Finding {
  const name = branch ?? 'main';
  return branches.some((each) => each.name === name || each.name === '*')
    ? ok('default branch', `${name} is protected.`)
    : toDo(
        'default branch',
        `${name} is not protected by its name.`,
        'protect it: Settings > Repository > Protected branches.',
      );
}

function runners(found: z.output<typeof runnersSchema>): Finding {
  return found.some(({ paused }) => paused !== true)
    ? ok('runners', 'A runner with the tag ship_docker is online.')
    : toDo(
        'runners',
        'No runner with the tag ship_docker is online for this project.',
        'start one, or correct default: tags in .gitlab-ci.yml.',
      );
}

const CHECK = 'check the address of GitLab, the network and HTTPS_PROXY, then run this again.';
const SCOPE = 'make a token with the scope read_api, export it as GITLAB_TOKEN, then run this again.';

const NEXT: Readonly<Record<Why, (answers: Answers) => string>> = {
  token: () => SCOPE,
  scope: () => SCOPE,
  forbidden: () => NEXT_OF_A_PART,
  'not found': ({ project, gitlab }) =>
    `create ${project} on ${gitlab}, or let the owner of the token be its Maintainer, then run this again.`,
  moved: () => 'look up its new path, write it into catalog.yml, npm run docs, then run this again.',
  refused: () => CHECK,
  busy: () => 'run this again when GitLab is less busy.',
  'not GitLab': () => CHECK,
  unreachable: () => CHECK,
};
