import * as z from 'zod/mini';
import { aboutDeployed, linkEndpoint, nothingTo } from '../asking/deployed.ts';
import { recordEvidence } from '../asking/evidence.ts';
import { describeServed, type Liveness, PERMISSIONS_TO_SEE_LIVE, untilLive } from '../asking/live.ts';
import { NOT_EVALUATED } from '../endpoints/description/kinds.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { decidingPath, flag, line, optional, wholeNumber } from '../gitlab/inputs.ts';
import { Failure } from '../ground/failure.ts';
import { thousands } from '../ground/thousands.ts';
import { CHANNEL_SAFETY_INPUTS, channelInputs, channelsOf } from '../policy/channels.ts';
import { type Done, defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { deploymentRecord, readHandover } from '../program/handover.ts';
import type { EvaluatedModel } from './evaluate-model/ask.ts';

/** How long GitLab keeps something: https://docs.gitlab.com/ci/yaml/#artifactsexpire_in */
const KEPT =
  /^(never|(\d{1,6}(\.\d+)? ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|months?|mos?|years?|yrs?|y)( and |, | )?)+)$/;

const inputs = z
  .strictObject({
    ...channelInputs,
    endpoint_name: optional(resourceName),
    quality_file: decidingPath,
    max_wait_time: wholeNumber(1, 86_400),
    poll_interval: wholeNumber(1, 3600),
    allow_inconclusive: flag,
    keep_answers: flag,
    keep_records: line.check(z.regex(KEPT, 'must be never, or a time like 30 days')),
  })
  .check(
    z.refine(({ keep_answers, keep_records }) => !keep_answers || keep_records !== 'never', {
      path: ['keep_answers'],
      message: 'must be false while keep_records is never: answers may be personal data, which must expire',
    }),
  );

type Inputs = z.output<typeof inputs>;

const FROM_S3 = 'the quality file names data in S3';
const KEEPS = 'the quality file has predictions_uri';
const DROP = 'the quality file has max_drop_from_live';

export default defineComponent({
  name: 'evaluate-model',
  duty: 'evaluate',
  gitlab: {
    stage: 'evaluate_model',
    branches: 'every',
    timeout: '2 hours',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
    reports: { 'metrics.txt': '' },
  },
  inputs,
  safetyInputs: [
    'quality_file',
    'allow_inconclusive',
    'keep_answers',
    'keep_records',
    ...CHANNEL_SAFETY_INPUTS,
    'gitlab_environment_suffix',
  ],
  outputs: { MODEL_QUALITY: 'good, or inconclusive where allow_inconclusive is true.' },
  permissions: [
    ...PERMISSIONS_TO_SEE_LIVE,
    { action: 'sagemaker:InvokeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'quality' },
    { action: 's3:GetObject', on: 'labelled data', when: FROM_S3 },
    { action: 's3:PutObject', on: 'predictions', when: KEEPS },
    { action: 's3:GetObject', on: 'predictions', when: DROP },
    { action: 'sagemaker:ListModelPackages', on: 'package', when: DROP },
  ],

  async checkFiles({ quality_file: file }, { root, env }) {
    if (file === undefined || env.GIT_STRATEGY === 'empty') return;
    const { checkQualityFile } = await import('./evaluate-model/check-file.ts');
    await checkQualityFile(file, root);
  },

  channels: channelsOf,

  async run(given, context) {
    const { report } = context;
    const deployed = readHandover(context, deploymentRecord, { input: 'endpoint_name', value: given.endpoint_name });
    if (deployed.outcome === 'nothing') return nothingTo('evaluate', deployed, context);
    const { poll_interval, max_wait_time, quality_file } = given;
    const { endpoint } = deployed;
    const about = { ...aboutDeployed(deployed), quality_file };
    report.record({ outcome: 'not evaluated', ...about });
    linkEndpoint(endpoint, context);
    if (deployed.asynchronous) throw notAtOnce(endpoint);
    const liveness = { deployed, poll_interval, deadline: context.deadline(max_wait_time) };
    const asked = await evaluateLive(given, liveness, context);
    if (given.keep_answers) context.log.line(`The answer to each row is in answers.csv, for ${given.keep_records}.`);
    const { now, evaluation } = asked;
    const { verdict, n } = evaluation;
    const shown = { n, data: asked.data.sha256, report: asked.report };
    report.record({ outcome: verdict, ...about, ...shown });
    const open = verdict === 'inconclusive' && given.allow_inconclusive ? ['inconclusive'] : [];
    await recordEvidence({ kind: 'quality', verdict, ...shown, open }, { deployed, now }, context);
    return concluded(given, asked, context);
  },
});

function notAtOnce(endpoint: string): Failure {
  return new Failure(
    'SMC-5110',
    `Not evaluated: ${endpoint} is asynchronous, and ${NOT_EVALUATED}.`,
    'evaluate the version in an environment whose endpoint answers at once, or remove evaluate-model here.',
  );
}

/** Asks the endpoint while it serves the deployed version, and shows what its answers are worth. */
async function evaluateLive(given: Inputs, liveness: Liveness, context: Context): Promise<EvaluatedModel> {
  const { deployed } = liveness;
  await describeServed(deployed, await untilLive(liveness, context), context, { judged: 'evaluated' });
  const { askAndJudge } = await import('./evaluate-model/ask.ts');
  return askAndJudge(given, liveness, {
    ...context,
    // What was updated meanwhile has answered some rows, and nobody knows which: then nothing is judged.
    stillServed: async () =>
      describeServed(deployed, await untilLive(liveness, context, 'still '), context, {
        judged: 'evaluated',
        still: 'still ',
      }),
  });
}

/** The slices of which nothing is shown, which decide nothing. */
function besides({ slices }: EvaluatedModel['evaluation']): string {
  const seen = (['undecided', 'not judged'] as const).flatMap((is) => {
    const count = slices.filter(({ verdict }) => verdict === is).length;
    return count === 0 ? [] : [`${thousands(count)} ${is}`];
  });
  return seen.length === 0 ? '' : `, and no slice is shown to break its limit (${seen.join(', ')})`;
}

/** How the job ends: good, or not. Inconclusive is good only where a commit says so. */
function concluded(
  { allow_inconclusive }: Inputs,
  { evaluation, failed, open }: EvaluatedModel,
  { job }: Context,
): Done<'MODEL_QUALITY'> {
  const { verdict, n } = evaluation;
  const outputs = { MODEL_QUALITY: verdict };
  const asked = `${thousands(n)} rows`;
  if (verdict === 'good')
    return { verdict: `Good in ${job.environment}: every check of ${asked} holds${besides(evaluation)}.`, outputs };
  if (verdict === 'bad')
    throw new Failure(
      'SMC-5108',
      `Bad in ${job.environment}: the answers to ${asked} show it:\n${failed.map((line) => `  ${line}`).join('\n')}`,
      'open the page of this job (first link), then promote a better version. If a limit is wrong, correct the quality file and push.',
    );
  const lines = open.map((line) => `  ${line}`).join('\n');
  if (allow_inconclusive)
    return {
      verdict: `Inconclusive in ${job.environment}, which allow_inconclusive allows (recorded as open=inconclusive):\n${lines}`,
      outputs,
    };
  if (evaluation.drops.some(({ verdict: each, why }) => each === 'inconclusive' && why !== undefined))
    throw new Failure(
      'SMC-5116',
      `Inconclusive in ${job.environment}: nobody knows what the live version answered to these rows:\n${lines}`,
      'leave max_drop_from_live out of the quality file, and keep predictions_uri, until a version that was evaluated with it on this data is live. compare-models judges a drop without it.',
    );
  throw new Failure(
    'SMC-5109',
    `Inconclusive in ${job.environment}: ${asked} are too few to tell:\n${lines}`,
    'add as many labelled rows as it says to the data, then push. No limit is shown to be broken, and none to be kept.',
  );
}
