import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { resourceName } from '../endpoints/endpoint.ts';
import { executionRole } from '../endpoints/model-and-config.ts';
import { flag, optional } from '../gitlab/inputs.ts';
import { approvalEnvironment } from '../gitlab/job.ts';
import { Failure } from '../ground/failure.ts';
import { pipelineName, pipelineRoleArn } from '../pipelines/pipeline.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { promotionPath } from '../registry/entries.ts';
import { modelPackageGroup } from '../registry/packages.ts';
import { approvalProtection, lookAround } from './check-setup/around.ts';
import { forbiddenTo, lookAtForbidden } from './check-setup/denied.ts';
import { type SetupFinding, shortList, showFindings, summaryOf } from './check-setup/finding.ts';
import { checkedNames } from './check-setup/names.ts';
import { lookAtPermissions } from './check-setup/permissions.ts';
import { lookAtThings } from './check-setup/things.ts';
import { type CheckedProgram, wantedPermissions } from './check-setup/wanted.ts';

/** The components whose permissions a role can be checked for. */
const CHECKED = [
  'deploy-pipeline',
  'check-model',
  'deploy-model',
  'validate-endpoint',
  'evaluate-model',
  'load-test',
  'load-test-workers',
  'compare-models',
  'rollback-endpoint',
  'delete-endpoint',
] as const;

const componentNames = z.pipe(
  z.pipe(
    z.string(),
    z.transform((value) => (value.trim() === '' ? [] : value.split(',').map((name) => name.trim()))),
  ),
  z.array(z.enum(CHECKED, `must name components, of ${CHECKED.join(', ')}`)),
);

const shared = {
  model_package_group_name: modelPackageGroup,
  endpoint_name: resourceName,
  promotion_path: promotionPath,
  one_role: flag,
};

const ownInputs = z.strictObject({
  ...shared,
  name_prefix: optional(resourceName),
  pipeline_name: optional(pipelineName),
  pipeline_role_arn: optional(pipelineRoleArn),
  execution_role_arn: optional(executionRole),
  components: componentNames,
});

const GITLAB = {
  stage: 'check_setup',
  branches: 'every',
  timeout: '1 hour',
  resourceGroup: false,
  manual: 'optional',
} as const;

/** The checks of a setup; `load` gives the definitions whose permissions the roles must have. */
export function setupChecks(load: () => Promise<readonly CheckedProgram[]>) {
  const checkSetup = defineComponent({
    name: 'check-setup',
    duty: 'check-setup',
    gitlab: { ...GITLAB, environment: { action: 'verify' } },
    inputs: ownInputs,
    safetyInputs: ['promotion_path', 'components', 'one_role', 'gitlab_environment_suffix'],
    outputs: {},
    permissions: [],

    async run(given, context) {
      context.deadline(PATIENCE);
      const { endpoint_name: endpoint, components } = given;
      const names = namesFor(context, {
        endpoint,
        path: given.promotion_path,
        modelPackageGroup: given.model_package_group_name,
        prefix: given.name_prefix ?? endpoint,
        pipeline: given.pipeline_name,
        pipelineRole: given.pipeline_role_arn,
        executionRole: given.execution_role_arn,
      });
      const asking = { aws: context.aws, names };
      const { role } = await context.surroundings();
      const { environment } = names;
      const place = { environment, path: names.path, gitlabEnvironment: environment, components };
      const findings = [
        ...(await lookAround(names, context)),
        ...(await lookAtThings(names, context)),
        ...(await lookAtPermissions(wantedPermissions(await load(), place), asking, role)),
        ...(await lookAtForbidden(forbiddenTo('jobs', asking), { role, oneRole: given.one_role })),
        seenElsewhere('other roles', OTHER_ROLES),
        seenElsewhere('approval environment', `the job check-setup-approval looks at ${environment}/approval`),
      ];
      return conclude(findings, context);
    },
  });

  const checkSetupApproval = defineComponent({
    name: 'check-setup-approval',
    duty: 'check-setup-approval',
    gitlab: { ...GITLAB, environment: { action: 'verify', name: approvalEnvironment } },
    inputs: z.strictObject(shared),
    safetyInputs: ['promotion_path', 'one_role', 'gitlab_environment_suffix'],
    outputs: {},
    permissions: [],

    async run(given, context) {
      context.deadline(PATIENCE);
      const { endpoint_name: endpoint, promotion_path: path, model_package_group_name: modelPackageGroup } = given;
      const names = namesFor(context, { endpoint, path, modelPackageGroup, prefix: endpoint });
      const asking = { aws: context.aws, names };
      const { role } = await context.surroundings();
      const gitlabEnvironment = approvalEnvironment(names.environment);
      const place = { environment: names.environment, path, gitlabEnvironment, components: [] };
      const findings = [
        ...(await lookAround(names, context)),
        approvalProtection(names, context),
        ...(await lookAtPermissions(wantedPermissions(await load(), place), asking, role)),
        ...(await lookAtForbidden(forbiddenTo('approver', asking), { role, oneRole: given.one_role })),
      ];
      return conclude(findings, context);
    },
  });

  return { checkSetup, checkSetupApproval };
}

type OwnNames = Omit<Parameters<typeof checkedNames>[0], 'region' | 'account' | 'environment' | 'project' | 'chance'>;

function namesFor({ aws, job }: Context, own: OwnNames) {
  const { region, account } = aws;
  const chance = randomBytes(6).toString('hex');
  return checkedNames({ ...own, region, account, environment: job.environment, project: job.projectId, chance });
}

/** Seconds after which nothing is asked again: what AWS then does not answer is not looked at. */
const PATIENCE = 600;

const OTHER_ROLES =
  'only a merge request has the role of plan-deployment; components and role_arn lead to that of compare-models (docs/setup-details.md)';

const seenElsewhere = (name: string, why: string): SetupFinding => ({ name, is: 'not looked at', why });

/** Shows what was found. Throws a Failure of kind "refused" where anything is wrong. */
function conclude(findings: readonly SetupFinding[], context: Context): Done<never> {
  showFindings(findings, context);
  const wrong = findings.flatMap((finding) => (finding.is === 'wrong' ? [finding] : []));
  const summary = summaryOf(findings);
  const [first] = wrong;
  if (!first) return { verdict: `Nothing was found to be wrong. ${summary}`, outputs: {} };
  throw new Failure(
    'SMC-9001',
    `The setup is wrong: ${shortList(wrong)}. Nothing was changed.\n${summary}`,
    wrong.length === 1 ? first.next : `do what stands after each Next: above, the first of them first: ${first.next}`,
  );
}
