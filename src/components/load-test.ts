import { createHash } from 'node:crypto';
import { aboutDeployed, linkEndpoint, nothingTo } from '../asking/deployed.ts';
import { type DeployedRecord, describeServed, type SeenLive, untilLive } from '../asking/live.ts';
import { checkPayload, readPayload } from '../asking/payload.ts';
import { NOT_LOADED } from '../endpoints/description/kinds.ts';
import { earliest } from '../ground/clock.ts';
import { Failure } from '../ground/failure.ts';
import { CHANNEL_SAFETY_INPUTS, channelsOf } from '../policy/channels.ts';
import { defineComponent } from '../program/component.ts';
import type { Context } from '../program/context.ts';
import { deploymentRecord, readHandover } from '../program/handover.ts';
import { displayName, type ModelPackage } from '../registry/packages.ts';
import { conclude, refuseInvalid } from './load-test/conclusion.ts';
import { recordLoad } from './load-test/evidence.ts';
import { askFirst } from './load-test/first-request.ts';
import { inputs, type LoadTestInputs } from './load-test/inputs.ts';
import { measureLoad } from './load-test/measure.ts';
import { LOAD_METRICS } from './load-test/metrics.ts';
import { showLoad } from './load-test/report.ts';
import { stagesOf } from './load-test/schedule.ts';
import { type LoadVerdict, limitsOf, loadVerdictOf } from './load-test/verdict.ts';

export default defineComponent({
  name: 'load-test',
  duty: 'load',
  gitlab: {
    stage: 'load_test',
    branches: 'every',
    timeout: '1 hour',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
    reports: { [LOAD_METRICS]: '' },
  },
  inputs,
  safetyInputs: [
    'allow_last_environment',
    'allow_inconclusive',
    'payload_file',
    'content_type',
    'accept',
    'custom_attributes',
    'shape',
    'rate',
    'duration',
    'steps',
    'warm_up',
    'max_requests',
    'request_timeout',
    'stop_at_error_percent',
    'max_p50_ms',
    'max_p95_ms',
    'max_p99_ms',
    'max_errors',
    'required_rate',
    ...CHANNEL_SAFETY_INPUTS,
    'gitlab_environment_suffix',
  ],
  outputs: { LOAD_TESTED: 'true when every limit held under the load.' },
  permissions: [
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config' },
    { action: 'sagemaker:DescribeModel', on: 'model' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:InvokeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:UpdateModelPackage', on: 'package', writes: 'load' },
    { action: 'sagemaker:ListTags', on: 'endpoint config', when: 'somebody else deployed over it' },
  ],

  async checkFiles(known, viewpoint) {
    checkPayload(known, viewpoint);
  },

  channels: channelsOf,

  async run(given, context) {
    const { report } = context;
    const choice = { input: 'endpoint_name', value: given.endpoint_name } as const;
    const deployed = readHandover(context, deploymentRecord, choice);
    if (deployed.outcome === 'nothing') return nothingTo('test', deployed, context);
    refuseAtTheEnd(given, deployed, context);
    const { endpoint } = deployed;
    linkEndpoint(endpoint, context);
    const about = aboutDeployed(deployed);
    report.record({ outcome: 'not tested', ...about });
    if (deployed.asynchronous) throw notAtOnce(endpoint);
    const tested = await testEndpoint({ given, deployed }, context);
    const { verdict } = tested;
    report.record({ outcome: verdict.is, ...about });
    if (verdict.is === 'invalid') throw refuseInvalid(verdict.why, context);
    const { plan, instances, now } = tested;
    const title = `${displayName(now)} under load in ${context.job.environment}`;
    const shown = showLoad(verdict, { title, plan, instances, wished: given.wished_rate }, context);
    await recordLoad({ verdict, shown, plan, now }, { given, deployed }, context);
    const { allow_inconclusive } = given;
    const conclusion = conclude(verdict, { version: displayName(now), endpoint, allow_inconclusive });
    return { verdict: conclusion, outputs: { LOAD_TESTED: String(verdict.is === 'good') } };
  },
});

/** Users are at the end of the path: a load there is for whoever says so in the include. */
function refuseAtTheEnd(
  { allow_last_environment: allowed }: LoadTestInputs,
  { promotion_path: path, endpoint }: DeployedRecord,
  { job }: Context,
): void {
  if (allowed || path.at(-1) !== job.environment) return;
  throw new Failure(
    'SMC-5302',
    `${endpoint} is in ${job.environment}, the end of the promotion path, where users are. No load was sent.`,
    'test in the environment before. If users can bear it, set allow_last_environment: true under "inputs:" of the include.',
  );
}

function notAtOnce(endpoint: string): Failure {
  return new Failure(
    'SMC-5307',
    `No load was sent: ${endpoint} is asynchronous, and ${NOT_LOADED}.`,
    'test the version in an environment whose endpoint answers at once, or remove load-test here.',
  );
}

interface LoadTask {
  readonly given: LoadTestInputs;
  readonly deployed: DeployedRecord;
}

interface Tested {
  readonly verdict: LoadVerdict;
  /** The version as it is after the load. */
  readonly now: ModelPackage;
  /** How many instances served, from the beginning to the end; `undefined` where that is not known, or changed. */
  readonly instances: number | undefined;
  /** What was asked: its hash stands in the evidence. */
  readonly plan: object;
}

/** Sends the load to the deployed version, which is live before and after it. */
async function testEndpoint({ given, deployed }: LoadTask, context: Context): Promise<Tested> {
  const { poll_interval, max_wait_time, content_type: contentType, accept, custom_attributes } = given;
  const liveness = { deployed, poll_interval, deadline: context.deadline(max_wait_time) };
  const { endpoint } = deployed;
  const before = await untilLive(liveness, context);
  await describeServed(deployed, before, context, { judged: 'load-tested' });
  const payload = await readPayload({ payload_file: given.payload_file, content_type: contentType }, context);
  const request = { endpoint, payload, contentType, accept, customAttributes: custom_attributes };
  await askFirst(request, { deadline: liveness.deadline, interval: poll_interval }, context);
  const deadline = refuseWithoutTime(given, context);
  const limits = limitsOf(given);
  const measured = await measureLoad(given, { endpoint, payload, limits }, context);
  const after = await untilLive({ ...liveness, deadline }, context, 'still ');
  const now = await describeServed(deployed, after, context, { judged: 'load-tested', still: 'still ' });
  const instances = instancesOf(before) === instancesOf(after) ? instancesOf(before) : undefined;
  const { shape, rate, duration, steps, warm_up, request_timeout, max_requests, stop_at_error_percent } = given;
  const sent = createHash('sha256').update(payload).digest('hex');
  const asked = { payload: sent, content_type: contentType, accept, custom_attributes };
  const plan = {
    ...{ ...asked, shape, rate, duration, steps, warm_up },
    ...{ request_timeout, max_requests, stop_at_error_percent },
    limits: { latency: Object.fromEntries(limits.latency), errors: Object.fromEntries(limits.errors) },
  };
  return { verdict: loadVerdictOf(measured, given, limits), now, instances, plan };
}

/** Seconds that are needed beside the load: for the last answers, and a look at what serves then. */
const BESIDE = 120;

/** Refuses a load that would not end before the job has to. Returns by when all has to be done. */
function refuseWithoutTime(given: LoadTestInputs, { clock, deadline }: Context) {
  const seconds = stagesOf(given).reduce((sum, stage) => sum + stage.seconds, 0) + BESIDE;
  const wished = { at: new Date(clock.now().getTime() + seconds * 1000), because: 'the load and its last answers' };
  const until = earliest(deadline(seconds), wished);
  if (until.at >= wished.at) return until;
  throw new Failure(
    'SMC-5303',
    `No load was sent: it takes ${seconds} s with its last answers, and ${until.because} leaves less.`,
    'raise timeout, or lower duration and warm_up. Then start a new pipeline.',
  );
}

/** How many instances serve; `undefined` where SageMaker does not say it of every variant. */
function instancesOf({ endpoint }: SeenLive): number | undefined {
  const counts = endpoint?.variants.map(({ instances }) => instances) ?? [];
  if (counts.length === 0 || counts.includes(undefined)) return undefined;
  return counts.reduce<number>((sum, each) => sum + (each ?? 0), 0) || undefined;
}
