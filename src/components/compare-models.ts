import * as z from 'zod/mini';
import { aboutDeployed, linkEndpoint, nothingTo } from '../asking/deployed.ts';
import { recordEvidence } from '../asking/evidence.ts';
import { describeServed, PERMISSIONS_TO_SEE_LIVE, untilLive } from '../asking/live.ts';
import { instanceType } from '../endpoints/description/instance-type.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { findTemporary, removeThings } from '../endpoints/temporary-removal.ts';
import { decidingPath, flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { comparisonEnvironment } from '../gitlab/job.ts';
import { LONGEST_DESCRIPTION, readProjectFile } from '../gitlab/project-file.ts';
import { Failure } from '../ground/failure.ts';
import { thousands } from '../ground/thousands.ts';
import { CHANNEL_SAFETY_INPUTS, channelInputs, channelsOf } from '../policy/channels.ts';
import { type Done, defineComponent, type Permission } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { deploymentRecord, readHandover } from '../program/handover.ts';
import { findChampion } from '../registry/champion.ts';
import { groupArnOf } from '../registry/packages.ts';
import type { Compared } from './compare-models/compare.ts';

const inputs = z.strictObject({
  ...channelInputs,
  endpoint_name: optional(resourceName),
  quality_file: decidingPath,
  instance_type: instanceType,
  max_minutes: wholeNumber(15, 170),
  max_instances: wholeNumber(2, 100),
  poll_interval: wholeNumber(1, 300),
  allow_inconclusive: flag,
});

type Inputs = z.output<typeof inputs>;

const LEFT = 'a comparison was killed before it deleted its endpoint';
const FROM_S3 = 'the quality file names data in S3';

/** What a comparison left is found by its tags, and deleted. */
const REMOVAL_PERMISSIONS: readonly Permission[] = [
  { action: 'sagemaker:ListEndpoints', on: 'anything' },
  { action: 'sagemaker:ListEndpointConfigs', on: 'anything' },
  { action: 'sagemaker:ListModels', on: 'anything' },
  { action: 'sagemaker:ListTags', on: 'temporary endpoint', when: LEFT },
  { action: 'sagemaker:ListTags', on: 'temporary endpoint config', when: LEFT },
  { action: 'sagemaker:ListTags', on: 'temporary model', when: LEFT },
  { action: 'sagemaker:DescribeEndpoint', on: 'temporary endpoint' },
  { action: 'sagemaker:DeleteEndpoint', on: 'temporary endpoint' },
  { action: 'sagemaker:DeleteEndpointConfig', on: 'temporary endpoint config' },
  { action: 'sagemaker:DeleteModel', on: 'temporary model' },
];

export default defineComponent({
  name: 'compare-models',
  duty: 'compare',
  gitlab: {
    stage: 'compare_models',
    branches: 'every',
    timeout: '3 hours',
    environment: { action: 'start', name: comparisonEnvironment },
    resourceGroup: false,
    manual: false,
    reports: { 'metrics.txt': '' },
  },
  inputs,
  safetyInputs: [
    'quality_file',
    'max_minutes',
    'max_instances',
    'allow_inconclusive',
    'instance_type',
    ...CHANNEL_SAFETY_INPUTS,
    'gitlab_environment_suffix',
  ],
  outputs: { MODEL_COMPARISON: 'good or first, or inconclusive where allow_inconclusive is true.' },
  permissions: [
    ...PERMISSIONS_TO_SEE_LIVE,
    { action: 'sagemaker:ListModelPackages', on: 'package' },
    { action: 'sagemaker:CreateModel', on: 'temporary model' },
    { action: 'sagemaker:AddTags', on: 'temporary model' },
    { action: 'iam:PassRole', on: 'execution role' },
    { action: 'sagemaker:CreateEndpointConfig', on: 'temporary endpoint config' },
    { action: 'sagemaker:AddTags', on: 'temporary endpoint config' },
    { action: 'sagemaker:CreateEndpoint', on: 'temporary endpoint' },
    { action: 'sagemaker:CreateEndpoint', on: 'temporary endpoint config' },
    { action: 'sagemaker:AddTags', on: 'temporary endpoint' },
    { action: 'sagemaker:InvokeEndpoint', on: 'temporary endpoint' },
    ...REMOVAL_PERMISSIONS,
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'comparison' },
    { action: 's3:GetObject', on: 'labelled data', when: FROM_S3 },
  ],

  async checkFiles({ quality_file: file, max_instances }, { root, env }) {
    if (file === undefined || env.GIT_STRATEGY === 'empty') return;
    const { readComparisonFile, refuseSmallBudget } = await import('./compare-models/comparable-plan.ts');
    const content = readProjectFile({ root, input: 'quality_file', file, maxBytes: LONGEST_DESCRIPTION });
    const plan = await readComparisonFile(file, content.toString('utf8'));
    if (max_instances !== undefined) refuseSmallBudget(plan, max_instances);
  },

  channels: channelsOf,

  async run(given, context) {
    const deployed = readHandover(context, deploymentRecord, { input: 'endpoint_name', value: given.endpoint_name });
    const left = await removeExpired(given, context);
    if (deployed.outcome === 'nothing') return nothingTo('compare', deployed, context);
    const about = { ...aboutDeployed(deployed), quality_file: given.quality_file };
    context.report.record({ outcome: 'not compared', ...about });
    linkEndpoint(deployed.endpoint, context);
    const liveness = {
      deployed,
      poll_interval: given.poll_interval,
      deadline: context.deadline(given.max_minutes * 60),
    };
    const look = { judged: 'compared' } as const;
    const seen = await untilLive(liveness, context);
    const challenger = await describeServed(deployed, seen, context, look);
    const query = { group: groupArnOf(deployed.package), path: deployed.promotion_path };
    const champion = await findChampion({ ...context.aws, clock: context.clock }, query);
    if (champion?.arn === challenger.arn) return nothingTo('compare', { ...deployed, why: alone(deployed) }, context);
    const { compareWithChampion } = await import('./compare-models/compare.ts');
    const model = await seen.look.model(deployed.model);
    if (!model) throw new Error(`The model ${deployed.model} is gone.`);
    const compared = await compareWithChampion(
      { ...orderOf(given), deployed, challenger, champion, model, running: left },
      {
        ...context,
        // What was updated meanwhile is no longer what the comparison speaks for.
        stillServed: async () =>
          describeServed(deployed, await untilLive(liveness, context, 'still '), context, { ...look, still: 'still ' }),
      },
    );
    const { verdict, n, data, report, now } = compared;
    context.report.record({ outcome: verdict, ...about, champion: champion?.arn, n });
    const open = verdict === 'inconclusive' && given.allow_inconclusive ? ['inconclusive'] : [];
    await recordEvidence({ kind: 'comparison', verdict, n, data, report, open }, { deployed, now }, context);
    return concluded(given, compared, context);
  },
});

/** The job that GitLab runs to stop the environment of a comparison: it deletes whatever comparisons of this environment left. */
export const deleteComparison = defineComponent({
  name: 'delete-comparison',
  duty: 'compare',
  gitlab: {
    stage: 'compare_models',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'stop', name: comparisonEnvironment },
    resourceGroup: false,
    manual: 'optional',
  },
  inputs: z.strictObject({ poll_interval: wholeNumber(1, 300) }),
  safetyInputs: ['gitlab_environment_suffix'],
  outputs: {},
  permissions: REMOVAL_PERMISSIONS,

  async run({ poll_interval }, context) {
    const things = await findTemporary(ownerOf(context), context.aws.sagemaker);
    await removeThings(things, removing({ poll_interval }, context));
    context.report.record({ outcome: 'gone', deleted: things.map(({ kind, name }) => `${kind} ${name}`) });
    const what =
      things.length === 0 ? 'Nothing of a comparison was left.' : `Deleted what comparisons left: ${things.length}.`;
    return { verdict: what, outputs: {} };
  },
});

/** What decides how the two are compared, and within which budget. */
function orderOf({
  quality_file,
  instance_type,
  max_minutes,
  max_instances,
  poll_interval,
  allow_inconclusive,
}: Inputs) {
  return { quality_file, instance_type, max_minutes, max_instances, poll_interval, allow_inconclusive };
}

function ownerOf({ job }: Context) {
  return { project: job.projectId, environment: job.environment };
}

/** Time enough to delete an endpoint that SageMaker still creates. */
const REMOVAL_SECONDS = 30 * 60;

function removing({ poll_interval }: Pick<Inputs, 'poll_interval'>, context: Context) {
  const { aws, clock, log, begun } = context;
  const deadline = context.deadline(REMOVAL_SECONDS);
  return { sagemaker: aws.sagemaker, clock, deadline, interval: poll_interval, log: log.line, begun };
}

/** Deletes what earlier comparisons left beyond their time. Returns the names of the endpoints that still run. */
async function removeExpired(given: Inputs, context: Context): Promise<readonly string[]> {
  const things = await findTemporary(ownerOf(context), context.aws.sagemaker);
  const now = context.clock.now();
  // A time that nobody can read is over.
  const runs = ({ expires }: { expires: Date }) => expires > now;
  await removeThings(
    things.filter((thing) => !runs(thing)),
    removing(given, context),
  );
  return things.filter((thing) => thing.kind === 'endpoint' && runs(thing)).map(({ name }) => name);
}

/** Why a version is compared with nobody that is itself the champion. */
function alone({ promotion_path: path }: { promotion_path: readonly string[] }): string {
  return `this version is the newest one that is validated in ${path.at(-1)}`;
}

/** How the job ends: well where the challenger is not worse, or has nobody to be compared with. */
function concluded({ allow_inconclusive }: Inputs, compared: Compared, { job }: Context): Done<'MODEL_COMPARISON'> {
  const { verdict, n, end } = compared;
  const [outputs, rows] = [{ MODEL_COMPARISON: verdict }, `${thousands(n)} rows`];
  if (verdict === 'first')
    return {
      verdict: `First in ${job.environment}: no version is validated in ${end} that it could be compared with.`,
      outputs,
    };
  if (verdict === 'good') return { verdict: `${compared.summary} in ${job.environment}, on ${rows}.`, outputs };
  const lines = compared.lines.map((line) => `  ${line}`).join('\n');
  if (verdict === 'bad')
    throw new Failure(
      'SMC-5205',
      `Worse than the champion in ${job.environment}: the answers to ${rows} show it:\n${lines}`,
      'promote a better version. If a margin is wrong, correct the quality file and push.',
    );
  if (allow_inconclusive)
    return {
      verdict: `Inconclusive in ${job.environment}, which allow_inconclusive allows (recorded as open=inconclusive): ${rows} do not tell.`,
      outputs,
    };
  throw new Failure(
    'SMC-5206',
    `Inconclusive in ${job.environment}: ${rows} do not tell whether it is worse than the champion:\n${lines}`,
    'add as many labelled rows as it says to the data, or allow a larger margin, then push. It is neither shown to be worse nor to be as good.',
  );
}
