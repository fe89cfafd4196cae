import type { SetupPlan } from '../setup-plan.ts';
import type { Compared, Difference } from './difference.ts';
import type { Found } from './found.ts';

const NOBODY = 'no_one_allowed';
/** As the page names them. */
const ROLES: Readonly<Record<string, string>> = {
  [NOBODY]: 'No one allowed',
  developer: 'Developer',
  maintainer: 'Maintainer',
  owner: 'Owner',
};
const NEWEST_READY = 'newest_ready_first';

/** The project's own settings beside those that the pages ask for. */
export function compareProject(plan: SetupPlan, { project }: Pick<Found, 'project'>): Compared {
  return {
    differences: [
      ...pathOtherwise(plan, project),
      ...idOtherwise(plan, project),
      ...pipelineVariables(project),
      ...processMode(project),
    ],
  };
}

/** GitLab finds a project however its path is written; AWS compares it with that of the tokens. */
function pathOtherwise({ project: path }: SetupPlan, { path_with_namespace: found }: Found['project']): Difference[] {
  if (found === path) return [];
  const next = `write "project: ${found}" into setup.yml, and deploy the stacks again`;
  const differs = `is ${found} in GitLab: no role would trust its jobs, because AWS tells upper and lower case apart`;
  return [{ page: 'Settings > General', name: 'project path', title: path, found: differs, changes: [], next }];
}

/** Another project may have been made at the path of one that was deleted. */
function idOtherwise({ project_id: id }: SetupPlan, { id: found }: Found['project']): Difference[] {
  if (id === undefined || id === found) return [];
  const next = `write "project_id: ${found}" into setup.yml, and deploy the stacks again`;
  const differs = `is ${found} in GitLab, and setup.yml has ${id}: no role could make the temporary endpoint of a comparison`;
  return [{ page: 'Settings > General', name: 'project ID', title: 'Project ID', found: differs, changes: [], next }];
}

function pipelineVariables({ ci_pipeline_variables_minimum_override_role: role }: Found['project']): Difference[] {
  if (role === NOBODY) return [];
  return [
    {
      page: 'Settings > CI/CD > Variables',
      name: 'pipeline variables',
      title: 'Minimum role to use pipeline variables',
      found: `is ${ROLES[role ?? ''] ?? role ?? 'not told'}`,
      wanted: `${ROLES[NOBODY]}: a pipeline variable can run other code in a job`,
      changes: [{ method: 'PUT', path: '', body: { ci_pipeline_variables_minimum_override_role: NOBODY } }],
    },
  ];
}

function processMode({ resource_group_default_process_mode: mode }: Found['project']): Difference[] {
  if (mode === NEWEST_READY) return [];
  const about = {
    page: 'Resource groups (in the API only)',
    name: 'default process mode',
    title: 'resource_group_default_process_mode',
    found: `is ${mode ?? 'not told'}`,
    wanted: `${NEWEST_READY}: an old pipeline that nobody approved would block later deployments`,
  } as const;
  if (mode !== undefined)
    return [
      { ...about, changes: [{ method: 'PUT', path: '', body: { resource_group_default_process_mode: NEWEST_READY } }] },
    ];
  const next =
    'this GitLab does not have that setting. Run this command again after the first pipeline of each branch: it sets the mode of each resource group';
  return [{ ...about, changes: [], next }];
}
