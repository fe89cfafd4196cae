import * as z from 'zod/mini';
import { studioUrl } from '../aws/console.ts';
import { checkEndpointFile, descriptionOf } from '../endpoints/description/described.ts';
import { oneDescription } from '../endpoints/description/inputs.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { executionRole } from '../endpoints/model-and-config.ts';
import { optional } from '../gitlab/inputs.ts';
import { channelsOf } from '../policy/channels.ts';
import { type Policy, policyOf } from '../policy/policy.ts';
import type { Known } from '../preview/approver-view.ts';
import { PROMOTION_SAFETY_INPUTS, permissionsToForesee, promotionInputs } from '../preview/asking.ts';
import { type CandidateSearch, refusalOfNothing } from '../preview/candidate.ts';
import { criteriaOf } from '../preview/criteria.ts';
import { type ForeseenVersion, foresee } from '../preview/foresee.ts';
import type { FoundVersion } from '../preview/gather.ts';
import type { ShownPolicy } from '../preview/policy.ts';
import { skippedLines } from '../preview/skipped.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { readApproval, TAKE_OVER } from '../registry/entries.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import { readRollback } from '../registry/withdrawal.ts';

const inputs = z
  .strictObject({
    ...promotionInputs,
    endpoint_name: optional(resourceName),
    execution_role_arn: optional(executionRole),
    on_missing: z.enum(['fail', 'continue'], 'must be fail or continue'),
  })
  .check(
    ...oneDescription,
    z.refine(
      ({ instance_type, endpoint_file, execution_role_arn }) =>
        execution_role_arn === undefined || (instance_type ?? endpoint_file) !== undefined,
      {
        path: ['instance_type'],
        message: 'must be as in deploy-model, or endpoint_file must be: execution_role_arn alone says too little',
      },
    ),
    z.refine(
      ({ instance_type, endpoint_file, execution_role_arn }) =>
        execution_role_arn !== undefined || (instance_type ?? endpoint_file) === undefined,
      {
        path: ['execution_role_arn'],
        message: 'must be as in deploy-model, because instance_type or endpoint_file is given',
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
  safetyInputs: [...PROMOTION_SAFETY_INPUTS, 'on_missing', 'gitlab_environment_suffix'],
  outputs: {
    MODEL_FOUND: 'true when there is a version to promote, false otherwise.',
    MODEL_PACKAGE_ARN: 'The ARN of that version.',
    MODEL_PACKAGE_VERSION: 'Its number in the group.',
    MODEL_PACKAGE_GROUP_NAME: "The group's name as registered.",
  } satisfies Record<Output, string>,
  permissions: permissionsToForesee({
    live: READS_LIVE,
    tags: 'endpoint_name is given',
    reports: 'the approver is to see',
  }),

  checkFiles: checkEndpointFile,

  channels: channelsOf,

  async run(given, context) {
    const criteria = criteriaOf(given, context.job, 'check-model');
    const { fileOfCommit, job } = context;
    const description = await descriptionOf(given, { fileOfCommit, environment: job.environment });
    const policy = await policyOf(given, given.promotion_path, context);
    context.report.link('SageMaker', 'Model packages in Studio', studioUrl(context.aws));
    const foreseen = await foresee({ given, description }, criteria, context);
    if (foreseen.is === 'nothing') return nothingToPromote(given, context, foreseen);
    if (foreseen.refused) {
      // Nobody would know otherwise why an older version was looked at.
      tellSkipped(foreseen, 'the model registry has the entries of each', context);
      throw foreseen.refused;
    }
    return handOver(foreseen, { given, criteria, policy }, context);
  },
});

function nothingToPromote(
  given: Inputs,
  { log, report, job }: Context,
  nothing: Extract<CandidateSearch, { is: 'nothing' }>,
): Done<Output> {
  const { why, passedOver } = nothing;
  tellSkipped(nothing, "the job's record.json has every reason", { log });
  report.record({
    outcome: 'nothing',
    why,
    group: given.model_package_group_name,
    passed_over: passedOver,
  });
  report.dotenv({ MODEL_FOUND: 'false' });
  if (given.on_missing === 'fail') throw refusalOfNothing(nothing, job);
  report.check(`A version can be promoted to ${job.environment}`);
  return {
    verdict: `Nothing to promote to ${job.environment}: ${why}. The later jobs succeed and do nothing (on_missing: continue).`,
    outputs: { MODEL_FOUND: 'false' },
  };
}

function tellSkipped(
  { passedOver }: Pick<ForeseenVersion, 'passedOver'>,
  rest: string,
  { log }: Pick<Context, 'log'>,
): void {
  for (const line of skippedLines(passedOver, rest)) log.line(`  ${line}`);
}

interface HandedOver extends Pick<Known, 'criteria'> {
  readonly given: Inputs;
  readonly policy: Policy | undefined;
}

/** Hands the version over, and shows it to the approver. */
async function handOver(
  found: ForeseenVersion,
  { given, criteria, policy }: HandedOver,
  context: Context,
): Promise<Done<Output>> {
  const { job, log, report } = context;
  const { candidate: version, passedOver, live, taken } = found;
  recordCandidate(found, given, context);
  const approved = approvedAlready(version, job);
  const verdict =
    approved ?? `To approve exactly this version for ${job.environment}, start the approve job of this pipeline.`;
  log.line(`${displayName(version)} can be promoted to ${job.environment}.`);
  const { showVersion } = await import('./check-model/show.ts');
  const { take_over_endpoint: takeOver } = given;
  const about = { version, criteria, live, taken, passedOver, takeOver };
  const ask = await (policy === undefined
    ? showVersion(about, verdict, context)
    : showUnder(policy, { about, verdict, found, given }, context));
  if (approved === undefined) ask();
  report.check(`A version can be promoted to ${job.environment}`);
  return {
    verdict,
    outputs: {
      MODEL_FOUND: 'true',
      MODEL_PACKAGE_ARN: version.arn,
      MODEL_PACKAGE_VERSION: String(version.version),
      MODEL_PACKAGE_GROUP_NAME: version.group,
    },
  };
}

interface PolicyView {
  readonly about: FoundVersion;
  readonly verdict: string;
  readonly found: ForeseenVersion;
  readonly given: Inputs;
}

/**
 * Shows a version with what the policy says of it, hands that on, and asks nobody where it does not permit an approval. Returns what
 * tells people that it waits for them.
 */
async function showUnder(
  policy: Policy,
  { about, verdict, found, given }: PolicyView,
  context: Context,
): Promise<() => void> {
  const [{ checkRules, judgeBefore, refuseToAsk }, { showVersion }] = await Promise.all([
    import('../preview/policy.ts'),
    import('./check-model/show.ts'),
  ]);
  const { promotion_path: path, endpoint_name: endpoint } = given;
  let shown: ShownPolicy | undefined;
  const judge: FoundVersion['judge'] = async (reports) => {
    shown = await judgeBefore({ policy, foreseen: found, path, endpoint, isMerged: true }, reports, context);
    checkRules(shown.rules, context);
    return shown.rules;
  };
  const ask = await showVersion({ ...about, judge }, verdict, context);
  recordCandidate(found, given, context, shown);
  if (shown) refuseToAsk(shown, found, context);
  return ask;
}

function recordCandidate(
  { candidate: version, passedOver }: ForeseenVersion,
  given: Inputs,
  { report, job }: Context,
  shown?: ShownPolicy,
): void {
  report.record({
    outcome: 'candidate',
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    status: version.approval,
    promotion_path: given.promotion_path,
    open: openInputs(given, job.environment === given.promotion_path[0]),
    over: readRollback(version, job.environment)?.job,
    metadata: version.metadata,
    data: version.data,
    passed_over: passedOver,
    ...(shown && { policy: { hash: shown.hash, ...shown.found }, rules: shown.rules }),
  });
}

/** The safety inputs that are open. The first environment has none before it that could validate. */
function openInputs({ require_validation, take_over_endpoint }: Inputs, isFirst: boolean): string[] {
  const validation = require_validation || isFirst ? [] : ['validation'];
  return take_over_endpoint ? [...validation, TAKE_OVER] : validation;
}

function approvedAlready(version: ModelPackage, { environment, pipeline }: Context['job']): string | undefined {
  const approved = readApproval(version, environment);
  if (approved.is !== 'read' || approved.value.pipeline !== pipeline) return undefined;
  return `${approved.value.by} approved exactly this version for ${environment} in this pipeline at ${approved.value.at}.`;
}
