import type { SetupPlan } from '../setup-plan.ts';
import type { Compared, Difference } from './difference.ts';
import type { Found } from './found.ts';

const NOBODY = 'no_one_allowed';
const NEWEST_READY = 'newest_ready_first';

/** The project's own settings beside those that the pages ask for. */
export function compareProject(_: SetupPlan, { project }: Pick<Found, 'project'>): Compared {
  return { differences: [...pipelineVariables(project), ...processMode(project)] };
}

function pipelineVariables({ ci_pipeline_variables_minimum_override_role: role }: Found['project']): Difference[] {
  if (role === NOBODY) return [];
  return [
    {
      page: 'Settings > CI/CD > Variables',
      name: 'pipeline variables',
      says: `Minimum role to use pipeline variables is ${role ?? 'not told'}, and should be ${NOBODY}: a pipeline variable can run other code in a job`,
      changes: [{ method: 'PUT', path: '', body: { ci_pipeline_variables_minimum_override_role: NOBODY } }],
    },
  ];
}

function processMode({ resource_group_default_process_mode: mode }: Found['project']): Difference[] {
  if (mode === NEWEST_READY) return [];
  const says = `resource_group_default_process_mode is ${mode ?? 'not told'}, and should be ${NEWEST_READY}: an old pipeline that nobody approved would block later deployments`;
  const page = 'Resource groups (in the API only)';
  const name = 'default process mode';
  if (mode !== undefined)
    return [
      {
        page,
        name,
        says,
        changes: [{ method: 'PUT', path: '', body: { resource_group_default_process_mode: NEWEST_READY } }],
      },
    ];
  const next =
    'this GitLab does not have that setting. Run this command again after the first pipeline of each branch: it sets the mode of each resource group';
  return [{ page, name, says, changes: [], next }];
}
