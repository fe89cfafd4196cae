import { z } from 'zod';
import type { Answers } from './answers.ts';
import { type Finding, notSeen, ok, toDo, type World } from './finding.ts';
import { type Ask, gitlabOf, NotAnswered } from './gitlab-api.ts';
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
  if (!world.env.GITLAB_TOKEN)
    return [
      notSeen(
        about,
        'GITLAB_TOKEN is not set: nothing of the project was looked at.',
        'export GITLAB_TOKEN, an access token of a Maintainer with the scope read_api, then run this again.',
      ),
    ];
  const ask = gitlabOf(world, answers.gitlab);
  try {
    const project = await ask(`/projects/${encodeURIComponent(answers.project)}`, projectSchema);
    return await lookAtProject(ask, project, answers);
  } catch (error) {
    if (!(error instanceof NotAnswered)) throw error;
    return [notSeen(about, error.message, nextFor(error, answers))];
  }
}

async function lookAtProject(ask: Ask, project: Project, answers: Answers): Promise<Finding[]> {
  const own = `/projects/${project.id}`;
  const one = async (about: string, look: () => Promise<Finding[]>) => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      return [notSeen(about, error.message, 'use the token of a Maintainer, then run this again.')];
    }
  };
  const found = [
    one('catalog', async () => catalog(await ask('/graphql', catalogSchema, catalogQuery(answers.project)))),
    one('protected tags', async () => [
      protectedTags(await ask(`${own}/protected_tags?per_page=100`, protectedSchema)),
    ]),
    one('default branch', async () => [
      protectedBranch(project, await ask(`${own}/protected_branches?per_page=100`, branchesSchema)),
    ]),
    one('variables', async () => lookAtVariables(await ask(`${own}/variables?per_page=100`, variablesSchema), answers)),
    one('runners', async () => [
      runners(await ask(`${own}/runners?tag_list=ship_docker&status=online`, runnersSchema)),
    ]),
  ];
  return [...settings(project, answers), ...(await Promise.all(found)).flat()];
}

function settings(project: Project, { project: asked }: Answers): Finding[] {
  const least = project.ci_pipeline_variables_minimum_override_role;
  return [
    project.path_with_namespace === asked
      ? ok('project', `${asked} is there.`)
      : toDo(
          'project',
          `${asked} was moved to ${project.path_with_namespace}.`,
          `give --project ${project.path_with_namespace}.`,
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

function catalogQuery(project: string): string {
  return JSON.stringify({
    query: 'query($path: ID!) { project(fullPath: $path) { isCatalogResource } }',
    variables: { path: project },
  });
}

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

function nextFor({ status }: NotAnswered, { gitlab, project }: Answers): string {
  if (status === 401)
    return 'GITLAB_TOKEN is wrong or expired: make another with the scope read_api, then run this again.';
  if (status === 403) return 'give the token the scope read_api, then run this again.';
  if (status === 404)
    return `create ${project} on ${gitlab}, or let the owner of the token be its Maintainer, then run this again.`;
  return 'check the address of GitLab, the network and the proxy, then run this again.';
}
