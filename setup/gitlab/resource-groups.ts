import type { SetupPlan } from '../setup-plan.ts';
import type { Compared } from './difference.ts';
import type { Found } from './found.ts';

/** Those of deploy-model: a group that exists keeps its mode, whatever the project's default is. */
const OF_DEPLOYMENTS = /^sagemaker\/.+\/deployment$/;

/** The resource groups that pipelines have made. */
export function compareResourceGroups(_: SetupPlan, { resourceGroups }: Found): Compared {
  const wrong = resourceGroups.filter(
    ({ key, process_mode: mode }) => OF_DEPLOYMENTS.test(key) && mode !== 'newest_ready_first',
  );
  return {
    differences: wrong.map(({ key, process_mode: mode }) => ({
      page: 'Resource groups (in the API only)',
      name: `resource group ${key}`,
      title: key,
      found: `has the process_mode ${mode}`,
      wanted: 'newest_ready_first',
      changes: [
        {
          method: 'PUT',
          path: `/resource_groups/${encodeURIComponent(key)}`,
          body: { process_mode: 'newest_ready_first' },
        },
      ],
    })),
  };
}
