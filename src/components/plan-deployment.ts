import * as z from 'zod/mini';
import { checkEndpointFile, descriptionOf } from '../endpoints/description/described.ts';
import { oneDescription, someDescription } from '../endpoints/description/inputs.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { executionRole } from '../endpoints/model-and-config.ts';
import { type NamedFile, readProjectFile } from '../gitlab/project-file.ts';
import { PROMOTION_SAFETY_INPUTS, permissionsToForesee, promotionInputs } from '../preview/asking.ts';
import { criteriaOf } from '../preview/criteria.ts';
import { foresee, foreseeTraining, isTrainedFirst } from '../preview/foresee.ts';
import { defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { actOf } from './plan-deployment/act.ts';
import { lookAtNamedAlarms } from './plan-deployment/alarms.ts';
import { planOf } from './plan-deployment/plan.ts';
import { plannedPolicy } from './plan-deployment/policy.ts';
import { PLAN_FOLDER, PLAN_REPORTS } from './plan-deployment/reports.ts';

const inputs = z
  .strictObject({
    ...promotionInputs,
    endpoint_name: resourceName,
    execution_role_arn: executionRole,
  })
  .check(...oneDescription, someDescription);

export default defineComponent({
  name: 'plan-deployment',
  duty: 'plan',
  gitlab: {
    stage: 'plan_deployment',
    branches: 'into every',
    timeout: '1 hour',
    environment: false,
    folder: PLAN_FOLDER,
    reports: PLAN_REPORTS,
    resourceGroup: false,
    manual: false,
  },
  inputs,
  safetyInputs: [...PROMOTION_SAFETY_INPUTS, 'gitlab_environment_suffix'],
  outputs: {},
  permissions: [
    ...permissionsToForesee({ reports: 'the plan is to show' }),
    {
      action: 'cloudwatch:DescribeAlarms',
      on: 'alarms',
      when: 'the plan is to look at the alarms that the endpoint file names',
    },
  ],

  checkFiles: checkEndpointFile,

  async run(given, context) {
    const criteria = criteriaOf(given, context.job, 'plan-deployment');
    const description = await describedInFolder(given, context);
    const policy = await plannedPolicy(given, criteria.path, context);
    const foreseen = isTrainedFirst(given, criteria)
      ? await foreseeTraining({ given, description }, context)
      : await foresee({ given, description }, criteria, context);
    const alarms = await lookAtNamedAlarms(foreseen, actOf(foreseen), context);
    const plan = planOf(foreseen, criteria, alarms);
    const { showPlan } = await import('./plan-deployment/show.ts');
    await showPlan(plan, { foreseen, criteria, takeOver: given.take_over_endpoint, policy }, context);
    return { verdict: plan.verdict, outputs: {} };
  },
});

/** How the endpoint is to serve. A file is read from the folder: what the plan says of it decides nothing, and it says so. */
async function describedInFolder(given: z.output<typeof inputs>, { root, job, log }: Context) {
  const { endpoint_file: file } = given;
  if (file !== undefined) log.line(`${file} describes the endpoint, as it is in the folder of this job.`);
  const fileOfCommit = async (named: NamedFile) => readProjectFile({ root, ...named });
  return descriptionOf(given, { environment: job.environment, fileOfCommit });
}
