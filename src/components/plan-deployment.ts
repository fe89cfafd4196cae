import * as z from 'zod/mini';
import { checkEndpointFile, descriptionOf } from '../endpoints/description/described.ts';
import { descriptionInputs, oneDescription, someDescription } from '../endpoints/description/inputs.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { executionRole } from '../endpoints/model-and-config.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { type NamedFile, readProjectFile } from '../gitlab/project-file.ts';
import { MAX_CANDIDATES } from '../preview/candidate.ts';
import { criteriaOf } from '../preview/criteria.ts';
import { foresee, foreseeTraining, isTrainedFirst } from '../preview/foresee.ts';
import { defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { permissionsToSeeScaling } from '../program/scaling-permissions.ts';
import { promotionPath } from '../registry/entries.ts';
import { modelPackageArn, modelPackageGroup } from '../registry/packages.ts';
import { planOf } from './plan-deployment/plan.ts';
import { PLAN_FOLDER, PLAN_REPORTS } from './plan-deployment/reports.ts';

const inputs = z
  .strictObject({
    model_package_group_name: modelPackageGroup,
    source: z.enum(['run', 'registry'], 'must be run or registry'),
    promotion_path: promotionPath,
    require_validation: flag,
    require_bake: flag,
    take_over_endpoint: flag,
    allow_downgrade: flag,
    recreate_failed: flag,
    model_package_arn: optional(modelPackageArn),
    endpoint_name: resourceName,
    name_prefix: optional(resourceName),
    execution_role_arn: executionRole,
    ...descriptionInputs,
    max_candidates: wholeNumber(1, MAX_CANDIDATES),
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
  safetyInputs: [
    'require_validation',
    'require_bake',
    'take_over_endpoint',
    'allow_downgrade',
    'recreate_failed',
    'endpoint_file',
    'promotion_path',
    'source',
    'gitlab_environment_suffix',
  ],
  outputs: {},
  permissions: [
    { action: 'sagemaker:ListModelPackages', on: 'package' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:DescribeModelPackageGroup', on: 'group', when: 'the group has no version' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config' },
    { action: 'sagemaker:DescribeModel', on: 'model' },
    { action: 'sagemaker:ListTags', on: 'endpoint' },
    ...permissionsToSeeScaling('the endpoint file has autoscaling, or the instance type changes'),
    {
      action: 's3:GetObject',
      on: 'training reports',
      when: 'the plan is to show the values in the reports of the training (ModelMetrics): without it, only their links',
    },
  ],

  checkFiles: checkEndpointFile,

  async run(given, context) {
    const criteria = criteriaOf(given, context.job, 'plan-deployment');
    const description = await describedInFolder(given, context);
    const foreseen = isTrainedFirst(given, criteria)
      ? await foreseeTraining({ given, description }, context)
      : await foresee({ given, description }, criteria, context);
    const plan = planOf(foreseen, criteria);
    const { showPlan } = await import('./plan-deployment/show.ts');
    await showPlan(plan, { foreseen, criteria, takeOver: given.take_over_endpoint }, context);
    return { verdict: plan.verdict, outputs: {} };
  },
});

/** How the endpoint is to serve. A file is read from the folder: what the plan says of it decides nothing, and it says so. */
async function describedInFolder(given: z.output<typeof inputs>, { root, job, log }: Context) {
  const { endpoint_file: file } = given;
  if (file !== undefined) log.line(`${file} describes the endpoint, as it is in the folder of this job.`);
  const fileOfCommit = async (named: NamedFile) => readProjectFile({ root, ...named }).toString('utf8');
  return descriptionOf(given, { environment: job.environment, fileOfCommit });
}
