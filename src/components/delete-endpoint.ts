import * as z from 'zod/mini';
import { endpointUrl } from '../aws/console.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { type RemovalContext, removeEndpoint } from '../endpoints/remove.ts';
import { optional, wholeNumber } from '../gitlab/inputs.ts';
import { Failure } from '../ground/failure.ts';
import { defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { permissionsToSeeScaling } from '../program/scaling-permissions.ts';
import { refuseOffPath } from '../registry/eligibility.ts';
import { promotionPath } from '../registry/entries.ts';
import { groupArnIn, modelPackageGroup } from '../registry/packages.ts';

const inputs = z.strictObject({
  endpoint_name: resourceName,
  model_package_group_name: optional(modelPackageGroup),
  promotion_path: promotionPath,
  allow_deletion_of: optional(resourceName),
  max_wait_time: wholeNumber(60, 86_400),
  poll_interval: wholeNumber(1, 300),
});

type Inputs = z.output<typeof inputs>;

const SCALED = { when: 'the endpoint is scaled', of: 'autoscaling' } as const;
const LEFT_ALARMS = 'a deployment was killed before it deleted its alarms';

export default defineComponent({
  name: 'delete-endpoint',
  duty: 'delete',
  gitlab: {
    stage: 'deploy_model',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'stop' },
    resourceGroup: 'endpoint_name',
    manual: 'optional',
  },
  inputs,
  safetyInputs: ['promotion_path', 'allow_deletion_of', 'gitlab_environment_suffix'],
  outputs: {},
  permissions: [
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:ListTags', on: 'endpoint' },
    { action: 'sagemaker:DeleteEndpoint', on: 'endpoint' },
    ...permissionsToSeeScaling(),
    { action: 'application-autoscaling:DeregisterScalableTarget', on: 'scalable target', ...SCALED },
    { action: 'cloudwatch:DeleteAlarms', on: 'scaling alarms', ...SCALED },
    { action: 'cloudwatch:DescribeAlarms', on: 'alarms', when: LEFT_ALARMS },
    { action: 'cloudwatch:DeleteAlarms', on: 'release alarms', when: LEFT_ALARMS },
    {
      action: 'application-autoscaling:DeregisterScalableTarget',
      on: 'scalable target',
      when: 'the endpoint is scaled',
      of: 'autoscaling',
    },
  ],

  async run(given, context) {
    const { endpoint_name: endpoint } = given;
    refuseEndOfPath(given, context);
    context.report.link('Endpoint', endpoint, endpointUrl(context.aws, endpoint));
    const removal = await removeEndpoint(unwanted(given, context), removalContext(given, context));
    if ('do' in removal) throw new Failure(removal.code, removal.why, removal.next);
    context.report.record({ outcome: 'gone', endpoint });
    const verdict =
      removal.is === 'absent'
        ? `There is no endpoint ${endpoint}. Nothing was deleted.`
        : `Deleted: ${endpoint}. To have it again, run the deploy-model job again that deployed it.`;
    return { verdict, outputs: {} };
  },
});

/** The endpoint that users meet is not deleted by mistake: somebody has to spell its name in the include. */
function refuseEndOfPath({ promotion_path: path, allow_deletion_of, endpoint_name }: Inputs, { job }: Context): void {
  refuseOffPath({ environment: job.environment, path }, 'delete-endpoint');
  if (job.environment !== path.at(-1) || allow_deletion_of === endpoint_name) return;
  throw new Failure(
    'SMC-6501',
    `${job.environment} is the end of the promotion path, and allow_deletion_of is ${allow_deletion_of === undefined ? 'empty' : `"${allow_deletion_of}"`}: the endpoint ${endpoint_name} is not deleted.`,
    `to delete it, commit allow_deletion_of: ${endpoint_name} under "inputs:" of the include on this branch, and take it out again when the endpoint is deleted.`,
  );
}

function unwanted({ endpoint_name, model_package_group_name: group }: Inputs, { aws, job }: Context) {
  const owner = {
    project: job.projectId,
    environment: job.environment,
    group: group === undefined ? undefined : groupArnIn(aws, group),
  };
  return { endpoint: endpoint_name, owner };
}

function removalContext({ max_wait_time, poll_interval }: Inputs, context: Context): RemovalContext {
  const { aws, clock, log, begun } = context;
  return {
    ...aws,
    clock,
    deadline: context.deadline(max_wait_time),
    interval: poll_interval,
    log: log.line,
    list: (lines) => log.section('What is deleted', lines, 'open'),
    begun,
  };
}
