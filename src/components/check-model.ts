import * as z from 'zod/mini';
import { objectUrl, studioUrl } from '../aws/console.ts';
import { expectedArn, resourceName } from '../endpoints/endpoint.ts';
import { Look } from '../endpoints/look.ts';
import { servingInputs } from '../endpoints/model-and-config.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { Failure } from '../ground/failure.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import {
  environmentBefore,
  environmentsBefore,
  type PromotionCriteria,
  validatedHere,
} from '../registry/eligibility.ts';
import { promotionPath, readApproval, TAKE_OVER } from '../registry/entries.ts';
import { displayName, type ModelPackage, modelPackageArn, modelPackageGroup } from '../registry/packages.ts';
import { approverPage, comparisonOf, passageLinks, passedOverLines } from './check-model/approver-page.ts';
import { type CandidateSearch, findCandidate, MAX_CANDIDATES } from './check-model/candidate.ts';
import { type LiveNow, liveNow, lookAt, refuseAnothersEndpoint, whyNothingNew } from './check-model/live.ts';
import { plannedServing } from './check-model/serving.ts';

const inputs = z
  .strictObject({
    model_package_group_name: modelPackageGroup,
    source: z.enum(['run', 'registry'], 'must be run or registry'),
    promotion_path: promotionPath,
    require_validation: flag,
    take_over_endpoint: flag,
    model_package_arn: optional(modelPackageArn),
    endpoint_name: optional(resourceName),
    name_prefix: optional(resourceName),
    execution_role_arn: optional(servingInputs.execution_role_arn),
    model_environment: servingInputs.model_environment,
    variant_name: servingInputs.variant_name,
    instance_type: optional(servingInputs.instance_type),
    instance_count: servingInputs.instance_count,
    max_candidates: wholeNumber(1, MAX_CANDIDATES),
    on_missing: z.enum(['fail', 'continue'], 'must be fail or continue'),
  })
  .check(
    z.refine(
      ({ instance_type, execution_role_arn }) => (instance_type === undefined) === (execution_role_arn === undefined),
      {
        path: ['instance_type'],
        message: 'must be given with execution_role_arn, and that with it, both as in deploy-model',
      },
    ),
  );

type Inputs = z.output<typeof inputs>;
type Output = 'MODEL_FOUND' | 'MODEL_PACKAGE_ARN' | 'MODEL_PACKAGE_VERSION' | 'MODEL_PACKAGE_GROUP_NAME';

const READS_LIVE = 'endpoint_name is given, or the version was validated here before';

export default defineComponent({
  name: 'check-model',
  duty: 'check',
  gitlab: {
    stage: 'check_model',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
  },
  inputs,
  safetyInputs: ['require_validation', 'take_over_endpoint', 'promotion_path', 'source', 'gitlab_environment_suffix'],
  outputs: {
    MODEL_FOUND: 'true when there is a version to promote, false otherwise.',
    MODEL_PACKAGE_ARN: 'The ARN of that version.',
    MODEL_PACKAGE_VERSION: 'Its number in the group.',
    MODEL_PACKAGE_GROUP_NAME: "The group's name as registered.",
  } satisfies Record<Output, string>,
  permissions: [
    { action: 'sagemaker:ListModelPackages', on: 'package' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:DescribeModelPackageGroup', on: 'group', when: 'the group has no version' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint', when: READS_LIVE },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config', when: READS_LIVE },
    { action: 'sagemaker:DescribeModel', on: 'model', when: READS_LIVE },
    { action: 'sagemaker:ListTags', on: 'endpoint', when: 'endpoint_name is given' },
  ],

  async run(given, context) {
    const criteria = criteriaOf(given, context);
    context.report.link('SageMaker', 'Model packages in Studio', studioUrl(context.aws));
    const { look, destinationAt } = firstLook(given, context);
    const found = await look.beside(findCandidate(given, criteria, context));
    if (found.is === 'nothing') return nothingToPromote(given, context, found);

    const { candidate, passedOver } = found;
    const name = given.endpoint_name ?? validatedHere(candidate, criteria)?.endpoint;
    const destination = name === undefined ? undefined : await destinationAt(name);
    const planned = plannedServing(candidate, given, criteria.environment);
    const why = whyNothingNew(candidate, destination, planned, criteria);
    if (why !== undefined)
      return nothingToPromote(given, context, { is: 'nothing', why, next: NOTHING_NEW, passedOver });
    if (destination && given.endpoint_name !== undefined)
      await refuseAnothersEndpoint(candidate, destination, given, { ...context, look });
    const live = destination ? await liveNow(candidate, destination, planned, context) : nothingLive(given);
    return showCandidate(found, { given, criteria, live }, context);
  },
});

/** Looks at the endpoint, where its name is given, while the version is searched for. */
function firstLook({ endpoint_name: name }: Inputs, { aws, clock }: Context) {
  const look = new Look({ ...aws, clock });
  const destinationAt = look.once((endpoint) => lookAt(endpoint, look));
  if (name !== undefined) {
    destinationAt(name);
    look.tags(expectedArn(name, aws));
  }
  return { look, destinationAt };
}

const NOTHING_NEW = 'nothing to do. When the previous environment has validated a newer version, push again.';

function criteriaOf({ promotion_path: path, source, require_validation }: Inputs, { job }: Context): PromotionCriteria {
  if (!path.includes(job.environment)) {
    throw new Failure(
      'SMC-3002',
      `environment: received "${job.environment}", which is not in the promotion_path "${path.join(', ')}".`,
      'add the environment to promotion_path, or correct environment, under "inputs:" of the include that adds check-model.',
    );
  }
  return { environment: job.environment, path, source, require_validation: require_validation, pipeline: job.pipeline };
}

function nothingToPromote(
  given: Inputs,
  { log, report, job }: Context,
  { why, next, passedOver }: Extract<CandidateSearch, { is: 'nothing' }>,
): Done<Output> {
  for (const line of passedOverLines(passedOver)) log.line(`  ${line}`);
  report.record({ outcome: 'nothing', why, group: given.model_package_group_name });
  report.dotenv({ MODEL_FOUND: 'false' });
  if (given.on_missing === 'fail')
    throw new Failure('SMC-3001', `Nothing to promote to ${job.environment}: ${why}.`, next);
  report.check(`A version can be promoted to ${job.environment}`);
  return {
    verdict: `Nothing to promote to ${job.environment}: ${why}. The later jobs succeed and do nothing (on_missing: continue).`,
    outputs: { MODEL_FOUND: 'false' },
  };
}

interface Shown {
  readonly given: Inputs;
  readonly criteria: PromotionCriteria;
  readonly live: LiveNow;
}

function nothingLive({ endpoint_name: name }: Inputs): LiveNow {
  const words =
    name === undefined ? 'not checked: endpoint_name is empty' : `nothing: the endpoint ${name} does not exist yet`;
  return { words, version: undefined, newer: [], changes: undefined, same: false };
}

function showCandidate(
  { candidate: version, passedOver }: Extract<CandidateSearch, { is: 'candidate' }>,
  { given, criteria, live }: Shown,
  context: Context,
): Done<Output> {
  const { aws, log, report, job, clock } = context;
  const before = environmentBefore(criteria);
  const comparison = comparisonOf(version, live.version, job, before === undefined);
  if (comparison) report.link('What you approve', `What you approve: ${displayName(version)}`, comparison.url);
  for (const [label, url] of before === undefined ? [] : passageLinks(version, before, job.projectUrl))
    report.link('What was decided before', label, url);
  for (const [name, place] of version.metrics) report.link('Reports of the training', name, objectUrl(aws, place));
  report.record({
    outcome: 'candidate',
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    status: version.approval,
    promotion_path: criteria.path,
    open: openInputs(given, before),
    metadata: version.metadata,
    data: version.data,
    passed_over: passedOver,
  });

  log.line(`${displayName(version)} can be promoted to ${job.environment}.`);
  const page = approverPage({
    version,
    first: criteria.path[0] ?? job.environment,
    environment: job.environment,
    earlier: environmentsBefore(criteria),
    validationRequired: criteria.require_validation,
    takeOver: given.take_over_endpoint,
    live,
    comparison,
    now: clock.now(),
  });
  for (const line of [...page, ...passedOverLines(passedOver)]) log.line(`  ${line}`);
  report.check(`A version can be promoted to ${job.environment}`);
  return {
    verdict:
      approvedAlready(version, job) ??
      `To approve exactly this version for ${job.environment}, start the approve job of this pipeline.`,
    outputs: {
      MODEL_FOUND: 'true',
      MODEL_PACKAGE_ARN: version.arn,
      MODEL_PACKAGE_VERSION: String(version.version),
      MODEL_PACKAGE_GROUP_NAME: version.group,
    },
  };
}

/** The safety inputs that are open. The first environment has none before it that could validate. */
function openInputs({ require_validation, take_over_endpoint }: Inputs, before: string | undefined): string[] {
  const validation = require_validation || before === undefined ? [] : ['validation'];
  return take_over_endpoint ? [...validation, TAKE_OVER] : validation;
}

function approvedAlready(version: ModelPackage, { environment, pipeline }: Context['job']): string | undefined {
  const approved = readApproval(version, environment);
  if (approved.is !== 'read' || approved.value.pipeline !== pipeline) return undefined;
  return `${approved.value.by} approved exactly this version for ${environment} in this pipeline at ${approved.value.at}.`;
}
